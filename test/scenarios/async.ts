import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GetObjectCommand, ListObjectsV2Command, NoSuchKey, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import { asyncKeys } from '../../domain/names.ts';
import { withWorkFolder } from '../../engine/work-folder.ts';
import { customers, toCsv } from '../fixtures/customers.ts';
import { DELIVERY_SECONDS, windowLines } from './captured.ts';
import type { Model } from './model.ts';
import type { Platform } from './platform.ts';
import { listen } from './queues.ts';
import { expectClose, scored } from './training.ts';
import { until } from './wait.ts';
import { ROWS, type World } from './world.ts';

const NEW = customers(20, { from: 50_000 });
const FEATURES = ['age', 'spend', 'plan', 'active'] as const;
const PREFIX = 'x-amzn-sagemaker-';
const WAIT_SECONDS = 30;

/** The answer at a location that is relative to the request's own path. */
const answerAt = (platform: Platform, from: string, location: string) => {
  const path = new URL(location, `https://api.example${from}`).pathname;
  return until(
    `an answer at ${path}`,
    async () => {
      const answer = await platform.call('GET', path);
      return answer.status === 202 ? undefined : answer;
    },
    { seconds: WAIT_SECONDS * platform.patience },
  );
};

/** InvokeEndpointAsync as an SDK sends it: what it needs stands in headers. */
async function invokeAsync({ apiUrl, signed }: Platform, name: string, body: string, headers: Record<string, string>) {
  const init = { method: 'POST', headers, ...(body === '' ? {} : { body }) };
  const request = await (await signed('execute-api')).sign(`${apiUrl}/endpoints/${name}/async-invocations`, init);
  const response = await fetch(request, { signal: AbortSignal.timeout(31_000) });
  return {
    status: response.status,
    body: await response.json(),
    header: (suffix: string) => response.headers.get(suffix) ?? '',
  };
}

const keyOf = ({ outputs }: Platform, location: string): string =>
  location.replace(`s3://${outputs.LakeBucketName}/`, '');

const objectAt = (platform: Platform, location: string): Promise<string> =>
  until(
    `an object at ${location}`,
    async () => {
      const where = { Bucket: platform.outputs.LakeBucketName, Key: keyOf(platform, location) };
      try {
        return await (await platform.s3.send(new GetObjectCommand(where))).Body?.transformToString();
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    },
    { seconds: WAIT_SECONDS * platform.patience },
  );

export function asyncScenarios(on: () => World): void {
  it('answers later from a queue: accepted, then there, captured, and said so', async () => {
    const { platform } = on();
    const model: Model = on().model('async');
    const bus = await listen(platform, `${model.name}-bus`, { model: [model.name] });
    const deployment = { target: 'async', async: { timeout: '1m', maxInvocationsPerInstance: 2 } };
    await model.apply({ deployment });
    const { version, rollout } = await model.deploy('rows.csv', customers(ROWS));
    expect(rollout).toMatchObject({ status: 'promoted', target: { kind: 'endpoint', async: { timeoutSeconds: 60 } } });
    const expected = await scored(platform, version, NEW);

    // the Open Inference Protocol
    const time = new Date('2026-02-05T04:05:06.000Z');
    const accepted = await model.infer(NEW, { parameters: { event_time: time.toISOString() } });
    const { inference_id: id, location } = accepted.body as { inference_id: string; location: string };
    expect(accepted).toMatchObject({ status: 202, body: { status: 'pending' } });
    const answer = await answerAt(platform, `/v2/models/${model.name}/infer`, location);
    expect(answer).toMatchObject({ status: 200, body: { model_version: '1', parameters: { inference_id: id } } });
    const [output] = answer.body.outputs as { name: string; data: number[] }[];
    expect(output?.name).toBe('probability');
    expectClose(output?.data ?? [], expected);

    // the others
    const records = NEW.map((row) => Object.fromEntries(FEATURES.map((name) => [name, row[name]])));
    for (const [path, body] of [
      [`/v1/models/${model.name}:predict`, { instances: records }],
      [`/models/${model.name}/invocations`, { dataframe_records: records }],
      [`/endpoints/${model.name}/invocations`, { instances: NEW.map((row) => FEATURES.map((name) => row[name])) }],
    ] as const) {
      const later = await platform.call('POST', path, body);
      expect({ path, status: later.status }).toEqual({ path, status: 202 });
      const answered = await answerAt(platform, path, String(later.body.location));
      expect({ path, ...answered }).toMatchObject({ path, status: 200, body: { predictions: output?.data } });
    }

    // SageMaker's own call, with its input in S3
    const input = `${asyncKeys.inputsOf(model.name)}rows.csv`;
    const Body = toCsv(NEW, FEATURES).split('\n').slice(1).join('\n');
    await platform.s3.send(new PutObjectCommand({ Bucket: platform.outputs.LakeBucketName, Key: input, Body }));
    const asked = await invokeAsync(platform, model.name, '', {
      [`${PREFIX}inputlocation`]: `s3://${platform.outputs.LakeBucketName}/${input}`,
      [`${PREFIX}content-type`]: 'text/csv',
      [`${PREFIX}inference-id`]: 'mine',
    });
    expect([asked.status, asked.body]).toEqual([202, { InferenceId: 'mine' }]);
    const written = await objectAt(platform, asked.header(`${PREFIX}outputlocation`));
    expect(written.trim().split('\n').map(Number)).toEqual(output?.data);

    // a bus outside hears of both, and where they lie
    for (const inferenceId of [id, asked.header('x-millrace-inference-id')]) {
      const { detail } = await bus.next(
        `PredictionCompleted of ${inferenceId}`,
        (event) => event['detail-type'] === 'PredictionCompleted' && event.detail.inferenceId === inferenceId,
      );
      expect(detail).toMatchObject({ version: 1, rows: NEW.length });
      expect(await objectAt(platform, String(detail.location))).not.toBe('');
    }
    await bus.stop();

    const lines = await until(
      'the capture of an answer',
      async () => {
        const found = await windowLines(platform, model.name, time);
        return found.length > 0 ? found : undefined;
      },
      { seconds: DELIVERY_SECONDS * platform.patience },
    );
    expect(lines.map(({ millrace, eventMetadata }) => [millrace.type, eventMetadata.eventId])).toEqual([
      ['capture', id],
    ]);

    const { stdout, stderr, code } = await withWorkFolder('predict', async (folder) => {
      const file = join(folder, 'rows.csv');
      await writeFile(file, toCsv(NEW));
      return platform.millrace('predict', model.name, '--data', file, '--rows', '20', '--json');
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('answers later') });
    const { predictions } = JSON.parse(stdout) as { predictions: { probability: number }[] };
    expect(predictions.map(({ probability }) => probability)).toEqual(output?.data);

    // nothing of them is left to be done
    await until(
      'no request to wait',
      async () => {
        const Prefix = `${asyncKeys.pending}${model.name}/`;
        const list = new ListObjectsV2Command({ Bucket: platform.outputs.LakeBucketName, Prefix });
        return (await platform.s3.send(list)).KeyCount === 0 || undefined;
      },
      { seconds: WAIT_SECONDS * platform.patience },
    );
  });

  it('has no queue where a model answers at once, and no prediction that nobody asked for', async () => {
    const { platform } = on();
    const { model } = await on().churn();
    // the shared model answers at once
    const refused = await invokeAsync(platform, model.name, '30,1.5,basic,true', { 'content-type': 'text/csv' });
    expect([refused.status, refused.body]).toMatchObject([409, { detail: expect.stringContaining('answers at once') }]);
    const unknown = await platform.call('GET', `/models/${model.name}/predictions/0mwsi1hc0-1-2zpieg8jq95r`);
    expect(unknown.status).toBe(404);
  });
}
