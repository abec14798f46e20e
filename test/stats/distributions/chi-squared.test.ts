import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chiSquaredSurvival } from '../../../stats/distributions/chi-squared.ts';

describe('the chi-squared distribution', () => {
  // critical values of the printed tables, e.g. NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.4
  const table = [
    { x: 2.706, degrees: 1, p: 0.1 },
    { x: 3.841, degrees: 1, p: 0.05 },
    { x: 6.635, degrees: 1, p: 0.01 },
    { x: 10.828, degrees: 1, p: 0.001 },
    { x: 9.488, degrees: 4, p: 0.05 },
    { x: 18.307, degrees: 10, p: 0.05 },
    { x: 29.588, degrees: 10, p: 0.001 },
    { x: 37.566, degrees: 20, p: 0.01 },
    { x: 124.342, degrees: 100, p: 0.05 },
  ];
  for (const { x, degrees, p } of table) {
    it(`exceeds ${x} with probability ${p} at ${degrees} degrees of freedom`, () => {
      expect(chiSquaredSurvival(x, degrees) / p).toBeCloseTo(1, 2);
    });
  }

  // scipy.stats.chi2.sf
  const exact = [
    { x: 3.841458820694124, degrees: 1, p: 0.04999999999999989 },
    { x: 0.01, degrees: 1, p: 0.920344325445942 },
    { x: 49, degrees: 49, p: 0.4731282956547652 },
    { x: 150, degrees: 50, p: 6.315223256933963e-12 },
    { x: 1000, degrees: 999, p: 0.48513148927490146 },
    { x: 700, degrees: 3, p: 2.0991308534204487e-151 },
    { x: 0.001, degrees: 7, p: 0.9999999999997597 },
  ];
  for (const { x, degrees, p } of exact) {
    it(`agrees with scipy at ${x} and ${degrees} degrees to ten digits`, () => {
      expect(Math.abs(chiSquaredSurvival(x, degrees) / p - 1)).toBeLessThan(1e-10);
    });
  }

  it('is e^(-x/2) at two degrees of freedom', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1_400, noNaN: true }), (x) => {
        expect(Math.abs(chiSquaredSurvival(x, 2) / Math.exp(-x / 2) - 1)).toBeLessThan(1e-10);
      }),
    );
  });

  it('falls as the statistic grows, between 1 and 0', () => {
    const degrees = fc.integer({ min: 1, max: 500 });
    const x = fc.double({ min: 0, max: 3_000, noNaN: true });
    fc.assert(
      fc.property(degrees, x, x, (df, a, b) => {
        const [low, high] = [chiSquaredSurvival(Math.min(a, b), df), chiSquaredSurvival(Math.max(a, b), df)];
        expect(low).toBeLessThanOrEqual(1);
        expect(high).toBeGreaterThanOrEqual(0);
        expect(high - low).toBeLessThanOrEqual(1e-12);
      }),
    );
    expect(chiSquaredSurvival(0, 3)).toBe(1);
    expect(chiSquaredSurvival(Number.POSITIVE_INFINITY, 3)).toBe(0);
  });

  for (const [x, degrees] of [
    [-1, 3],
    [Number.NaN, 3],
    [1, 0],
    [1, 1.5],
  ] as const) {
    it(`refuses a statistic of ${x} with ${degrees} degrees`, () => {
      expect(() => chiSquaredSurvival(x, degrees)).toThrow(RangeError);
    });
  }
});
