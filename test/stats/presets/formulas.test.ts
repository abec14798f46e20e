import { describe, expect, it } from 'vitest';
import { compareColumn, compareDataset } from '../../../stats/presets/compare.ts';
import { standardHistogram } from '../../../stats/presets/tfdv.ts';
import { categoryColumn, numericColumn } from '../fixtures/columns.ts';

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

describe("Model Monitor's comparison of a column", () => {
  // F(50) is 0.5 of 1 … 100 and 0 of 51 … 150
  const numbers = numericColumn(
    upTo(100),
    upTo(100).map((value) => value + 50),
  );
  // shares 0.6, 0.4 against 0.3, 0.5, 0.2
  const strings = categoryColumn({ a: 60, b: 40 }, { a: 30, b: 50, c: 20 });

  for (const [what, column, options, expected] of [
    ['of numbers', numbers, { comparisonMethod: 'Simple' }, { statistic: 0.5, method: 'LInfinity Simple' }],
    [
      'of numbers, less chance',
      numbers,
      {},
      { statistic: 0.5 - 1.8 * Math.sqrt(200 / 10_000), method: 'LInfinity Robust' },
    ],
    ['of numbers at an alpha', numbers, { alpha: 0.05 }, { statistic: 0.5 - 1.3581015 * Math.sqrt(0.02) }],
    ['of strings', strings, { comparisonMethod: 'Simple' }, { statistic: 0.3 }],
    ['of strings, less chance', strings, {}, { statistic: 0.3 - 1.8 * Math.sqrt(0.02) }],
  ] as const) {
    it(`is L-infinity ${what}`, () => {
      const result = compareColumn('model-monitor', column, options);
      expect(result).toMatchObject({ ...expected, statistic: expect.closeTo(expected.statistic, 7), threshold: 0.1 });
      expect(result.detected).toBe(expected.statistic > 0.1);
    });
  }

  it('is chi-squared of what the baseline has, if asked', () => {
    // 80 rows in a and b, 48 and 32 expected: 18²/48 + 18²/32
    const result = compareColumn('model-monitor', strings, { categoricalDriftMethod: 'ChiSquared' });
    expect(result).toMatchObject({ method: 'ChiSquared', direction: 'below', threshold: 0.1, detected: true });
    expect(result.statistic).toBeCloseTo(324 / 48 + 324 / 32, 9);
    expect(result.pValue).toBeLessThan(1e-4);
    const few = categoryColumn({ a: 6, b: 4 }, { a: 3, b: 5 });
    expect(compareColumn('model-monitor', few, { categoricalDriftMethod: 'ChiSquared' })).toMatchObject({
      detected: false,
      note: expect.stringContaining('fewer than two categories'),
    });
  });

  it('drifts above its threshold only', () => {
    const options = { comparisonMethod: 'Simple' } as const;
    expect(compareColumn('model-monitor', numbers, { ...options, comparisonThreshold: 0.5 }).detected).toBe(false);
    expect(compareColumn('model-monitor', numbers, { ...options, comparisonThreshold: 0.499 }).detected).toBe(true);
    expect(compareColumn('model-monitor', strings, { ...options, categoricalComparisonThreshold: 0.31 }).detected).toBe(
      false,
    );
    expect(compareDataset('model-monitor', [numbers, strings]).detected).toBe(true);
    expect(compareDataset('model-monitor', [strings]).detected).toBe(false);
  });

  it('ranks infinite values and leaves out missing ones', () => {
    const column = numericColumn([1, 2, 3, 4, Number.NaN], [1, 2, 3, Number.POSITIVE_INFINITY]);
    expect(compareColumn('model-monitor', column, { comparisonMethod: 'Simple' }).statistic).toBeCloseTo(0.25, 12);
  });

  it('refuses options that are none', () => {
    expect(() => compareColumn('model-monitor', numbers, { comparisonMethod: 'robust' as never })).toThrow(
      'comparisonMethod must be one of Simple, Robust, got robust',
    );
    expect(() => compareColumn('model-monitor', numbers, { alpha: 0 })).toThrow('alpha must be above 0');
  });
});

describe("TFDV's comparison of a column", () => {
  const strings = categoryColumn({ a: 60, b: 40 }, { a: 15, b: 25, c: 10 });
  it('is L-infinity of strings, or another comparator', () => {
    expect(compareColumn('tfdv', strings).statistic).toBeCloseTo(0.3, 12);
    // 60 − 15 over 100 + 50 rows
    const counted = compareColumn('tfdv', strings, { stringDistance: 'normalized_abs_difference' });
    expect(counted.statistic).toBeCloseTo(45 / 150, 12);
    const [p, q] = [
      [0.6, 0.4, 0],
      [0.3, 0.5, 0.2],
    ] as const;
    const entropy = (shares: readonly number[]) => shares.reduce((sum, s) => (s > 0 ? sum - s * Math.log2(s) : sum), 0);
    const middle = p.map((share, i) => (share + (q[i] as number)) / 2);
    expect(compareColumn('tfdv', strings, { stringDistance: 'jensen_shannon_divergence' }).statistic).toBeCloseTo(
      entropy(middle) - (entropy(p) + entropy(q)) / 2,
      12,
    );
  });

  it('is the divergence of histograms of numbers, each with its own buckets', () => {
    // two buckets each: 0–2, 2–4 with 2 and 3 rows; 1–3, 3–5 with 2 and 2: boundaries 0, 1, 2, 3, 4, 5
    const column = numericColumn([0, 1, 2, 3, 4], [1, 2.5, 4.5, 5]);
    const p = [1, 1, 1.5, 1.5, 0].map((rows) => rows / 5);
    const q = [0, 1, 1, 1, 1].map((rows) => rows / 4);
    const terms = p.map((a, i) => {
      const [b, m] = [q[i] as number, (a + (q[i] as number)) / 2];
      return (a > 0 ? a * Math.log2(a / m) : 0) + (b > 0 ? b * Math.log2(b / m) : 0);
    });
    const expected = terms.reduce((sum, term) => sum + term, 0) / 2;
    expect(compareColumn('tfdv', column, { buckets: 2 }).statistic).toBeCloseTo(expected, 12);
  });

  it('has histograms of ten buckets, of a point for a constant, and of one for each infinity', () => {
    expect(standardHistogram(Float64Array.from(upTo(11)))).toEqual({
      buckets: upTo(10).map((low) => ({ low, high: low + 1, count: low === 10 ? 2 : 1 })),
    });
    expect(standardHistogram(Float64Array.of(7, Number.NaN, 7))).toEqual({ buckets: [{ low: 7, high: 7, count: 2 }] });
    const { POSITIVE_INFINITY: above, NEGATIVE_INFINITY: below } = Number;
    expect(standardHistogram(Float64Array.of(above, below, above))).toEqual({
      buckets: [
        { low: below, high: below, count: 1 },
        { low: above, high: above, count: 2 },
      ],
    });
  });

  it('takes infinite against infinite values for drift', () => {
    const infinite = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    expect(compareColumn('tfdv', numericColumn(infinite, infinite)).statistic).toBe(1);
  });

  it('detects nothing without a threshold, and what is above the one given', () => {
    expect(compareColumn('tfdv', strings)).toMatchObject({ detected: false, note: expect.stringContaining('0.01') });
    expect(compareColumn('tfdv', strings)).not.toHaveProperty('threshold');
    expect(compareColumn('tfdv', strings, { threshold: 0.01 })).toMatchObject({ detected: true, threshold: 0.01 });
    expect(compareColumn('tfdv', strings, { threshold: 0.31 }).detected).toBe(false);
    expect(compareDataset('tfdv', [strings], { threshold: 0.01 }).detected).toBe(true);
  });

  it('refuses options that are none', () => {
    expect(() => compareColumn('tfdv', strings, { stringDistance: 'psi' as never })).toThrow(
      'stringDistance must be one of',
    );
    expect(() => compareColumn('tfdv', numericColumn([1, 2], [1, 2]), { buckets: 0 })).toThrow(
      'bins must be a positive',
    );
  });
});
