import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinSparseBins, MIN_EXPECTED_ROWS } from '../../../stats/binning/join-sparse.ts';

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);

describe('sparse bins', () => {
  const cases = [
    // 10,000 rows against 100: a bin needs 5 % of the reference
    {
      name: 'keep bins of exactly five expected rows',
      reference: [500, 9_000, 500],
      current: [0, 100, 0],
      joined: [500, 9_000, 500],
    },
    {
      name: 'join a bin just below to the next',
      reference: [499, 9_001, 500],
      current: [60, 20, 20],
      joined: [9_500, 500],
    },
    {
      name: 'join what is left at the end to the last group',
      reference: [5_000, 4_600, 400],
      current: [50, 20, 30],
      joined: [5_000, 5_000],
    },
    { name: 'gather several', reference: [200, 200, 200, 9_400], current: [25, 25, 25, 25], joined: [600, 9_400] },
  ];
  for (const { name, reference, current, joined } of cases) {
    it(name, () => {
      expect(joinSparseBins(reference, current)).toMatchObject({ reference: joined, sparse: false });
    });
  }

  it('set a nearly constant column against its rare values', () => {
    const pair = joinSparseBins([9_990, 10, 0], [50, 40, 10]);
    expect(pair).toEqual({ reference: [9_990, 10], current: [50, 50], sparse: true });
  });

  it('are not compared with fewer than ten rows on either side', () => {
    expect(joinSparseBins([5_000, 5_000], [5, 4])).toBeUndefined();
    expect(joinSparseBins([5_000, 5_000], [5, 5])).toMatchObject({ sparse: false });
    expect(joinSparseBins([5, 4], [5_000, 5_000])).toBeUndefined();
  });

  it('lose no row, and each group holds enough, whatever fell where', () => {
    const bin = fc.tuple(fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 0, max: 300 }));
    fc.assert(
      fc.property(fc.array(bin, { minLength: 1, maxLength: 60 }), (bins) => {
        const [reference, current] = [bins.map(([count]) => count), bins.map(([, count]) => count)];
        const pair = joinSparseBins(reference, current);
        if (!pair) return;
        expect(sum(pair.reference)).toBe(sum(reference));
        expect(sum(pair.current)).toBe(sum(current));
        const smaller = Math.min(sum(reference), sum(current));
        if (pair.sparse) return;
        for (const count of pair.reference) {
          expect((count / sum(reference)) * smaller).toBeGreaterThanOrEqual(MIN_EXPECTED_ROWS - 1e-9);
        }
      }),
    );
  });
});
