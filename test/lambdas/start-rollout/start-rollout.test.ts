import { describe, expect, it } from 'vitest';
import { makeHandler } from '../../../lambdas/start-rollout/handler.ts';
import { aRolloutWorld } from '../../fixtures/rollouts.ts';

const canary = { strategy: { type: 'canary', steps: [0.1, 0.5], bake: '90s' } };
const BY = { by: 'test', at: new Date('2026-03-02T00:00:00Z') };

describe('starting a rollout', () => {
  it('records it and starts the execution that is named like it', async () => {
    const world = await aRolloutWorld(canary);
    expect(await world.start(1)).toEqual({ rolloutId: 'churn-v1-r1' });
    expect(world.executions.get('churn-v1-r1')).toEqual({
      model: 'churn',
      rolloutId: 'churn-v1-r1',
      version: 1,
      target: 'serverless',
    });
    expect(await world.registry.requireRollout('churn', 'churn-v1-r1')).toMatchObject({
      status: 'deploying',
      step: -1,
      candidate: 1,
      target: { kind: 'endpoint', endpointName: 'churn-v1-11111111' },
      executionArn: expect.stringContaining('churn-v1-r1'),
    });
    expect(world.published.map(({ name }) => name)).toEqual(['RolloutStarted']);
  });

  it('takes an open rollout of the version up again', async () => {
    const world = await aRolloutWorld();
    expect([await world.start(1), await world.start(1)]).toEqual([
      { rolloutId: 'churn-v1-r1' },
      { rolloutId: 'churn-v1-r1' },
    ]);
    expect(world.published).toHaveLength(1);
  });

  it('starts the execution that an earlier attempt recorded and did not start', async () => {
    const world = await aRolloutWorld();
    world.deps.rollouts.start = () => Promise.reject(new Error('throttled'));
    await expect(world.start(1)).rejects.toThrow('throttled');
    world.deps.rollouts.start = async (name) => `arn:${name}`;
    expect(await world.start(1)).toEqual({ rolloutId: 'churn-v1-r1' });
    expect(await world.registry.listRollouts('churn')).toHaveLength(1);
  });

  it('counts attempts of a version', async () => {
    const world = await aRolloutWorld();
    await world.start(1);
    await world.act('roll-back', 'churn-v1-r1');
    expect(await world.start(1)).toEqual({ rolloutId: 'churn-v1-r2' });
  });

  it('leaves a version alone that already is champion', async () => {
    const world = await aRolloutWorld();
    await world.begin(1);
    expect(await world.start(1)).toEqual({ rolloutId: 'churn-v1-r1' });
    expect(world.executions.size).toBe(1);
  });

  it('lets a newer version take the place of a rollout under way', async () => {
    const world = await aRolloutWorld(canary);
    await world.begin(1);
    const { rolloutId } = await world.begin(2);
    expect(await world.weights()).toEqual({ 1: 0.9, 2: 0.1 });
    await world.start(3);
    expect(await world.weights()).toEqual({ 1: 1 });
    expect(await world.status(rolloutId)).toBe('rolled-back');
    expect(world.published.at(-2)).toMatchObject({
      name: 'RolloutRolledBack',
      detail: { version: 2, reasons: ['superseded by churn:3'] },
    });
    // what its own execution does at its next look
    expect(await world.act('judge', rolloutId)).toMatchObject({ verdict: 'roll-back' });
    await world.act('roll-back', rolloutId);
    expect([...world.endpoints]).toEqual([world.endpointOf(1)]);
  });

  for (const status of ['PendingManualApproval', 'Rejected'] as const) {
    it(`refuses a version that is ${status}`, async () => {
      const world = await aRolloutWorld({}, 0);
      const { version: _, ...pending } = (await import('../../fixtures/entities.ts')).aModelVersion({
        approvalStatus: 'PendingManualApproval',
      });
      await world.registry.registerVersion(pending, BY);
      if (status === 'Rejected') await world.registry.setApproval('churn', 1, status, BY);
      await expect(world.start(1)).rejects.toThrow(`churn:1 is ${status}`);
      expect(world.executions.size).toBe(0);
    });
  }

  it('serves in the function without an endpoint where the spec says so', async () => {
    const world = await aRolloutWorld({ target: 'lambda' });
    await world.start(1);
    expect((await world.registry.requireRollout('churn', 'churn-v1-r1')).target).toEqual({ kind: 'lambda' });
    expect(world.executions.get('churn-v1-r1')).toMatchObject({ target: 'lambda' });
  });

  it('gives an async target the time its model may take', async () => {
    const world = await aRolloutWorld({ target: 'async', async: { timeout: '2m' } });
    await world.start(1);
    expect((await world.registry.requireRollout('churn', 'churn-v1-r1')).target).toEqual({
      kind: 'endpoint',
      endpointName: 'churn-v1-11111111',
      async: { timeoutSeconds: 120 },
    });
    expect(world.executions.get('churn-v1-r1')).toMatchObject({ target: 'async' });
  });

  it('is what the pipeline calls', async () => {
    const world = await aRolloutWorld();
    const handler = makeHandler(world.deps);
    expect(await handler({ model: 'churn', version: 1, runId: 'churn-000000000001' })).toEqual({
      rolloutId: 'churn-v1-r1',
    });
    await expect(handler({ model: 'churn', version: 0 })).rejects.toThrow('version');
  });
});
