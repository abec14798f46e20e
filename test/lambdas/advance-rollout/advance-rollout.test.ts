import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aRolloutWorld } from '../../fixtures/rollouts.ts';

const BAKE_MS = 60_000;
const canary = { strategy: { type: 'canary', steps: [0.1, 0.5], bake: '60s', minRequests: 100, maxErrorRate: 0.01 } };

/** Version 1 is champion, version 2 is watched at its first step. */
async function aCanary(versions = 3) {
  const world = await aRolloutWorld(canary, versions);
  await world.begin(1);
  const { rolloutId, done } = await world.begin(2);
  return { ...world, rolloutId, done };
}

describe('beginning', () => {
  it('promotes the first version of a model at once, whatever the strategy', async () => {
    const world = await aRolloutWorld(canary);
    expect(await world.begin(1)).toMatchObject({ rolloutId: 'churn-v1-r1', done: true });
    expect([await world.weights(), await world.champion()]).toEqual([{ 1: 1 }, 1]);
    expect(await world.status('churn-v1-r1')).toBe('promoted');
  });

  it('promotes all at once and keeps the version before it at weight 0', async () => {
    const world = await aRolloutWorld();
    await world.begin(1);
    expect((await world.begin(2)).done).toBe(true);
    expect([await world.weights(), await world.champion()]).toEqual([{ 1: 0, 2: 1 }, 2]);
  });

  it('gives a canary its first share and has the router count', async () => {
    const world = await aCanary();
    expect(world.done).toBe(false);
    expect([await world.weights(), await world.champion()]).toEqual([{ 1: 0.9, 2: 0.1 }, 1]);
    expect((await world.registry.findTraffic('churn'))?.rolloutId).toBe('churn-v2-r1');
    expect(await world.registry.requireRollout('churn', 'churn-v2-r1')).toMatchObject({ status: 'shifting', step: 0 });
  });

  it('is safe to repeat', async () => {
    const world = await aCanary();
    expect(await world.act('begin', world.rolloutId)).toMatchObject({ done: false });
    expect(await world.weights()).toEqual({ 1: 0.9, 2: 0.1 });
  });

  it('refuses a version whose approval was taken back', async () => {
    const world = await aRolloutWorld(canary);
    await world.start(1);
    await world.registry.setApproval('churn', 1, 'Rejected', { by: 'ana', at: new Date() });
    await expect(world.act('begin', 'churn-v1-r1')).rejects.toThrow('only an Approved version');
    expect(await world.champion()).toBeUndefined();
  });

  it('refuses while another rollout holds the traffic', async () => {
    const world = await aCanary();
    const other = await world.registry.requireRollout('churn', world.rolloutId);
    const rollout = { ...other, rolloutId: 'churn-v3-r1', candidate: 3 };
    await world.registry.createRollout(rollout, { by: 'ana', at: new Date() });
    await expect(world.act('begin', 'churn-v3-r1')).rejects.toThrow('churn-v2-r1 of churn is under way');
  });
});

describe('a rollout that a person takes back while its first share is written', () => {
  it('does not go on, and gives the share back', async () => {
    const world = await aRolloutWorld(canary, 3);
    await world.begin(1);
    const { rolloutId } = await world.start(2);
    const write = world.registry.writeTraffic.bind(world.registry);
    world.registry.writeTraffic = async (...args) => {
      world.registry.writeTraffic = write;
      await world.act('roll-back', rolloutId);
      return write(...args);
    };
    await expect(world.act('begin', rolloutId)).rejects.toThrow(`rollout ${rolloutId} is rolled-back`);
    // as the state machine does with a begin that failed
    await world.act('roll-back', rolloutId);
    expect([await world.weights(), await world.champion(), await world.status(rolloutId)]).toEqual([
      { 1: 1 },
      1,
      'rolled-back',
    ]);
  });
});

describe('a rollout to the router itself', () => {
  for (const action of ['begin', 'roll-back']) {
    it(`keeps no model that the holdout was scored with after ${action}`, async () => {
      const world = await aRolloutWorld({ target: 'lambda' });
      const { rolloutId } = await world.start(1);
      world.endpoints.add('churn-v1-r1-parity');
      await world.act(action, rolloutId);
      expect([...world.endpoints]).toEqual([]);
    });
  }
});

describe('judging', () => {
  it('waits until the step was watched', async () => {
    const world = await aCanary();
    await world.answer(world.rolloutId, 2, 200);
    world.advance(BAKE_MS - 1);
    expect(await world.act('judge', world.rolloutId)).toMatchObject({ verdict: 'wait' });
    world.advance(1);
    expect(await world.act('judge', world.rolloutId)).toMatchObject({ verdict: 'next' });
    expect(await world.weights()).toEqual({ 1: 0.5, 2: 0.5 });
  });

  it('counts the requests of each step anew', async () => {
    const world = await aCanary();
    await world.answer(world.rolloutId, 2, 200);
    world.advance(BAKE_MS);
    await world.act('judge', world.rolloutId);
    world.advance(BAKE_MS);
    await world.answer(world.rolloutId, 2, 99);
    expect(await world.act('judge', world.rolloutId)).toMatchObject({ verdict: 'wait' });
    await world.answer(world.rolloutId, 2, 1);
    expect(await world.act('judge', world.rolloutId)).toMatchObject({ verdict: 'promote' });
    await world.act('promote', world.rolloutId);
    expect([await world.weights(), await world.champion()]).toEqual([{ 1: 0, 2: 1 }, 2]);
    expect((await world.registry.findTraffic('churn'))?.rolloutId).toBeUndefined();
  });

  it('rolls a failing candidate back, says why, and leaves the champion as it was', async () => {
    const world = await aCanary();
    const before = (await world.registry.findTraffic('churn'))?.routes[0]?.target;
    await world.answer(world.rolloutId, 2, 100, 30);
    expect(await world.act('judge', world.rolloutId)).toMatchObject({ verdict: 'roll-back' });
    await world.act('roll-back', world.rolloutId);
    expect([await world.weights(), await world.champion()]).toEqual([{ 1: 1 }, 1]);
    expect((await world.registry.findTraffic('churn'))?.routes[0]?.target).toEqual(before);
    expect([...world.endpoints]).toEqual([world.endpointOf(1)]);
    const reasons = [expect.stringContaining('30 of 100 requests failed')];
    expect(world.published.at(-1)).toMatchObject({ name: 'RolloutRolledBack', detail: { version: 2, reasons } });
    const decisions = await world.registry.listDecisions('churn', 'rollout');
    expect(decisions.find(({ outcome }) => outcome === 'roll-back')?.numbers).toMatchObject({
      requests: 100,
      errors: 30,
    });
  });

  it('counts only what the candidate answered', async () => {
    const world = await aCanary();
    await world.answer(world.rolloutId, 1, 1_000, 1_000);
    await world.answer(world.rolloutId, 2, 100);
    world.advance(BAKE_MS);
    expect(await world.act('judge', world.rolloutId)).toMatchObject({ verdict: 'next' });
  });

  it('compares with what the champion answered in the same steps', async () => {
    const world = await aCanary();
    await world.answer(world.rolloutId, 1, 900, 2);
    await world.answer(world.rolloutId, 2, 100);
    world.advance(BAKE_MS);
    expect(await world.act('judge', world.rolloutId)).toMatchObject({ verdict: 'next' });
    await world.answer(world.rolloutId, 1, 20_000, 4);
    await world.answer(world.rolloutId, 2, 20_000, 180);
    expect(await world.act('judge', world.rolloutId)).toMatchObject({ verdict: 'roll-back' });
    const { reasons, numbers } = (await world.registry.requireDecision('churn', `${world.rolloutId}-judged-1`)) ?? {};
    expect(reasons).toEqual([
      expect.stringContaining('180 of 20100 requests failed beside 6 of 20900 of the champion'),
    ]);
    expect(numbers).toMatchObject({ requests: 20_000, errors: 180, championRequests: 20_900, championErrors: 6 });
  });

  it('rolls back when a person has moved the traffic', async () => {
    const world = await aCanary();
    const traffic = await world.registry.findTraffic('churn');
    if (!traffic) expect.unreachable();
    const { rev, rolloutId: _, ...rest } = traffic;
    await world.registry.writeTraffic(rest, rev, { by: 'ana', at: new Date() });
    expect(await world.act('judge', world.rolloutId)).toMatchObject({ verdict: 'roll-back' });
    await world.act('roll-back', world.rolloutId);
    expect(await world.weights()).toEqual({ 1: 0.9, 2: 0.1 });
    // what answers requests keeps its endpoint
    expect(world.endpoints.has(world.endpointOf(2))).toBe(true);
  });
});

describe('promoting', () => {
  it('keeps the endpoint of the champion before and deletes older ones', async () => {
    const world = await aRolloutWorld();
    for (const version of [1, 2, 3]) await world.begin(version);
    expect([...world.endpoints]).toEqual([world.endpointOf(2), world.endpointOf(3)]);
    expect(await world.weights()).toEqual({ 2: 0, 3: 1 });
  });

  it('keeps the endpoint of a version that an alias names', async () => {
    const world = await aRolloutWorld();
    await world.begin(1);
    const move = { model: 'churn', alias: 'challenger', version: 1, expectedRev: 0 };
    await world.registry.moveAlias(move, { by: 'ana', at: new Date() });
    for (const version of [2, 3]) await world.begin(version);
    expect(world.endpoints.has(world.endpointOf(1))).toBe(true);
  });

  it('is safe to repeat and is not undone by a roll-back that comes after it', async () => {
    const world = await aRolloutWorld();
    await world.begin(1);
    const { rolloutId } = await world.begin(2);
    await world.act('promote', rolloutId);
    expect(await world.act('roll-back', rolloutId)).toEqual({ rolledBack: false });
    expect([await world.weights(), await world.champion()]).toEqual([{ 1: 0, 2: 1 }, 2]);
    expect(world.endpoints.has(world.endpointOf(2))).toBe(true);
  });

  it('is refused after a roll-back', async () => {
    const world = await aCanary();
    await world.act('roll-back', world.rolloutId);
    await expect(world.act('promote', world.rolloutId)).rejects.toThrow('is rolled-back');
  });
});

describe('rolling back', () => {
  it('needs no traffic to have moved: a deployment failed before', async () => {
    const world = await aRolloutWorld(canary);
    await world.begin(1);
    const { rolloutId } = await world.start(2);
    world.endpoints.add(world.endpointOf(2));
    expect(await world.act('roll-back', rolloutId)).toEqual({ rolledBack: true });
    expect(await world.weights()).toEqual({ 1: 1 });
    expect(world.endpoints.has(world.endpointOf(2))).toBe(false);
    expect((await world.registry.requireRollout('churn', rolloutId)).reasons).toEqual(['the deployment failed']);
  });

  for (const [what, failure, reason] of [
    ['a Lambda said', { cause: '{"errorType":"E","errorMessage":"differs by 0.1","trace":[]}' }, 'differs by 0.1'],
    ['a job said', { cause: 'churn-v2-p1 failed: no image' }, 'churn-v2-p1 failed: no image'],
    ['the error is called, if nothing else is known', { cause: '' }, 'States.Timeout'],
  ] as const) {
    it(`says what ${what}`, async () => {
      const world = await aRolloutWorld(canary);
      const { rolloutId } = await world.start(1);
      await world.act('roll-back', rolloutId, { error: 'States.Timeout', ...failure });
      expect((await world.registry.requireRollout('churn', rolloutId)).reasons).toEqual([reason]);
    });
  }

  it('keeps an endpoint whose queue may hold requests for eight hours, also when the next version is promoted', async () => {
    const world = await aRolloutWorld({ ...canary, target: 'async' });
    await world.begin(1);
    const { rolloutId } = await world.begin(2);
    await world.act('roll-back', rolloutId);
    const next = await world.begin(3);
    world.advance(8 * 3_600_000 - 1);
    await world.act('promote', next.rolloutId);
    expect(world.endpoints.has(world.endpointOf(2))).toBe(true);
    world.advance(1);
    await world.act('promote', next.rolloutId);
    expect(world.endpoints.has(world.endpointOf(2))).toBe(false);
  });

  it('deletes an endpoint with a queue that never had traffic', async () => {
    const world = await aRolloutWorld({ ...canary, target: 'async' });
    await world.begin(1);
    const { rolloutId } = await world.start(2);
    world.endpoints.add(world.endpointOf(2));
    await world.act('roll-back', rolloutId);
    expect(world.endpoints.has(world.endpointOf(2))).toBe(false);
  });

  it('restores the routes exactly, those of an A/B split too', async () => {
    const world = await aRolloutWorld(canary);
    await world.begin(1);
    const traffic = await world.registry.findTraffic('churn');
    const target = { kind: 'lambda' as const };
    const routes = [
      { version: 1, weight: 0.7, target },
      { version: 3, weight: 0.3, target },
    ];
    const split = { model: 'churn', routes, at: new Date(0).toISOString() };
    await world.registry.writeTraffic(split, traffic?.rev ?? 0, { by: 'ana', at: new Date() });
    const { rolloutId } = await world.begin(2);
    await world.answer(rolloutId, 2, 100);
    world.advance(BAKE_MS);
    await world.act('judge', rolloutId);
    await world.act('roll-back', rolloutId);
    expect((await world.registry.findTraffic('churn'))?.routes).toEqual(routes);
  });

  it('tells about itself once however often it is repeated', async () => {
    const world = await aCanary();
    for (let i = 0; i < 3; i++) await world.act('roll-back', world.rolloutId);
    expect(world.published.filter(({ name }) => name === 'RolloutRolledBack')).toHaveLength(1);
  });
});

it('whatever fails in between, a rollout ends with one champion that has an endpoint and all of the traffic', async () => {
  const action = fc.record({
    action: fc.constantFrom('begin', 'judge', 'promote', 'roll-back'),
    /** Which of the coming calls fails; 0: none. */
    fault: fc.nat(8),
    requests: fc.nat(150),
    errors: fc.constantFrom(0, 0, 40),
    waitMs: fc.constantFrom(0, BAKE_MS),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 8 }), async (actions) => {
      const world = await aRolloutWorld(canary, 2);
      await world.begin(1);
      const { rolloutId } = await world.start(2);
      world.endpoints.add(world.endpointOf(2));
      for (const { action, fault, requests, errors, waitMs } of actions) {
        await world.answer(rolloutId, 2, requests, Math.min(errors, requests));
        world.advance(waitMs);
        world.fault.in = fault;
        await world.act(action, rolloutId).catch(() => undefined);
        world.fault.in = 0;
        const weights = Object.entries(await world.weights());
        expect(weights.reduce((sum, [, weight]) => sum + weight, 0)).toBeCloseTo(1, 12);
        for (const [version, weight] of weights) {
          if (weight > 0) expect(world.endpoints.has(world.endpointOf(Number(version)))).toBe(true);
        }
      }
      // the state machine's last resort
      await world.act('roll-back', rolloutId);
      const champion = (await world.champion()) as number;
      expect((await world.weights())[champion]).toBe(1);
      expect((await world.registry.findTraffic('churn'))?.rolloutId).toBeUndefined();
      expect(world.endpoints.has(world.endpointOf(champion))).toBe(true);
      expect(['promoted', 'rolled-back']).toContain(await world.status(rolloutId));
      expect(await world.status(rolloutId)).toBe(champion === 2 ? 'promoted' : 'rolled-back');
    }),
    { numRuns: 150 },
  );
});
