import { describe, expect, it } from 'vitest';
import { compareColumn, compareDataset } from '../../../stats/presets/compare.ts';
import { type Column, type ColumnPresetName, presetNames } from '../../../stats/presets/types.ts';
import { categoryColumn, categoryCounts, numericColumn } from '../fixtures/columns.ts';

const PRESETS = presetNames.filter((name): name is ColumnPresetName => name !== 'clarify');
const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const fifty = (value: number) => new Array<number>(50).fill(value);
const normal = { n: 50, seed: 1 };

/** Whether there is a figure, and whether it is drift; per preset where they differ. */
type Outcome = 'none' | 'calm' | 'drift';
const cases: {
  readonly what: string;
  readonly column: Column;
  readonly outcome: Outcome | Record<ColumnPresetName, Outcome>;
}[] = [
  { what: 'an empty reference', column: numericColumn([], normal), outcome: 'none' },
  { what: 'an empty current side', column: numericColumn(normal, []), outcome: 'none' },
  { what: 'two empty sides', column: numericColumn([], []), outcome: 'none' },
  { what: 'a reference of which all is missing', column: numericColumn(fifty(nan), normal), outcome: 'none' },
  // only Millrace takes missing values for drift
  {
    what: 'all missing now',
    column: numericColumn(normal, fifty(nan)),
    outcome: { ...all('none'), millrace: 'drift' },
  },
  { what: 'a constant', column: numericColumn(fifty(5), fifty(5)), outcome: all('calm') },
  { what: 'another constant', column: numericColumn(fifty(5), fifty(6)), outcome: all('drift') },
  {
    what: 'one value on either side',
    column: numericColumn([1], [2]),
    outcome: { ...all('none'), evidently: 'calm', 'model-monitor': 'calm', tfdv: 'drift', nannyml: 'calm' },
  },
  {
    what: 'infinite values on both sides',
    column: numericColumn([...fifty(1), inf], [...fifty(1), inf]),
    outcome: { millrace: 'calm', evidently: 'calm', 'model-monitor': 'calm', tfdv: 'drift', nannyml: 'none' },
  },
  {
    what: 'nothing but infinite values now',
    column: numericColumn(normal, fifty(inf)),
    outcome: { millrace: 'drift', evidently: 'none', 'model-monitor': 'drift', tfdv: 'drift', nannyml: 'drift' },
  },
  { what: 'no category', column: categoryColumn({}, { a: 50 }), outcome: 'none' },
  { what: 'no category now', column: categoryColumn({ a: 50 }, {}), outcome: 'none' },
  { what: 'one category', column: chunked({ a: 50 }, { a: 50 }), outcome: { ...all('calm'), millrace: 'none' } },
  { what: 'one category against another', column: chunked({ a: 50 }, { b: 50 }), outcome: all('drift') },
  {
    what: 'all categories missing now',
    column: { ...categoryColumn({ a: 50 }, {}), current: categoryCounts({}, 50) },
    outcome: { ...all('none'), millrace: 'drift' },
  },
  {
    what: 'a category that nobody has',
    column: chunked({ a: 50, b: 0 }, { a: 50 }),
    outcome: { ...all('calm'), millrace: 'none' },
  },
];

function all(outcome: Outcome): Record<ColumnPresetName, Outcome> {
  return { millrace: outcome, evidently: outcome, tfdv: outcome, 'model-monitor': outcome, nannyml: outcome };
}
function chunked(reference: object, current: object) {
  const referenceChunks = Array.from({ length: 5 }, () => categoryCounts(reference));
  return categoryColumn(reference, current, { referenceChunks });
}

describe('poor data', () => {
  for (const preset of PRESETS) {
    for (const { what, column, outcome } of cases) {
      const expected = typeof outcome === 'string' ? outcome : outcome[preset];
      it(`${what} is ${expected} to ${preset}`, () => {
        const result = compareColumn(preset, column, preset === 'tfdv' ? { threshold: 0.01 } : {});
        expect(result.detected).toBe(expected === 'drift');
        if (expected === 'none') {
          expect(result).not.toHaveProperty('statistic');
          expect(result.note).toMatch(/\w/);
        } else if (preset !== 'millrace') expect(result.statistic).toBeGreaterThanOrEqual(0);
      });
    }

    it(`stops no other column with ${preset}`, () => {
      const good = numericColumn({ n: 200, seed: 3 }, { n: 200, seed: 4 });
      const { columns } = compareDataset(preset, [...cases.map(({ column }) => column), good]);
      expect(columns.length).toBe(cases.length + 1);
      expect(columns.at(-1)?.statistic).toBeGreaterThanOrEqual(0);
    });

    it(`with impossible counts is refused by ${preset}`, () => {
      for (const wrong of [categoryColumn({ a: -1 }, { a: 5 }), categoryColumn({ a: 1 }, { a: nan })]) {
        expect(() => compareColumn(preset, wrong)).toThrow(
          /column plan: (reference|current)\.counts\[0\] must be a finite count/,
        );
      }
      const missing = { ...categoryColumn({ a: 1 }, { a: 1 }), reference: categoryCounts({ a: 1 }, -1) };
      expect(() => compareColumn(preset, missing)).toThrow('column plan: reference.missing[0] must be a finite count');
    });
  }

  it('of a kind that is none is refused by its name', () => {
    const column = { ...numericColumn(normal, normal), name: 'age', kind: 'number' } as never;
    const message = 'column age: kind must be one of numeric, category, got number';
    expect(() => compareColumn('evidently', column)).toThrow(message);
    expect(() => compareDataset('millrace', [column])).toThrow(message);
  });

  it('of a preset that is none is refused', () => {
    for (const name of ['clarify', 'toString', 'sagemaker']) {
      expect(() => compareColumn(name as 'tfdv', numericColumn(normal, normal))).toThrow(
        `preset must be one of millrace, evidently, tfdv, model-monitor, nannyml, got ${name}`,
      );
    }
  });
});
