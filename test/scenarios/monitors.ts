import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand, DeleteQueueCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { expect, it } from 'vitest';
import { listOf } from '../../cli/registry-lists.ts';
import { EVENTS } from '../../domain/events/catalog.ts';
import { MonitorReport } from '../../domain/monitoring/report.ts';
import { protectedLabel } from '../../domain/protected.ts';
import { MonitorWindow } from '../../domain/registry/entities.ts';
import { type Customer, customers } from '../fixtures/customers.ts';
import { capturedTexts, DELIVERY_SECONDS, dayOf, windowLines } from './captured.ts';
import { type Model, request } from './model.ts';
import type { Platform } from './platform.ts';
import { until } from './wait.ts';
import type { World } from './world.ts';

const ROWS = 250;
const DAYS = ['2026-03-02', '2026-03-03', '2026-03-04'] as const;
const noon = (day: string) => new Date(`${day}T12:00:00.000Z`);
/** No customer is called this: whatever is found of it was written in clear. */
const CANARY = 'canary-gender';

export function monitorScenarios(on: () => World): void {
  it('judges windows, wakes them for late labels, tells people, retrains, and shows no protected value', async () => {
    const { platform } = on();
    const model = on().model('monitored');
    const monitoring = {
      ...{ enabled: true, window: '1d', lateness: '1m', minRows: 100, threshold: 0.2, falseDiscoveryRate: 0.05 },
      segments: ['gender'],
      bias: [{ column: 'gender', metric: 'demographic_parity_difference', max: 0.9, minRows: 20 }],
      quality: { metric: 'accuracy', maxLoss: 0.3, minLabels: 50 },
      capture: { redact: ['active'] },
      retrain: { onDrift: true, minNewRows: 1_000_000 },
    };
    await model.apply({ monitoring });
    await model.deploy('monitored.csv', customers(600));
    const told = await subscribed(platform, model.name);
    try {
      // an ordinary day, and two on which everybody spends much
      const much = (customer: Customer): Customer => ({ ...customer, spend: 99 });
      const ids: string[] = [];
      for (const [i, day] of DAYS.entries()) {
        const rows = customers(ROWS, { from: 50_000 + 1_000 * i });
        ids.push(await predictOn(model, i === 0 ? rows : rows.map(much), day));
      }
      for (const day of DAYS) await arrived(platform, model, day, 1);
      await tick(platform, model);
      const windows = await issued(platform, model, (all) => all.length === DAYS.length);
      expect(windows.map(({ status }) => status).reverse()).toEqual(['ok', 'warn', 'alarm']);
      const report = await reportOf(platform, model, DAYS[2]);
      const alarmed = report.findings.filter(({ status }) => status === 'alarm');
      expect(new Set(alarmed.map(({ subject }) => subject))).toContain('spend');
      expect(report.findings.find(({ subject }) => subject === 'active')).toMatchObject({
        status: 'insufficient_data',
      });
      const segments = report.findings.flatMap(({ segment }) => (segment ? [segment.value] : []));
      expect(segments).toContain(protectedLabel('gender', 'f'));
      expect(report.outcomes.find(({ monitor }) => monitor === 'bias')?.status).toBe('ok');

      // labels of the first day, twice, and some of them corrected later
      const truth = customers(ROWS, { from: 50_000 }).map(({ churned }) => churned);
      const labels = (of: readonly number[], at: string) =>
        of.map((label, row) => ({ inference_id: ids[0], row, label, at }));
      await feedback(platform, model, labels(truth, '2026-03-05T00:00:00.000Z'));
      await feedback(platform, model, labels(truth, '2026-03-05T00:00:00.000Z'));
      await feedback(
        platform,
        model,
        labels(
          truth.slice(0, 5).map((label) => 1 - label),
          '2026-03-06T00:00:00.000Z',
        ),
      );
      await arrived(platform, model, DAYS[0], 1 + 2 * ROWS + 5);
      await tick(platform, model);
      const [labelled] = await issued(platform, model, (all) => (all.at(-1)?.revision ?? 0) > 1, 1);
      expect(labelled).toMatchObject({ revision: 2, labelCoverage: 1, status: 'ok', rows: ROWS });
      expect(labelled?.figures.accuracy).toBeGreaterThan(0.5);
      const { tally } = await reportOf(platform, model, DAYS[0]);
      expect(tally.labels).toMatchObject({ labelled: ROWS, repeated: ROWS, corrected: 5, unmatched: 0 });

      // one alarm: people were told, and the policy wrote down why it did not retrain
      const message = await told.message();
      expect(message).toContain(`${model.name}, version 1, is in alarm`);
      expect(message).toContain('spend');
      const decision = await until('a decision about retraining', async () =>
        (await model.decisions()).find(({ kind }) => kind === 'retrain'),
      );
      expect(decision).toMatchObject({ outcome: 'skip' });
      expect(decision.reasons.join()).toContain('minNewRows');

      // the command line and Prometheus
      const shown = await platform.millrace('monitor', 'show', model.name, '--window', `${DAYS[2]}T00:00:00.000Z`);
      expect(shown).toMatchObject({ code: 0 });
      expect(shown.stdout).toContain('spend');
      const explained = await platform.millrace(
        'monitor',
        'explain',
        model.name,
        '--window',
        `${DAYS[2]}T00:00:00.000Z`,
      );
      expect(explained.stdout).toMatch(/2 of/);
      const week = await platform.millrace('monitor', 'history', model.name, '--by', 'week', '--json');
      expect(JSON.parse(week.stdout)).toMatchObject([{ rows: 3 * ROWS, windows: 3 }]);
      const signer = await platform.signed('execute-api');
      const metrics = await (await signer.fetch(`${platform.apiUrl}/registry/metrics?model=${model.name}`)).text();
      expect(metrics).toContain(`millrace_monitor_status{model="${model.name}",version="1",monitor="feature-drift"} 2`);

      // nothing of what was captured, kept or said holds a protected value
      const kept = await Promise.all(
        ['windows', 'records', 'indexes'].map((folder) => capturedTexts(platform, `${folder}/${model.name}/`)),
      );
      const texts = [...kept.flat(), JSON.stringify(report), JSON.stringify(await model.decisions()), message, metrics];
      expect(texts.length).toBeGreaterThan(10);
      for (const text of texts) expect(text).not.toContain(CANARY);
      expect(kept.flat().join()).toContain(protectedLabel('gender', CANARY));
      expect(kept[0]?.join()).not.toContain('active');
    } finally {
      await told.end();
    }
  });
}

/** @returns the inference id */
async function predictOn(model: Model, rows: readonly Customer[], day: string): Promise<string> {
  const gender = rows.map((row, i) => (i === 0 ? CANARY : row.gender));
  const { inputs } = request(rows, ['age', 'spend', 'plan', 'active']);
  const { status, body } = await model.infer(rows, {
    parameters: { event_time: noon(day).toISOString() },
    inputs: [...inputs, { name: 'gender', datatype: 'BYTES', shape: [rows.length], data: gender }],
  });
  expect(status, JSON.stringify(body)).toBe(200);
  return (body.parameters as { inference_id: string }).inference_id;
}

async function feedback(platform: Platform, { name }: Model, labels: readonly object[]): Promise<void> {
  const answer = await platform.call('POST', `/feedback/${name}`, { labels });
  expect(answer).toMatchObject({ status: 202, body: { accepted: labels.length } });
}

const arrived = (platform: Platform, { name }: Model, day: string, lines: number) =>
  until(
    `${lines} lines of ${day} to reach their window`,
    async () => (await windowLines(platform, name, noon(day))).length >= lines || undefined,
    { seconds: DELIVERY_SECONDS * platform.patience },
  );

async function tick({ events, outputs }: Platform, { name }: Model): Promise<void> {
  const { source } = EVENTS.MonitoringTickRequested;
  const Detail = JSON.stringify({ schemaVersion: 1, model: name, at: '2026-03-10T00:00:00.000Z' });
  const Entry = { EventBusName: outputs.EventBusName, Source: source, DetailType: 'MonitoringTickRequested', Detail };
  await events.send(new PutEventsCommand({ Entries: [Entry] }));
}

/** Windows once they are as wanted, the newest first; with `last`, only so many of the oldest. */
async function issued(
  { registry, patience }: Platform,
  { name }: Model,
  done: (windows: readonly MonitorWindow[]) => boolean,
  last = Number.POSITIVE_INFINITY,
): Promise<MonitorWindow[]> {
  let seen: readonly MonitorWindow[] = [];
  return until(
    'windows to be monitored',
    async () => {
      seen = (await registry.get(`models/${name}/windows`, listOf(MonitorWindow), { limit: 20 })).items;
      return done(seen) ? seen.slice(-Math.min(last, seen.length)) : undefined;
    },
    { seconds: 60 * patience, seen: () => seen.map(({ windowStart, revision }) => `${windowStart} ${revision}`) },
  );
}

const reportOf = ({ registry }: Platform, { name }: Model, day: string) =>
  registry.get(`models/${name}/windows/${dayOf(noon(day)).start.toISOString()}/report`, MonitorReport);

/** A queue that gets what the topic tells people. */
async function subscribed({ sqs, outputs, signed, endpoint, region, patience }: Platform, model: string) {
  const topic = outputs.AlertTopicArn;
  const account = topic.split(':')[4];
  const QueueName = `told-of-${model}`;
  const arn = `arn:aws:sqs:${region}:${account}:${QueueName}`;
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'sns.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: arn,
        Condition: { ArnEquals: { 'aws:SourceArn': topic } },
      },
    ],
  });
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes: { Policy } }));
  const sns = await signed('sns');
  const call = async (parameters: Record<string, string>) => {
    const body = String(new URLSearchParams({ Version: '2010-03-31', ...parameters }));
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const response = await sns.fetch(endpoint ?? `https://sns.${region}.amazonaws.com`, {
      method: 'POST',
      headers,
      body,
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`SNS answered ${response.status}: ${text}`);
    return text;
  };
  const text = await call({
    ...{ Action: 'Subscribe', TopicArn: topic, Protocol: 'sqs', Endpoint: arn, ReturnSubscriptionArn: 'true' },
  });
  const SubscriptionArn = /<SubscriptionArn>(.*?)</.exec(text)?.[1] ?? '';
  return {
    /** The first that is about the model. */
    message: () =>
      until(
        'people to be told',
        async () => {
          const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
          const texts = Messages.map(({ Body = '{}' }) => String((JSON.parse(Body) as { Message?: string }).Message));
          return texts.find((each) => each.includes(model));
        },
        { seconds: 40 * patience },
      ),
    async end() {
      await call({ Action: 'Unsubscribe', SubscriptionArn });
      await sqs.send(new DeleteQueueCommand({ QueueUrl }));
    },
  };
}
