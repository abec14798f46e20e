import { beforeEach, describe, expect, it } from 'vitest';
import type { EventName } from '../../../domain/events/catalog.ts';
import { makeHandler } from '../../../lambdas/request-approval/handler.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { AT, aModelVersion } from '../../fixtures/entities.ts';
import { memoryRegistry } from '../../fixtures/memory-registry.ts';

const change = { by: 'test', at: new Date(AT) };
const task = { taskToken: 'token', model: 'churn', version: 1, runId: 'churn-0123456789ab', timeoutSeconds: 3_600 };
const HOUR_LATER = new Date(Date.parse(AT) + 3_600_000);

async function setUp() {
  const registry = memoryRegistry();
  await registry.applySpec(aModelSpec(), change);
  const { version: _, ...version } = aModelVersion({ approvalStatus: 'PendingManualApproval' });
  await registry.registerVersion(version, change);
  const published: EventName[] = [];
  const publisher = { publish: async (name: EventName) => void published.push(name) };
  return { registry, published, handle: makeHandler({ registry, publisher, now: () => new Date(AT) }) };
}

describe('request-approval', () => {
  let world: Awaited<ReturnType<typeof setUp>>;
  beforeEach(async () => {
    world = await setUp();
  });

  it('parks the token until the time is up, and asks', async () => {
    await world.handle(task);
    expect(await world.registry.listParkedDue(new Date(AT))).toEqual([]);
    expect(await world.registry.listParkedDue(HOUR_LATER)).toMatchObject([
      { name: 'approval/churn/1', kind: 'approval', taskToken: 'token' },
    ]);
    expect(world.published).toEqual(['ApprovalRequested']);
  });

  it('leaves a version that was answered before it asked to the next heartbeat', async () => {
    await world.registry.setApproval('churn', 1, 'Approved', change);
    await world.handle(task);
    expect(await world.registry.listParkedDue(new Date(AT))).toMatchObject([{ name: 'approval/churn/1' }]);
    expect(world.published).toEqual([]);
  });
});
