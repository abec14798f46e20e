import { beforeEach, describe, expect, it } from 'vitest';
import type { EventName } from '../../../domain/events/catalog.ts';
import type { ExecutionState } from '../../../lambdas/adapters/sfn-executions.ts';
import { makeHandler } from '../../../lambdas/reconcile-executions/handler.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { AT, aRun } from '../../fixtures/entities.ts';
import { memoryRegistry } from '../../fixtures/memory-registry.ts';

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
  let seen: ExecutionState | undefined = { status: 'ABORTED', cause: 'stopped by ana' };
  const handle = makeHandler({
    registry,
    publisher: { publish: async (name) => void published.push(name) },
    describe: async () => seen,
    now: () => new Date(AT),
  });
  const see = (state: ExecutionState | undefined) => {
    seen = state;
  };
  return { registry, published, handle, see };
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
});
