import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binnedPair, joinSparseBins, MIN_EXPECTED_ROWS, sum, unseenRows } from '../../../domain/monitoring/bins.ts';
import type { ColumnProfile } from '../../../domain/profiles/profile.ts';

const categories = (values: [string, number][], other: number): ColumnProfile => ({
  name: 'plan',
  type: 'category',
  count: sum(values.map(([, count]) => count)) + other,
  nulls: 0,
  nans: 0,
  infinities: 0,
  categories: { values, other },
});

describe('bins of a baseline and a window', () => {
  it('are the categories in the baseline order, then all others', () => {
    const pair = binnedPair(
      categories(
        [
          ['b', 5],
          ['a', 3],
        ],
        1,
      ),
      categories(
        [
          ['b', 2],
          ['a', 0],
        ],
        7,
      ),
    );
    expect(pair).toEqual({ baseline: [5, 3, 1], live: [2, 0, 7] });
  });

  it('refuse a window that was counted over other categories', () => {
    const act = () => binnedPair(categories([['a', 5]], 0), categories([['b', 5]], 0));
    expect(act).toThrow('plan');
  });
});

describe('sparse bins', () => {
  const cases = [
    // 10,000 rows against 100: a bin needs 5 % of the baseline
    {
      name: 'keep bins of exactly five expected rows',
      baseline: [500, 9_000, 500],
      live: [0, 100, 0],
      joined: [500, 9_000, 500],
    },
    {
      name: 'join a bin just below to the next',
      baseline: [499, 9_001, 500],
      live: [60, 20, 20],
      joined: [9_500, 500],
    },
    {
      name: 'join what is left at the end to the last group',
      baseline: [5_000, 4_600, 400],
      live: [50, 20, 30],
      joined: [5_000, 5_000],
    },
    { name: 'gather several', baseline: [200, 200, 200, 9_400], live: [25, 25, 25, 25], joined: [600, 9_400] },
  ];
  for (const { name, baseline, live, joined } of cases) {
    it(name, () => {
      expect(joinSparseBins({ baseline, live })).toMatchObject({ baseline: joined, sparse: false });
    });
  }

  it('set a nearly constant column against its rare values', () => {
    const pair = joinSparseBins({ baseline: [9_990, 10, 0], live: [50, 40, 10] });
    expect(pair).toEqual({ baseline: [9_990, 10], live: [50, 50], sparse: true });
  });

  it('are not compared with fewer than ten rows on either side', () => {
    expect(joinSparseBins({ baseline: [5_000, 5_000], live: [5, 4] })).toBeUndefined();
    expect(joinSparseBins({ baseline: [5_000, 5_000], live: [5, 5] })).toMatchObject({ sparse: false });
    expect(joinSparseBins({ baseline: [5, 4], live: [5_000, 5_000] })).toBeUndefined();
  });

  it('lose no row, and each group holds enough, whatever fell where', () => {
    const bin = fc.tuple(fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 0, max: 300 }));
    fc.assert(
      fc.property(fc.array(bin, { minLength: 1, maxLength: 60 }), (bins) => {
        const [baseline, live] = [bins.map(([count]) => count), bins.map(([, count]) => count)];
        const pair = joinSparseBins({ baseline, live });
        if (!pair) return;
        expect(sum(pair.baseline)).toBe(sum(baseline));
        expect(sum(pair.live)).toBe(sum(live));
        const smaller = Math.min(sum(baseline), sum(live));
        if (pair.sparse) return;
        for (const count of pair.baseline) {
          expect((count / sum(baseline)) * smaller).toBeGreaterThanOrEqual(MIN_EXPECTED_ROWS - 1e-9);
        }
      }),
    );
  });

  it('count as unseen only where the baseline has no row', () => {
    expect(unseenRows({ baseline: [10, 0, 1, 0], live: [1, 2, 3, 4] })).toBe(6);
  });
});
