import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseRoute, fallbackRoute, type Route, stickyPosition } from '../../../domain/inference/route.ts';
import { seeded } from '../../fixtures/random.ts';

const route = (version: number, weight: number): Route => ({ version, weight, target: { kind: 'lambda' } });

function shareOf(version: number, routes: Route[], positions: number[]): number {
  return positions.filter((position) => chooseRoute(routes, position).version === version).length / positions.length;
}

describe('choosing a route', () => {
  for (const weight of [0.01, 0.2, 0.5, 0.9]) {
    it(`gives a candidate of weight ${weight} its share of 40,000 requests within one point`, () => {
      const random = seeded(weight * 1_000);
      const positions = Array.from({ length: 40_000 }, random);
      expect(Math.abs(shareOf(2, [route(1, 1 - weight), route(2, weight)], positions) - weight)).toBeLessThan(0.01);
    });

    it(`gives a candidate of weight ${weight} its share of 40,000 sticky callers within one point`, () => {
      const positions = Array.from({ length: 40_000 }, (_, i) => stickyPosition('flights', `user-${i}`));
      expect(Math.abs(shareOf(2, [route(1, 1 - weight), route(2, weight)], positions) - weight)).toBeLessThan(0.01);
    });
  }

  it('never picks a route of weight 0 and always picks one', () => {
    const position = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(position, fc.double({ min: 0, max: 1, noNaN: true }), (where, weight) => {
        const chosen = chooseRoute([route(1, 1 - weight), route(3, 0), route(2, weight)], where);
        expect(chosen.weight).toBeGreaterThan(0);
      }),
    );
  });

  it('survives weights that sum to a little less than 1', () => {
    expect(chooseRoute([route(1, 0.1), route(2, 0.8999999)], 0.99999999).version).toBe(2);
  });

  it('keeps every caller a candidate already has when its share grows', () => {
    fc.assert(
      fc.property(fc.string(), (key) => {
        const position = stickyPosition('flights', key);
        const versions = [0.05, 0.2, 0.5, 1].map(
          (share) => chooseRoute([route(1, 1 - share), route(2, share)], position).version,
        );
        expect(versions).toEqual([...versions].sort());
      }),
    );
  });

  it('places the same key elsewhere for another model', () => {
    expect(stickyPosition('flights', 'a')).not.toBe(stickyPosition('churn', 'a'));
  });

  it('falls back to the heaviest of the other routes that have traffic', () => {
    const routes = [route(1, 0.6), route(2, 0.3), route(3, 0.1), route(4, 0)];
    expect(fallbackRoute(routes, route(3, 0.1))?.version).toBe(1);
    expect(fallbackRoute(routes, route(1, 0.6))?.version).toBe(2);
    expect(fallbackRoute([route(1, 1), route(4, 0)], route(1, 1))).toBeUndefined();
  });
});
