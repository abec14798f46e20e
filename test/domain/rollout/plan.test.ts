import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { heaviest, planSteps, type Routes, routesAfterPromotion, routesAt } from '../../../domain/rollout/plan.ts';
import { RolloutStrategy } from '../../../domain/spec/rollout-strategy.ts';

const candidate = { version: 9, target: { kind: 'lambda' as const } };
const champion: Routes = [{ version: 1, weight: 1, target: { kind: 'endpoint', endpointName: 'm-v1-00000000' } }];

const share = fc.double({ min: 0.001, max: 0.999, noNaN: true });
/** Some versions with weights that sum to 1, the candidate perhaps among them. */
const routes = fc
  .uniqueArray(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 })
  .chain((versions) =>
    fc.tuple(fc.constant(versions), fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 4, maxLength: 4 })),
  )
  .map(([versions, parts]): Routes => {
    const total = versions.reduce((sum, _, i) => sum + (parts[i] as number), 0);
    return versions.map((version, i) => ({
      version,
      weight: (parts[i] as number) / total,
      target: { kind: 'lambda' },
    }));
  });

describe('a rollout plan', () => {
  it('keeps a model without traffic from waiting', () => {
    expect(planSteps(RolloutStrategy.parse({ type: 'canary', steps: [0.1] }), [])).toEqual([]);
  });

  it('has nobody to compare with where the champion scores in batches', () => {
    const batch: Routes = [{ version: 1, weight: 1, target: { kind: 'batch' } }];
    expect(planSteps(RolloutStrategy.parse({ type: 'canary', steps: [0.1] }), batch)).toEqual([]);
  });

  it('has the steps of the strategy', () => {
    expect(planSteps(RolloutStrategy.parse({ type: 'canary', steps: [0.1, 0.5] }), champion)).toEqual([0.1, 0.5]);
    expect(planSteps({ type: 'all-at-once' }, champion)).toEqual([]);
  });

  for (const [increment, shares] of [
    [0.5, [0.5]],
    [0.3, [0.3, 0.6, 0.9]],
    [0.1, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]],
    [0.35, [0.35, 0.7]],
  ] as const) {
    it(`adds ${increment} at each step of a linear rollout`, () => {
      expect(planSteps(RolloutStrategy.parse({ type: 'linear', increment }), champion)).toEqual(shares);
    });
  }

  it('has shares that rise and stay below 1, for any increment', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 0.5, noNaN: true }), (increment) => {
        const shares = planSteps(RolloutStrategy.parse({ type: 'linear', increment }), champion);
        expect(shares.length).toBeGreaterThan(0);
        expect(shares.length).toBeLessThan(100);
        expect(shares.every((share, i) => share > (shares[i - 1] ?? 0) && share < 1)).toBe(true);
      }),
    );
  });

  for (const steps of [
    [0.5, 0.1],
    [0.1, 0.1],
  ]) {
    it(`refuses the steps ${steps.join(', ')}`, () => {
      expect(() => planSteps(RolloutStrategy.parse({ type: 'canary', steps }), champion)).toThrow('must rise');
    });
  }

  it('splits between champion and candidate', () => {
    expect(routesAt(champion, candidate, 0.25)).toEqual([
      { ...champion[0], weight: 0.75 },
      { ...candidate, weight: 0.25 },
    ]);
  });

  it('keeps weights that sum to 1, one route per version, the candidate last and at its share', () => {
    fc.assert(
      fc.property(routes, share, (previous, weight) => {
        const after = routesAt(previous, candidate, weight);
        expect(after.reduce((sum, route) => sum + route.weight, 0)).toBeCloseTo(1, 12);
        expect(new Set(after.map((route) => route.version)).size).toBe(after.length);
        expect(after.filter((route) => route.weight === 1).length).toBeLessThanOrEqual(1);
        expect(after.at(-1)?.version).toBe(9);
        if (after.length > 1) expect(after.at(-1)?.weight).toBe(weight);
      }),
    );
  });

  it('ends with the candidate at 1 and the one before at 0, whatever went before', () => {
    fc.assert(
      fc.property(routes, fc.array(share, { maxLength: 3 }), (previous, shares) => {
        const shifted = shares.reduce((now, weight) => routesAt(now, candidate, weight), previous);
        const after = routesAfterPromotion(previous, candidate);
        expect(after.filter((route) => route.weight === 1).map((route) => route.version)).toEqual([9]);
        expect(after.length).toBeLessThanOrEqual(2);
        expect(after.slice(0, -1).map((route) => route.weight)).toEqual(after.length === 2 ? [0] : []);
        expect(shifted.reduce((sum, route) => sum + route.weight, 0)).toBeCloseTo(1, 12);
        const others = previous.filter((route) => route.version !== 9);
        expect(after.length === 2 ? after[0]?.version : undefined).toBe(heaviest(others)?.version);
      }),
    );
  });
});
