import { beforeEach, describe, expect, it } from 'vitest';
import type { EventName } from '../../../domain/events/catalog.ts';
import type { ExecutionState } from '../../../lambdas/adapters/sfn-executions.ts';
import { makeHandler } from '../../../lambdas/reconcile-executions/handler.ts';
import type { ReconcileExecutionsDeps } from '../../../lambdas/reconcile-executions/reconcile-executions.ts';
import { aBatchStarter } from '../../fixtures/batch-starter.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { AT, aModelVersion, aRun } from '../../fixtures/entities.ts';
import { memoryRegistry } from '../../fixtures/memory-registry.ts';
import { aBatch, aRollout } from '../../fixtures/registry.ts';

const change = { by: 'test', at: new Date(AT) };
const RUN = 'churn-0123456789ab';
const stopped = { source: 'aws.states', detail: { name: RUN, status: 'ABORTED' } };
const tick = { source: 'aws.events', detail: {} };

async function setUp() {
  const registry = memoryRegistry();
  await registry.applySpec(aModelSpec(), change);
  await registry.createRun(aRun({ executionArn: 'arn' }), change);
  await registry.park({
    name: `run/${RUN}`,
    kind: 'run',
    model: 'churn',
    ownerId: RUN,
    executionArn: 'arn',
    parkedAt: AT,
    dueAt: AT,
  });
  const published: EventName[] = [];
  const removed: string[] = [];
  const stopped: string[] = [];
  let seen: ExecutionState | undefined = { status: 'ABORTED', cause: 'stopped by ana' };
  const deps: ReconcileExecutionsDeps = {
    registry,
    publisher: { publish: async (name) => void published.push(name) },
    jobs: { stop: async ({ name }) => void stopped.push(name) },
    endpoints: { remove: async (name) => void removed.push(name) },
    models: { remove: async (name) => void removed.push(`model ${name}`) },
    batches: aBatchStarter(),
    describe: async () => seen,
    now: () => new Date(AT),
  };
  const handle = makeHandler(deps);
  const see = (state: ExecutionState | undefined) => {
    seen = state;
  };
  return { registry, published, removed, stopped, deps, handle, see };
}

describe('reconcile-executions', () => {
  let world: Awaited<ReturnType<typeof setUp>>;
  beforeEach(async () => {
    world = await setUp();
  });

  for (const event of [stopped, tick]) {
    it(`ends the run of an execution that was stopped, told by ${event.source}`, async () => {
      await world.handle(event);
      await world.handle(event);
      expect(await world.registry.requireRun('churn', RUN)).toMatchObject({
        status: 'failed',
        failure: { state: 'execution', error: 'ABORTED', cause: 'stopped by ana' },
      });
      expect(world.published).toEqual(['TrainingRunFinished']);
    });
  }

  it('leaves a run alone whose execution goes on, and looks again later', async () => {
    world.see({ status: 'RUNNING' });
    await world.handle(tick);
    expect((await world.registry.requireRun('churn', RUN)).status).toBe('running');
    expect(await world.registry.listParkedDue(new Date(AT))).toEqual([]);
    expect(await world.registry.listParkedDue(new Date(Date.parse(AT) + 10 * 60_000))).toHaveLength(1);
  });

  it('keeps how a run ended itself', async () => {
    await world.registry.updateRun('churn', RUN, { status: 'registered' }, change);
    world.see({ status: 'SUCCEEDED' });
    await world.handle(tick);
    expect((await world.registry.requireRun('churn', RUN)).status).toBe('registered');
    expect(await world.registry.findParked(`run/${RUN}`)).toBeUndefined();
  });

  it('ends the run of an execution that Step Functions does not know', async () => {
    world.see(undefined);
    await world.handle(tick);
    expect((await world.registry.requireRun('churn', RUN)).failure?.error).toBe('ExecutionLost');
  });

  it('stops the jobs that a dead execution left running, and no others', async () => {
    const job = { kind: 'training', status: 'InProgress', startedAt: AT } as const;
    const jobs = [
      { ...job, name: 'open' },
      { ...job, name: 'ended', status: 'Failed', endedAt: AT },
    ];
    await world.registry.updateRun('churn', RUN, { jobs }, change);
    await world.handle(stopped);
    expect(world.stopped).toEqual(['open']);
  });

  it('takes back a rollout whose execution was stopped, with its endpoint', async () => {
    const { version: _, ...version } = aModelVersion();
    await world.registry.registerVersion(version, change);
    const endpointName = 'churn-v1-bbbbbbbb';
    const rollout = aRollout({
      candidate: 1,
      champion: undefined,
      status: 'deploying',
      target: { kind: 'endpoint', endpointName },
    });
    await world.registry.createRollout(rollout, change);
    const { rolloutId: ownerId, model } = rollout;
    await world.registry.park({
      name: `rollout/${ownerId}`,
      kind: 'rollout',
      model,
      ownerId,
      executionArn: 'arn',
      parkedAt: AT,
      dueAt: AT,
    });
    await world.handle({ source: 'aws.states', detail: { name: ownerId } });
    expect(await world.registry.requireRollout(model, ownerId)).toMatchObject({
      status: 'rolled-back',
      reasons: ['ABORTED: stopped by ana'],
    });
    expect(world.removed).toEqual([endpointName]);
    expect(await world.registry.findParked(`rollout/${ownerId}`)).toBeUndefined();
  });

  it('asks for a retraining whose time has come, once', async () => {
    await world.registry.unpark(`run/${RUN}`);
    await world.registry.updateRun('churn', RUN, { status: 'registered' }, change);
    await world.registry.applySpec(aModelSpec({ monitoring: { retrain: { every: '6h' } } }), change);
    const schedule = { name: 'schedule/churn', kind: 'schedule', model: 'churn', ownerId: 'churn' } as const;
    await world.registry.park({ ...schedule, parkedAt: AT, dueAt: AT });
    await world.handle(tick);
    expect(world.published).toEqual([]);
    expect((await world.registry.findParked('schedule/churn'))?.dueAt).toBe('2026-03-02T06:00:00.000Z');
    const later = makeHandler({ ...world.deps, now: () => new Date('2026-03-02T06:00:00.000Z') });
    await later(tick);
    await later(tick);
    expect(world.published).toEqual(['RetrainingDue']);
  });

  for (const byName of [true, false]) {
    it(`ends the batch of an execution that died, told by ${byName ? 'its event' : 'the schedule'}`, async () => {
      const { batchId } = aBatch();
      const job = { name: `${batchId}-x1`, kind: 'batch-transform', status: 'InProgress', startedAt: AT } as const;
      await world.registry.createBatch(aBatch({ executionArn: 'arn', jobs: [job] }), change);
      const parked = { kind: 'batch', model: 'churn', ownerId: batchId, executionArn: 'arn' } as const;
      await world.registry.park({ ...parked, name: `batch/${batchId}`, parkedAt: AT, dueAt: AT });
      await world.handle(byName ? { ...stopped, detail: { name: batchId } } : tick);
      expect(await world.registry.requireBatch('churn', batchId)).toMatchObject({
        status: 'failed',
        failure: { state: 'execution', error: 'ABORTED', cause: 'stopped by ana' },
      });
      expect(world.stopped).toContain(job.name);
      expect(world.removed).toContain(`model ${job.name}`);
      expect(world.published).toContain('BatchFailed');
      expect(await world.registry.findParked(`batch/${batchId}`)).toBeUndefined();
    });
  }

  it('starts a batch whose start died, and forgets one that never was', async () => {
    const { batchId } = aBatch();
    const parked = { kind: 'batch', model: 'churn', parkedAt: AT, dueAt: AT } as const;
    await world.registry.createBatch(aBatch(), change);
    await world.registry.park({ ...parked, ownerId: batchId, name: `batch/${batchId}` });
    await world.registry.park({ ...parked, ownerId: 'churn-b1-1', name: 'batch/churn-b1-1' });
    await world.handle(tick);
    const { executionArn } = await world.registry.requireBatch('churn', batchId);
    expect(executionArn).toContain(batchId);
    expect(await world.registry.findParked(`batch/${batchId}`)).toMatchObject({ executionArn });
    expect(await world.registry.findParked('batch/churn-b1-1')).toBeUndefined();
    expect(world.published).toContain('BatchStarted');
  });

  it('looks after batch schedules that are due', async () => {
    const parked = { kind: 'batch-schedule', model: 'churn', ownerId: 'churn', parkedAt: AT, dueAt: AT } as const;
    await world.registry.park({ ...parked, name: 'batch-schedule/churn' });
    await world.handle(tick);
    // the spec in force has none
    expect(await world.registry.findParked('batch-schedule/churn')).toBeUndefined();
  });
});
