import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noneCompared } from '../../../domain/rollout/comparison.ts';
import { promoteRollout } from '../../../domain/rollout/control.ts';
import { rolloutStatus } from '../../../domain/rollout/rollout-status.ts';
import { noCounts } from '../../../domain/rollout/step-counts.ts';
import type { Overrides } from '../../fixtures/builders.ts';
import { aRolloutWorld } from '../../fixtures/rollouts.ts';

const BAKE_MS = 60_000;
const DAY_MS = 86_400_000;
const limits = { minRequests: 100, maxErrorRate: 0.01 };
const shadow = (more: object = {}, judging: object = {}) => ({
  strategy: { type: 'shadow', bake: '60s', ...limits, ...more },
  judging,
});
const ab = { strategy: { type: 'ab', duration: '7d', ...limits }, judging: { quality: {} } };

async function begun(deployment: Overrides) {
  const world = await aRolloutWorld(deployment);
  await world.begin(1);
  const { rolloutId } = await world.begin(2);
  const rev = (await world.registry.findTraffic('churn'))?.rev as number;
  const judge = () => world.act('judge', rolloutId) as Promise<{ verdict: string }>;
  const counted = (version: number, more: object) =>
    world.registry.countRequests('churn', rolloutId, { ...noCounts(), version, rev, ...more });
  const reasons = async () =>
    (await rolloutStatus(await world.registry.requireRollout('churn', rolloutId), world.deps)).judgement.reasons.join();
  return { ...world, rolloutId, judge, counted, reasons };
}

describe('a shadow', () => {
  it('is no route: the champion keeps all traffic', async () => {
    const world = await begun(shadow());
    const traffic = await world.registry.findTraffic('churn');
    expect(traffic?.routes.map(({ version, weight }) => [version, weight])).toEqual([[1, 1]]);
    expect(traffic).toMatchObject({ shadow: { version: 2, share: 1 }, rolloutId: world.rolloutId });
  });

  it('that came through waits for a person, for a month at most', async () => {
    const world = await begun(shadow());
    world.counted(2, { requests: 200, compared: { ...noneCompared(), requests: 200, rows: 200 } });
    world.advance(BAKE_MS);
    expect((await world.judge()).verdict).toBe('wait');
    expect(await world.reasons()).toContain('came through: promote it or roll it back');
    const order = { model: 'churn', rolloutId: world.rolloutId, by: 'ana', reason: 'agrees' };
    world.advance(29 * DAY_MS);
    await promoteRollout(order, world.deps);
    expect([await world.weights(), await world.champion()]).toEqual([{ 1: 0, 2: 1 }, 2]);
    const asked = (await world.registry.listDecisions('churn', 'rollout')).find(
      ({ outcome }) => outcome === 'promote-requested',
    );
    expect(asked?.numbers).toMatchObject({ by: 'ana', comparison: { requests: 200, disagreement: 0 } });
    expect((await world.registry.findTraffic('churn'))?.shadow).toBeUndefined();
  });

  it('that came through is promoted where the spec says so', async () => {
    const world = await begun(shadow({ onPass: 'promote' }));
    world.counted(2, { requests: 200 });
    world.advance(BAKE_MS);
    expect((await world.judge()).verdict).toBe('promote');
  });

  it('that nobody wanted in a month is taken back', async () => {
    const world = await begun(shadow());
    world.counted(2, { requests: 200 });
    world.advance(30 * DAY_MS + 1);
    expect((await world.judge()).verdict).toBe('roll-back');
  });

  it('that fails is taken back, and the champion never lost a request', async () => {
    const world = await begun(shadow());
    world.counted(2, { requests: 100, errors: 40 });
    expect((await world.judge()).verdict).toBe('roll-back');
    await world.act('roll-back', world.rolloutId);
    const traffic = await world.registry.findTraffic('churn');
    expect([traffic?.shadow, await world.weights()]).toEqual([undefined, { 1: 1 }]);
  });

  for (const [sampled, verdict] of [
    [0, 'promote'],
    [10, 'promote'],
    [14, 'wait'],
    [60, 'roll-back'],
  ] as const) {
    it(`that decides ${sampled} of 200 requests otherwise, where 5 % may be, is to ${verdict}`, async () => {
      const world = await begun(shadow({ onPass: 'promote' }, { agreement: { maxDisagreement: 0.05 } }));
      world.counted(2, { requests: 200, compared: { ...noneCompared(), requests: 200, rows: 200, sampled } });
      world.advance(BAKE_MS);
      expect((await world.judge()).verdict).toBe(verdict);
    });
  }

  it('never gets a weight before it is promoted, whatever happens and is repeated', async () => {
    const move = fc.record({
      what: fc.constantFrom('begin', 'judge', 'roll-back'),
      fault: fc.nat(8),
      requests: fc.nat(150),
      errors: fc.constantFrom(0, 0, 40),
      waitMs: fc.constantFrom(0, BAKE_MS),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 8 }), async (moves) => {
        const world = await begun(shadow());
        for (const { what, fault, requests, errors, waitMs } of moves) {
          await world.answer(world.rolloutId, 2, requests, Math.min(errors, requests));
          world.advance(waitMs);
          world.fault.in = fault;
          await world.act(what, world.rolloutId).catch(() => undefined);
          world.fault.in = 0;
          expect(await world.weights()).toEqual({ 1: 1 });
          expect(await world.champion()).toBe(1);
        }
      }),
      { numRuns: 80 },
    );
  });
});

describe('an A/B test', () => {
  /** Labelled requests whose loss is 0 or 1. */
  const losses = (right: number, wrong: number) => [right, ...new Array(9).fill(0), wrong];

  it('gives both their share until its end, and then the champion stays', async () => {
    const world = await begun(ab);
    expect(await world.weights()).toEqual({ 1: 0.5, 2: 0.5 });
    for (const version of [1, 2]) world.counted(version, { requests: 500, losses: losses(400, 100) });
    world.advance(7 * DAY_MS - 1);
    expect((await world.judge()).verdict).toBe('wait');
    world.advance(1);
    expect((await world.judge()).verdict).toBe('roll-back');
    expect((await world.registry.requireRollout('churn', world.rolloutId)).reasons).toEqual([
      'no decision in 7d: the champion stays',
      expect.stringContaining('better than it: p = '),
    ]);
  });

  it('ends as soon as the candidate is shown to be better', async () => {
    const world = await begun(ab);
    world.counted(1, { requests: 2_000, losses: losses(1_600, 400) });
    world.counted(2, { requests: 2_000, losses: losses(1_900, 100) });
    expect((await world.judge()).verdict).toBe('promote');
  });

  it('ends as soon as it is shown to be worse', async () => {
    const world = await begun(ab);
    world.counted(1, { requests: 2_000, losses: losses(1_900, 100) });
    world.counted(2, { requests: 2_000, losses: losses(1_600, 400) });
    expect((await world.judge()).verdict).toBe('roll-back');
  });

  it('keeps the champion where no labels came', async () => {
    const world = await begun(ab);
    for (const version of [1, 2]) world.counted(version, { requests: 500 });
    world.advance(7 * DAY_MS);
    expect((await world.judge()).verdict).toBe('roll-back');
  });
});
