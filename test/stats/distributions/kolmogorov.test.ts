import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kolmogorovLimitSurvival } from '../../../stats/distributions/kolmogorov.ts';
import { kolmogorovSurvival } from '../../../stats/distributions/kolmogorov-one-sample.ts';
import { kolmogorovTwoSampleSurvival } from '../../../stats/distributions/kolmogorov-two-sample.ts';
import { relativeError } from '../fixtures/agreement.ts';
import recordings from '../fixtures/kolmogorov-one-sample.json' with { type: 'json' };

describe("the one-sample Kolmogorov distribution, beside scipy's", () => {
  // scipy's own expansion for more than 140 values is good to 1e-5, and to 1e-6 of its exact value at n d² = 2.2
  const tolerances = [
    { source: 'kstwo.sf', below: 1e-9 },
    { source: 'durbin', below: 2e-9 },
    { source: 'durbin, where expanded here', below: 1e-7 },
    { source: 'kstwo.sf, approximated', below: 3e-5 },
  ];
  for (const { source, below } of tolerances) {
    it(`agrees with ${source} to a relative ${below}`, () => {
      const rows = recordings.cases.filter(([of]) => of === source) as [string, number, number, number][];
      expect(rows.length).toBeGreaterThan(5);
      for (const [, n, d, value] of rows) {
        const actual = kolmogorovSurvival(d, n);
        expect(relativeError(actual, value), `${actual}, not ${value}, for n = ${n}, d = ${d}`).toBeLessThan(below);
      }
    });
  }

  it('is a probability that does not rise with d, across the methods', () => {
    const d = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(d, d, fc.integer({ min: 1, max: 400 }), (x, y, n) => {
        const [more, less] = [kolmogorovSurvival(Math.min(x, y), n), kolmogorovSurvival(Math.max(x, y), n)];
        expect(more).toBeLessThanOrEqual(1);
        expect(less).toBeGreaterThanOrEqual(0);
        expect(less - more).toBeLessThanOrEqual(1e-9);
      }),
    );
  });

  it('nears its limit as values become many', () => {
    for (const n of [1e4, 1e6, 1e8]) {
      for (const x of [0.5, 1, 1.5, 3]) {
        const [exact, limit] = [kolmogorovSurvival(x / Math.sqrt(n), n), kolmogorovLimitSurvival(x)];
        expect(Math.abs(exact / limit - 1)).toBeLessThan((3 * x) / Math.sqrt(n));
      }
    }
  });

  it('is 1 up to 1/(2n), which D always reaches, and 0 from 1 on', () => {
    expect(kolmogorovSurvival(0.05, 10)).toBe(1);
    // just above, all ten values are near the middles of tenths: n! (2d − 1/n)^n
    expect(1 - kolmogorovSurvival(0.08, 10)).toBeCloseTo(3_628_800 * 0.06 ** 10, 12);
    expect(kolmogorovSurvival(1, 10)).toBe(0);
    // one value, uniform on [0, 1]: D = max(x, 1 − x)
    expect(kolmogorovSurvival(0.75, 1)).toBeCloseTo(0.5, 14);
  });

  for (const [d, n] of [
    [Number.NaN, 5],
    [0.5, 0],
    [0.5, 2.5],
  ] as const) {
    it(`refuses ${n} values at ${d}`, () => expect(() => kolmogorovSurvival(d, n)).toThrow(RangeError));
  }
});

describe('the two-sample Kolmogorov distribution', () => {
  /** Every interleaving, by its largest gap. */
  function counted(gap: number, n: number, m: number): number {
    let [all, reached] = [0, 0];
    const walk = (i: number, j: number, most: number): void => {
      const largest = Math.max(most, Math.abs(m * i - n * j));
      if (i === n && j === m) {
        all += 1;
        if (largest >= gap) reached += 1;
        return;
      }
      if (i < n) walk(i + 1, j, largest);
      if (j < m) walk(i, j + 1, largest);
    };
    walk(0, 0, 0);
    return reached / all;
  }

  it('is the share of interleavings, counted one by one', () => {
    const size = fc.integer({ min: 1, max: 7 });
    fc.assert(
      fc.property(size, size, fc.nat(50), (n, m, gap) => {
        expect(kolmogorovTwoSampleSurvival(gap, n, m)).toBeCloseTo(counted(gap, n, m), 13);
      }),
    );
  });

  for (const [gap, n, m] of [
    [-1, 2, 3],
    [0.5, 2, 3],
    [1, 0, 3],
    [1, 1e8, 1e9],
  ] as const) {
    it(`refuses sizes ${n} and ${m} at ${gap}`, () => {
      expect(() => kolmogorovTwoSampleSurvival(gap, n, m)).toThrow(RangeError);
    });
  }
});

describe('the Kolmogorov limit', () => {
  it('is 1 at and below 0, and has no value at NaN', () => {
    expect(kolmogorovLimitSurvival(0)).toBe(1);
    expect(kolmogorovLimitSurvival(-1)).toBe(1);
    expect(kolmogorovLimitSurvival(Number.POSITIVE_INFINITY)).toBe(0);
    expect(() => kolmogorovLimitSurvival(Number.NaN)).toThrow(RangeError);
  });
});
