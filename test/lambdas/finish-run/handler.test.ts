import { expect, it } from 'vitest';
import type { EventName } from '../../../domain/events/catalog.ts';
import { makeHandler } from '../../../lambdas/finish-run/handler.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { AT, aModelVersion, aRun } from '../../fixtures/entities.ts';
import { memoryRegistry } from '../../fixtures/memory-registry.ts';

const change = { by: 'test', at: new Date(AT) };
const RUN = 'churn-0123456789ab';

async function setUp() {
  const registry = memoryRegistry();
  await registry.applySpec(aModelSpec(), change);
  await registry.createRun(aRun(), change);
  const published: EventName[] = [];
  const publisher = { publish: async (name: EventName) => void published.push(name) };
  return { registry, published, finish: makeHandler({ registry, publisher, now: () => new Date(AT) }) };
}

it('ends a failed run with the state, the error and the sentence a person needs', async () => {
  const { registry, published, finish } = await setUp();
  const cause = JSON.stringify({ errorType: 'NotEnoughDataError', errorMessage: '12 rows', trace: [] });
  await finish({
    model: 'churn',
    runId: RUN,
    status: 'failed',
    failure: { state: 'Prepare', error: 'NotEnoughDataError', cause },
  });
  expect(await registry.requireRun('churn', RUN)).toMatchObject({
    status: 'failed',
    endedAt: AT,
    failure: { state: 'Prepare', error: 'NotEnoughDataError', cause: '12 rows' },
  });
  expect(published).toEqual(['TrainingRunFinished']);
});

it('keeps a cause that is not from a Lambda, shortened', async () => {
  const { registry, finish } = await setUp();
  await finish({
    model: 'churn',
    runId: RUN,
    status: 'failed',
    failure: { state: 'Train', error: 'X', cause: 'y'.repeat(9_000) },
  });
  expect((await registry.requireRun('churn', RUN)).failure?.cause).toHaveLength(4_000);
});

it('rejects the version whose approval did not come', async () => {
  const { registry, finish } = await setUp();
  const { version: _, ...version } = aModelVersion({ approvalStatus: 'PendingManualApproval' });
  await registry.registerVersion(version, change);
  await finish({ model: 'churn', runId: RUN, status: 'rejected', version: 1 });
  expect((await registry.requireVersion('churn', 1)).approvalStatus).toBe('Rejected');
});
