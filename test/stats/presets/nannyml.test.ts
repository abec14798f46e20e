import { describe, expect, it } from 'vitest';
import { compareColumn, compareDataset } from '../../../stats/presets/compare.ts';
import type { CategoricalMethodName, ContinuousMethodName } from '../../../stats/presets/nannyml-methods.ts';
import { categoryColumn, categoryCounts, numericColumn } from '../fixtures/columns.ts';
import recorded from '../fixtures/nannyml.json' with { type: 'json' };
import type { Sample } from '../fixtures/samples.ts';

/** The values at these places are missing. */
const without = (values: Float64Array, every: number | undefined, from: number) =>
  every === undefined ? values : values.map((value, i) => (i >= from && (i - from) % every === 0 ? Number.NaN : value));
const added = (chunks: readonly object[]) => {
  const total: Record<string, number> = {};
  for (const [value, count] of chunks.flatMap((chunk) => Object.entries(chunk)))
    total[value] = (total[value] ?? 0) + count;
  return total;
};

describe("NannyML's comparison of a column", () => {
  for (const { reference, current, everyMissing, methods } of recorded.numeric) {
    const drawn = numericColumn(reference as Sample, current as Sample);
    const column = {
      ...drawn,
      reference: without(drawn.reference, everyMissing, 0),
      current: without(drawn.current, everyMissing, 1),
    };
    for (const { method, score, threshold, detected } of methods) {
      it(`gives its ${method} and its threshold of ${reference.n} and ${current.n} numbers`, () => {
        expect(compareColumn('nannyml', column, { continuousMethod: method as ContinuousMethodName })).toMatchObject({
          method,
          statistic: expect.closeTo(score, 9),
          threshold: expect.closeTo(threshold, 9),
          detected,
        });
      });
    }
  }

  for (const [i, { chunks, current, methods }] of recorded.category.entries()) {
    const column = categoryColumn(added(chunks), current, {
      referenceChunks: chunks.map((chunk) => categoryCounts(chunk)),
    });
    for (const { method, score, threshold, detected, ...rest } of methods) {
      it(`gives its ${method} and its threshold of categories (${i + 1})`, () => {
        expect(compareColumn('nannyml', column, { categoricalMethod: method as CategoricalMethodName })).toMatchObject({
          method,
          statistic: expect.closeTo(score, 9),
          threshold: method === 'chi2' ? 0.05 : expect.closeTo(threshold as number, 9),
          ...('pValue' in rest && { pValue: expect.closeTo(rest.pValue as number, 9) }),
          detected,
        });
      });
    }
  }

  it('takes Jensen–Shannon unless told otherwise', () => {
    expect(compareColumn('nannyml', numericColumn({ n: 50, seed: 1 }, { n: 50, seed: 2 })).method).toBe(
      'jensen_shannon',
    );
    expect(compareColumn('nannyml', categoryColumn({ a: 5 }, { a: 5 })).method).toBe('jensen_shannon');
  });

  it('has no threshold without chunks of the reference, unless a constant is given', () => {
    const column = categoryColumn({ a: 50, b: 50 }, { a: 5, b: 45 });
    expect(compareColumn('nannyml', column)).toMatchObject({
      detected: false,
      note: expect.stringContaining('no chunks of the reference'),
    });
    expect(compareColumn('nannyml', column, { threshold: 0.2 })).toMatchObject({ threshold: 0.2, detected: true });
    const nine = numericColumn({ n: 9, seed: 1 }, { n: 50, seed: 2 });
    expect(compareColumn('nannyml', nine).note).toContain('fewer reference rows than chunks');
    expect(compareColumn('nannyml', numericColumn({ n: 10, seed: 1 }, { n: 50, seed: 2 })).threshold).toBeGreaterThan(
      0,
    );
  });

  it('puts what lies outside of the reference into one bin more, infinities included', () => {
    const reference = { n: 200, seed: 1 };
    const far = compareColumn('nannyml', numericColumn(reference, [100, -100, 200]));
    expect(far.statistic).toBeCloseTo(1, 9);
    const infinite = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    expect(compareColumn('nannyml', numericColumn(reference, infinite)).statistic).toBeCloseTo(1, 9);
    const column = numericColumn(reference, infinite);
    expect(compareColumn('nannyml', column, { continuousMethod: 'wasserstein' }).note).toContain('infinite values');
  });

  it('refuses options that are none', () => {
    const column = numericColumn({ n: 50, seed: 1 }, { n: 50, seed: 2 });
    expect(() => compareColumn('nannyml', column, { chunkNumber: 0 })).toThrow(
      'chunkNumber must be a positive integer, got 0',
    );
    expect(() => compareColumn('nannyml', column, { continuousMethod: 'psi' as never })).toThrow(
      'continuousMethod must be one of jensen_shannon, hellinger, kolmogorov_smirnov, wasserstein, got psi',
    );
  });
});

describe("NannyML's comparison of a data set", () => {
  it('detects what any column alerts to', () => {
    const calm = numericColumn({ n: 500, seed: 1 }, { n: 50, seed: 1 });
    const shifted = numericColumn({ n: 500, seed: 1 }, { n: 50, seed: 2, shift: 1 });
    expect(compareDataset('nannyml', [calm])).toMatchObject({ detected: false, driftedShare: 0 });
    expect(compareDataset('nannyml', [calm, shifted])).toMatchObject({ detected: true, driftedShare: 0.5 });
  });
});
