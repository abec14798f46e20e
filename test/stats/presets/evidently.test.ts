import { describe, expect, it } from 'vitest';
import { compareColumn, compareDataset } from '../../../stats/presets/compare.ts';
import { evidentlyDefault } from '../../../stats/presets/evidently.ts';
import type { EvidentlyMethodName } from '../../../stats/presets/evidently-methods.ts';
import type { Column } from '../../../stats/presets/types.ts';
import { categoryColumn, numericColumn } from '../fixtures/columns.ts';
import recorded from '../fixtures/evidently.json' with { type: 'json' };
import type { Sample } from '../fixtures/samples.ts';

interface Recorded {
  readonly method: string;
  readonly score: number;
  readonly threshold: number;
  readonly detected: boolean;
}

const columns: {
  readonly name: string;
  readonly column: Column;
  readonly found: Recorded;
  readonly methods: Recorded[];
}[] = [
  ...recorded.numeric.map(({ name, reference, current, integer = false, default: found, methods }) => ({
    name: `numbers: ${name}`,
    column: numericColumn(reference as Sample, current as Sample, { integer }),
    found,
    methods,
  })),
  ...recorded.category.map(({ name, reference, current, default: found, methods }) => ({
    name: `categories: ${name}`,
    column: categoryColumn(reference, current),
    found,
    methods,
  })),
];

/** Where Evidently itself has less than nine: its series for the tail ends at terms of 1e-7. */
const DIGITS: Readonly<Record<string, number>> = { cramer_von_mises: 6 };

describe("Evidently's comparison of a column", () => {
  for (const { name, column, found, methods } of columns) {
    it(`chooses ${found.method} for ${name}`, () => {
      expect(evidentlyDefault(column)).toBe(found.method);
      expect(compareColumn('evidently', column)).toMatchObject({
        method: found.method,
        statistic: expect.closeTo(found.score, 9),
        threshold: found.threshold,
        detected: found.detected,
      });
    });
    for (const { method, score, threshold, detected } of methods) {
      it(`gives its ${method} of ${name}`, () => {
        const option = column.kind === 'numeric' ? 'numericMethod' : 'categoryMethod';
        const result = compareColumn('evidently', column, { [option]: method as EvidentlyMethodName });
        expect(result).toMatchObject({
          method,
          statistic: expect.closeTo(score, DIGITS[method] ?? 9),
          threshold,
          detected,
        });
        expect(result.pValue).toBe(result.direction === 'below' ? result.statistic : undefined);
      });
    }
  }

  it('drops missing and infinite values on both sides', () => {
    const clean = numericColumn({ n: 300, seed: 1 }, { n: 120, seed: 2 });
    const soiled = (values: Float64Array) =>
      Float64Array.of(Number.NaN, ...values, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN);
    const column = { ...clean, reference: soiled(clean.reference), current: soiled(clean.current) };
    expect(compareColumn('evidently', column)).toEqual(compareColumn('evidently', clean));
    const some = categoryColumn({ a: 5, b: 5 }, { a: 5, b: 6 });
    const missing = { ...some, current: { ...some.current, missing: 1e6 } };
    expect(compareColumn('evidently', missing)).toEqual(compareColumn('evidently', some));
  });

  it('takes another threshold, on its own side of the score', () => {
    const column = numericColumn({ n: 300, seed: 1 }, { n: 120, seed: 2, shift: 0.2 });
    const { statistic = Number.NaN } = compareColumn('evidently', column, { numericMethod: 'psi' });
    for (const [threshold, detected] of [
      [statistic * 0.999, true],
      [statistic, true],
      [statistic * 1.001, false],
    ] as const) {
      expect(compareColumn('evidently', column, { numericMethod: 'psi', threshold }).detected).toBe(detected);
    }
    const { pValue = Number.NaN } = compareColumn('evidently', column, { numericMethod: 't_test' });
    for (const [threshold, detected] of [
      [pValue * 0.999, false],
      [pValue, false],
      [pValue * 1.001, true],
    ] as const) {
      expect(compareColumn('evidently', column, { numericMethod: 't_test', threshold }).detected).toBe(detected);
    }
  });

  for (const [what, column, options, note] of [
    [
      'g_test of unequal sides',
      categoryColumn({ a: 5, b: 5 }, { a: 5, b: 6 }),
      { categoryMethod: 'g_test' },
      'got 11 and 10',
    ],
    [
      'fisher_exact of unequal sides',
      categoryColumn({ a: 5 }, { a: 6 }),
      { categoryMethod: 'fisher_exact' },
      'got 6 and 5',
    ],
    [
      'fisher_exact of three',
      categoryColumn({ a: 2, b: 1 }, { c: 3 }),
      { categoryMethod: 'fisher_exact' },
      'at most two',
    ],
    ['a t-test of two values', numericColumn([1], [2]), { numericMethod: 't_test' }, 'three values in all'],
    [
      'Cramér–von Mises of one value',
      numericColumn([1, 2], [2]),
      { numericMethod: 'cramer_von_mises' },
      'two values on each',
    ],
  ] as const) {
    it(`has no ${what}`, () => {
      const result = compareColumn('evidently', column, options);
      expect(result).toMatchObject({ detected: false, note: expect.stringContaining(note) });
      expect(result).not.toHaveProperty('statistic');
    });
  }

  it('refuses a method that is none or not for the kind of column', () => {
    const column = numericColumn([1, 2], [2, 3]);
    expect(() => compareColumn('evidently', column, { numericMethod: 'TVD' as never })).toThrow(
      'numericMethod must be one of ks, t_test, mannw, cramer_von_mises, psi, kl_div, jensenshannon, hellinger, wasserstein, ed, got TVD',
    );
    expect(() => compareColumn('evidently', column, { numericMethod: 'chisquare' })).toThrow('got chisquare');
    const negative = { numericMethod: 'ks', threshold: -1 } as const;
    expect(() => compareColumn('evidently', column, negative)).toThrow('threshold must be 0 or more, got -1');
  });
});

describe("Evidently's comparison of a data set", () => {
  const same = categoryColumn({ a: 50, b: 50 }, { a: 50, b: 50 });
  const other = categoryColumn({ a: 50, b: 50 }, { a: 1, b: 99 });
  const empty = categoryColumn({ a: 50, b: 50 }, {});
  for (const [columns, driftedShare, detected] of [
    [[same, same, other], 1 / 3, false],
    [[same, other], 0.5, true],
    [[same, other, empty], 0.5, true],
    [[other, other, same], 2 / 3, true],
    [[empty], undefined, false],
    [[], undefined, false],
  ] as const) {
    it(`${detected ? 'detects' : 'does not detect'} drift in a share ${driftedShare} of ${columns.length} columns`, () => {
      const result = compareDataset('evidently', columns);
      expect([result.driftedShare, result.detected]).toEqual([driftedShare, detected]);
      expect(result.columns.length).toBe(columns.length);
    });
  }
  it('takes another share', () => {
    expect(compareDataset('evidently', [same, other], { driftShare: 0.51 }).detected).toBe(false);
    expect(() => compareDataset('evidently', [same], { driftShare: 2 })).toThrow(
      'driftShare must be within 0 and 1, got 2',
    );
  });
});
