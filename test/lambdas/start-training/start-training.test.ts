import { beforeEach, describe, expect, it } from 'vitest';
import type { EventName } from '../../../domain/events/catalog.ts';
import { QueueMessage } from '../../../lambdas/start-training/messages.ts';
import { type StartTrainingDeps, startTraining } from '../../../lambdas/start-training/start-training.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { AT, aDataset, anArtifact } from '../../fixtures/entities.ts';
import { memoryRegistry } from '../../fixtures/memory-registry.ts';

const change = { by: 'test', at: new Date(AT) };
const accepted = (dataset: number) =>
  QueueMessage.parse({
    source: 'millrace.data',
    'detail-type': 'DatasetAccepted',
    detail: { schemaVersion: 1, model: 'churn', at: AT, dataset, rows: 100 },
  });
const requested = (at = AT) =>
  QueueMessage.parse({
    'detail-type': 'TrainingRequested',
    detail: { schemaVersion: 1, model: 'churn', at, by: 'ana', reason: 'try' },
  });

const alarmed = (overrides: object = {}) =>
  QueueMessage.parse({
    'detail-type': 'MonitorAlarmRaised',
    detail: {
      schemaVersion: 1,
      model: 'churn',
      at: AT,
      version: 1,
      windowStart: AT,
      windowEnd: AT,
      revision: 1,
      decisionId: 'monitor-1',
      monitors: ['feature-drift'],
      features: ['age'],
      severity: 1.5,
      reasons: ['age: psi 0.4'],
      ...overrides,
    },
  });
const due = (at = AT) =>
  QueueMessage.parse({ 'detail-type': 'RetrainingDue', detail: { schemaVersion: 1, model: 'churn', at } });

async function setUp(spec = aModelSpec({ training: { trigger: { newData: { minRows: 100 }, debounce: '60s' } } })) {
  const registry = memoryRegistry();
  await registry.applySpec(spec, change);
  const started: string[] = [];
  const delayed: { seconds: number; message: QueueMessage }[] = [];
  const published: EventName[] = [];
  const deps: StartTrainingDeps = {
    registry,
    publisher: { publish: async (name) => void published.push(name) },
    pipeline: {
      start: async (name) => {
        started.push(name);
        return `arn:execution:${name}`;
      },
    },
    delay: async (message, seconds) => void delayed.push({ seconds, message }),
    budget: { runsPerDay: 5, usdPerDay: 5, usdPerMonth: 50 },
    now: () => new Date(AT),
  };
  const upload = (overrides = {}) => {
    const { version: _, ...dataset } = aDataset(overrides);
    return registry.registerDataset(dataset, change);
  };
  return { deps, registry, started, delayed, published, upload };
}

describe('start-training', () => {
  let world: Awaited<ReturnType<typeof setUp>>;
  beforeEach(async () => {
    world = await setUp();
  });

  it('waits for further uploads before it decides', async () => {
    await startTraining(accepted(1), world.deps);
    expect(world.delayed).toEqual([{ seconds: 60, message: { debounce: { model: 'churn', dataset: 1 } } }]);
    expect(world.started).toEqual([]);
  });

  it('starts once for the newest of several uploads', async () => {
    await world.upload({ version: 1 });
    await world.upload({ version: 2 });
    await startTraining({ debounce: { model: 'churn', dataset: 1 } }, world.deps);
    await startTraining({ debounce: { model: 'churn', dataset: 2 } }, world.deps);
    expect(world.started).toHaveLength(1);
    const [run] = await world.registry.listRuns('churn');
    expect(run).toMatchObject({
      status: 'running',
      datasetVersions: [1, 2],
      executionArn: `arn:execution:${run?.runId}`,
    });
    expect(world.published).toEqual(['TrainingRunStarted']);
  });

  it('trains on data judged again in a run of its own, although bytes and spec are the same', async () => {
    const first = await world.upload();
    await startTraining(requested(), world.deps);
    const [run] = await world.registry.listRuns('churn');
    await world.registry.updateRun('churn', run?.runId ?? '', { status: 'registered' }, change);
    const origin = { kind: 'replay', of: first.version, by: 'ana' } as const;
    const again = await world.upload({ ...first, origin, data: anArtifact({ sha256: 'e'.repeat(64) }) });
    await startTraining(requested('2026-03-03T00:00:00.000Z'), world.deps);
    const runs = await world.registry.listRuns('churn');
    expect(runs.map(({ datasetVersions }) => datasetVersions).sort()).toEqual([[first.version], [again.version]]);
    expect(new Set(world.started).size).toBe(2);
  });

  it('does not wait for ever for uploads to pause', async () => {
    const ago = (seconds: number) => new Date(Date.parse(AT) - seconds * 1_000).toISOString();
    const upload = (key: string, seconds: number) =>
      world.upload({
        source: { bucket: 'b', key, versionId: '1', size: 1 },
        contentDigest: key,
        at: ago(seconds),
      });
    await upload('churn/1.csv', 15 * 60 - 1);
    await upload('churn/2.csv', 60);
    await upload('churn/3.csv', 30);
    await startTraining({ debounce: { model: 'churn', dataset: 2 } }, world.deps);
    expect(world.started).toEqual([]);
    const later = { ...world.deps, now: () => new Date(Date.parse(AT) + 1_000) };
    await startTraining({ debounce: { model: 'churn', dataset: 2 } }, later);
    expect(world.started).toHaveLength(1);
  });

  it('does nothing more when a message is delivered again', async () => {
    await world.upload();
    await startTraining({ debounce: { model: 'churn', dataset: 1 } }, world.deps);
    await startTraining({ debounce: { model: 'churn', dataset: 1 } }, world.deps);
    expect(world.started).toHaveLength(1);
    expect(await world.registry.listRuns('churn')).toHaveLength(1);
  });

  it('starts the execution of a run that a crash left without one', async () => {
    await world.upload();
    const crashing = { ...world.deps, pipeline: { start: () => Promise.reject(new Error('killed')) } };
    await expect(startTraining(requested(), crashing)).rejects.toThrow('killed');
    await startTraining(requested(), world.deps);
    expect(world.started).toHaveLength(1);
    expect(await world.registry.listRuns('churn')).toHaveLength(1);
  });

  it('starts a retraining whose own decision a crash left without a run', async () => {
    await world.upload();
    const crashing = { ...world.registry, createRun: () => Promise.reject(new Error('killed')) };
    await expect(startTraining(alarmed(), { ...world.deps, registry: crashing })).rejects.toThrow('killed');
    await startTraining(alarmed(), world.deps);
    expect(world.started).toHaveLength(1);
  });

  it('starts the execution of a run that no message speaks of any more', async () => {
    await world.upload();
    const crashing = { ...world.deps, pipeline: { start: () => Promise.reject(new Error('killed')) } };
    await expect(startTraining(requested(), crashing)).rejects.toThrow('killed');
    const { version: _, ...next } = aDataset({ source: { bucket: 'b', key: 'churn/2.csv', versionId: '2', size: 1 } });
    await world.registry.registerDataset({ ...next, contentDigest: 'c2' }, change);
    await startTraining({ debounce: { model: 'churn', dataset: 2 } }, world.deps);
    const runs = await world.registry.listRuns('churn');
    expect(runs).toHaveLength(1);
    expect(world.started).toEqual([runs[0]?.runId]);
  });

  it('writes a decision down also when it does not start', async () => {
    await world.upload({ rows: 99 });
    await startTraining({ debounce: { model: 'churn', dataset: 1 } }, world.deps);
    const [decision] = await world.registry.listDecisions('churn');
    expect(decision).toMatchObject({
      kind: 'training-trigger',
      outcome: 'skip',
      numbers: { newRows: 99, minRows: 100 },
    });
  });

  it('does not train twice on the same spec and data, but tries a failed run again', async () => {
    await world.upload();
    await startTraining(requested(), world.deps);
    const [first] = await world.registry.listRuns('churn');
    const end = (status: 'registered' | 'failed') =>
      world.registry.updateRun('churn', first?.runId ?? '', { status }, change);
    await end('registered');
    await startTraining(requested('2026-03-03T00:00:00.000Z'), world.deps);
    expect(world.started).toHaveLength(1);
    await end('failed');
    await startTraining(requested('2026-03-04T00:00:00.000Z'), world.deps);
    expect(world.started).toHaveLength(2);
    expect(new Set(world.started).size).toBe(2);
  });

  it('makes one decision about a model at a time, and another once that is made', async () => {
    await world.upload();
    const started = { state: 'claimed' };
    const lease = { now: new Date(AT), ms: 30_000 };
    expect(await world.registry.claim('start-training/churn', 'another', lease)).toEqual(started);
    await startTraining(requested(), world.deps);
    expect(await world.registry.listDecisions('churn')).toEqual([]);
    expect(world.delayed).toEqual([{ seconds: 2, message: requested() }]);
    await world.registry.releaseClaim('start-training/churn', 'another');
    await startTraining(requested(), world.deps);
    expect(world.started).toHaveLength(1);
  });

  it('starts one run when two reasons come at once, and puts the other off', async () => {
    await world.upload();
    await Promise.all([
      startTraining(requested(), world.deps),
      startTraining(requested('2026-03-03T00:00:00.000Z'), world.deps),
    ]);
    expect(world.started).toHaveLength(1);
    expect(world.delayed).toHaveLength(1);
  });

  it('takes an alarm at the monitored time, which a replay sets, and writes down what it looked at', async () => {
    await world.upload();
    const at = '2001-04-23T00:15:00.000Z';
    await startTraining(alarmed({ at }), world.deps);
    const [decision] = await world.registry.listDecisions('churn', 'retrain');
    expect(decision).toMatchObject({
      outcome: 'start',
      at,
      reasons: ['drift in age, with 100 rows the champion has not seen'],
      numbers: { alarm: { decision: 'monitor-1', severity: 1.5 }, platform: { runsToday: 1, usdToday: 0.115 } },
    });
    const [run] = await world.registry.listRuns('churn');
    expect(run).toMatchObject({ runId: decision?.runId, startedAt: AT, trigger: { kind: 'drift', at } });
  });

  for (const [monitors, kind] of [
    [['feature-drift', 'quality'], 'quality'],
    [['estimated-quality'], 'drift'],
  ] as const) {
    it(`starts a run about ${kind} for an alarm of ${monitors.join(' and ')}`, async () => {
      await world.upload();
      await startTraining(alarmed({ monitors }), world.deps);
      expect((await world.registry.listRuns('churn'))[0]?.trigger.kind).toBe(kind);
    });
  }

  it('decides about another revision of a window anew', async () => {
    await startTraining(alarmed(), world.deps);
    await startTraining(alarmed({ revision: 2 }), world.deps);
    expect(await world.registry.listDecisions('churn', 'retrain')).toHaveLength(2);
  });

  it('keeps to what it decided when the message comes again after things have changed', async () => {
    await startTraining(alarmed(), world.deps);
    await world.upload();
    await startTraining(alarmed(), world.deps);
    expect(world.started).toEqual([]);
    expect(await world.registry.listDecisions('churn', 'retrain')).toMatchObject([{ outcome: 'skip' }]);
  });

  it('retrains on schedule only a model whose spec asks for it', async () => {
    await world.upload();
    await startTraining(due(), world.deps);
    expect(world.started).toEqual([]);
    await world.registry.applySpec(aModelSpec({ monitoring: { retrain: { every: '30d' } } }), change);
    await startTraining(due('2026-03-03T00:00:00.000Z'), world.deps);
    expect((await world.registry.listRuns('churn'))[0]?.trigger.kind).toBe('schedule');
  });

  it('takes nothing from the budget for what another brake holds back, and does not ask it about people', async () => {
    const broke = { ...world.deps, budget: { runsPerDay: 0, usdPerDay: 0, usdPerMonth: 0 } };
    await world.upload({ rows: 0 });
    await startTraining(alarmed(), world.deps);
    await world.upload({ version: 2 });
    await startTraining(requested(), broke);
    expect(world.started).toHaveLength(1);
    const period = { period: 'retraining/2026-03-02', limits: {} };
    const { used } = await world.registry.reserveBudget(
      { holder: 'x', amount: { runs: 0, usd: 0 }, periods: [period] },
      new Date(AT),
    );
    expect(used).toEqual([{ runs: 0, usd: 0 }]);
  });

  it('says by how much the budget of the platform was missed', async () => {
    await world.upload();
    const budget = { runsPerDay: 5, usdPerDay: 0.1, usdPerMonth: 50 };
    await startTraining(alarmed(), { ...world.deps, budget });
    expect(await world.registry.listDecisions('churn', 'retrain')).toMatchObject([
      {
        outcome: 'skip',
        reasons: [
          "the platform's budget for retraining of 2026-03-02 has no room for a run of 0.115 USD: 0 of 5 runs and 0 USD of 0.1 USD are taken",
        ],
        numbers: { platform: { runsToday: 0, usdPerDay: 0.1 } },
      },
    ]);
  });

  it('writes a decision down also when new data is not to start anything', async () => {
    const spec = aModelSpec({ training: { trigger: { newData: false, debounce: '1s' } } });
    const { deps, delayed, registry } = await setUp(spec);
    await startTraining(accepted(1), deps);
    for (const { message } of delayed) await startTraining(message, deps);
    expect(await registry.listDecisions('churn')).toMatchObject([{ outcome: 'skip' }]);
  });
});
