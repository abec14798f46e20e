import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distance } from '../../../domain/monitoring/distances.ts';
import { DRIFT_METHODS } from '../../../domain/spec/monitoring.ts';

describe('the distances', () => {
  // counts chosen so that with half a row in each bin the shares are 0.5, 0.5 against 0.25, 0.75
  const pair = { baseline: [9.5, 9.5], live: [4.5, 14.5] };
  const [p, q] = [0.25, 0.75];
  const table = [
    // (0.25 − 0.5) ln(0.25 / 0.5) + (0.75 − 0.5) ln(0.75 / 0.5) = 0.25 ln 3
    { method: 'psi', value: 0.25 * Math.log(3) },
    // entropy of the middle (0.375, 0.625) less the mean of both entropies, in bits, rooted
    {
      method: 'jensen_shannon',
      value: Math.sqrt(
        -(0.375 * Math.log2(0.375) + 0.625 * Math.log2(0.625)) - (1 - (p * Math.log2(p) + q * Math.log2(q))) / 2,
      ),
    },
    { method: 'l_infinity', value: 0.25 },
  ] as const;
  for (const { method, value } of table) {
    it(`${method} is ${value.toPrecision(4)} between (1/2, 1/2) and (1/4, 3/4)`, () => {
      expect(distance(method, pair.baseline, pair.live)).toBeCloseTo(value, 12);
    });
  }

  it('psi of an empty bin is finite: half a row stands in it', () => {
    // shares 0.5, 0.5 against 0.975, 0.025
    expect(distance('psi', [9.5, 9.5], [19, 0])).toBeCloseTo(0.475 * Math.log(0.975 / 0.025), 12);
  });

  it('jensen_shannon comes near 1 for samples with nothing in common', () => {
    expect(distance('jensen_shannon', [1e9, 0], [0, 1e9])).toBeCloseTo(1, 6);
  });

  for (const method of DRIFT_METHODS) {
    it(`${method} is symmetric, finite, >= 0, and 0 only of equal shares`, () => {
      const bin = fc.tuple(fc.integer({ min: 0, max: 100_000 }), fc.integer({ min: 0, max: 100_000 }));
      fc.assert(
        fc.property(fc.array(bin, { minLength: 1, maxLength: 60 }), (bins) => {
          const [a, b] = [bins.map(([count]) => count), bins.map(([, count]) => count)];
          const ab = distance(method, a, b);
          expect(ab).toBeGreaterThanOrEqual(0);
          expect(ab).toBeCloseTo(distance(method, b, a), 9);
          expect(distance(method, a, a)).toBeCloseTo(0, 12);
          if (method !== 'psi') expect(ab).toBeLessThanOrEqual(1);
        }),
      );
    });

    it(`${method} refuses different numbers of bins`, () => {
      expect(() => distance(method, [1, 2], [1, 2, 3])).toThrow(RangeError);
    });
  }
});
