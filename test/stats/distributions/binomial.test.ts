import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binomialUpperTail } from '../../../stats/distributions/binomial.ts';

describe('the upper tail of the binomial distribution', () => {
  // scipy.stats.binom.sf(k - 1, n, p)
  const cases: [number, number, number, number][] = [
    [0, 10, 0.3, 1],
    [1, 10, 0.01, 0.0956179249911955],
    [5, 5, 0.01, 1e-10],
    [3, 100, 0.01, 0.0793732022521805],
    [30, 1_000, 0.02, 0.0206965186732395],
    [10, 1_000, 0.02, 0.995319249568586],
    [12_000, 1_000_000, 0.0119, 0.179353834511866],
  ];
  for (const [k, n, p, expected] of cases) {
    it(`is ${expected} for ${k} or more of ${n} at ${p}`, () => {
      expect(binomialUpperTail(k, n, p)).toBeCloseTo(expected, 9);
    });
  }

  it('is a probability and falls as the count rises', () => {
    const p = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), fc.nat(5_000), p, (n, k, rate) => {
        const count = Math.min(k, n);
        const tail = binomialUpperTail(count, n, rate);
        expect(tail).toBeGreaterThanOrEqual(0);
        expect(tail).toBeLessThanOrEqual(1);
        expect(binomialUpperTail(count + 1, n, rate)).toBeLessThanOrEqual(tail + 1e-12);
      }),
    );
  });

  it('refuses what is no distribution', () => {
    expect(() => binomialUpperTail(1, 10, 1.1)).toThrow(RangeError);
    expect(() => binomialUpperTail(1.5, 10, 0.1)).toThrow(RangeError);
  });
});
