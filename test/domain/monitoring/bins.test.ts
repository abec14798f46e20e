import { describe, expect, it } from 'vitest';
import { binnedPair, sum, unseenRows } from '../../../domain/monitoring/bins.ts';
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

  it('count as unseen only where the baseline has no row', () => {
    expect(unseenRows({ baseline: [10, 0, 1, 0], live: [1, 2, 3, 4] })).toBe(6);
  });
});
