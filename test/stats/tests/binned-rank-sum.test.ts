import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binnedRankSum } from '../../../stats/tests/binned-rank-sum.ts';

describe('the rank-sum test of counts', () => {
  // scipy 1.17.1, mannwhitneyu(rows of b, rows of a, method='asymptotic', use_continuity=False)
  const cases = [
    { a: [10, 20, 30, 5], b: [4, 9, 25, 12], pValue: 0.006478434674032944 },
    { a: [500, 900, 300, 0, 77], b: [40, 22, 3, 1, 0], pValue: 4.227770430815345e-8 },
  ];
  for (const { a, b, pValue } of cases) {
    it(`agrees with scipy for ${b}`, () => {
      expect(Math.abs(binnedRankSum(a, b).pValue / pValue - 1)).toBeLessThan(1e-12);
    });
  }

  it('says which side has the larger values', () => {
    expect(binnedRankSum([9, 1], [1, 9]).statistic).toBeGreaterThan(0);
    expect(binnedRankSum([1, 9], [9, 1]).statistic).toBeLessThan(0);
  });

  it('finds nothing where one side is empty or every row is tied', () => {
    for (const [a, b] of [
      [
        [0, 0],
        [3, 4],
      ],
      [
        [5, 0],
        [7, 0],
      ],
      [[1], [0]],
      [[], []],
    ] as const) {
      expect(binnedRankSum(a, b)).toEqual({ statistic: 0, pValue: 1 });
    }
  });

  it('is the same in either direction and for swapped sides', () => {
    const counts = fc.array(fc.tuple(fc.nat(50), fc.nat(50)), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(counts, (pairs) => {
        const [a, b] = [pairs.map(([count]) => count), pairs.map(([, count]) => count)];
        const { statistic, pValue } = binnedRankSum(a, b);
        expect(binnedRankSum(b, a).statistic).toBeCloseTo(-statistic, 9);
        expect(binnedRankSum(a.toReversed(), b.toReversed()).pValue).toBeCloseTo(pValue, 9);
        expect(pValue).toBeGreaterThanOrEqual(0);
        expect(pValue).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('refuses what is no count', () => {
    expect(() => binnedRankSum([1, -1], [1, 1])).toThrow(RangeError);
    expect(() => binnedRankSum([1], [1, 1])).toThrow(RangeError);
  });
});
