import { describe, expect, it } from 'vitest';
import { categoryStatisticsSql, featureColumns, fitFeaturizer, labelOf } from '../../../domain/features/fit.ts';
import { queryOf, withDuckDb } from '../../../engine/duckdb.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { makeTable } from '../../fixtures/duckdb-table.ts';

const PLAN = [
  { value: 'free', count: 500, labelSum: 400 },
  { value: 'basic', count: 300, labelSum: 30 },
  { value: 'pro', count: 200, labelSum: 100 },
  // all of its two rows are positive, but two rows say little
  { value: 'trial', count: 2, labelSum: 2 },
];
const statistics = (plan = PLAN) => ({ rows: 1_002, labelSum: 532, categories: new Map([['plan', plan]]) });
const planOf = (task: 'binary' | 'multiclass', plan = PLAN) =>
  fitFeaturizer(aModelSpec({ task, classes: ['0', '1'] }), statistics(plan)).features.find(
    ({ name }) => name === 'plan',
  );

describe('fitting', () => {
  it('takes the features in order, by the type of their column', () => {
    expect(featureColumns(aModelSpec())).toEqual([
      { name: 'age', kind: 'numeric' },
      { name: 'spend', kind: 'numeric' },
      { name: 'plan', kind: 'category' },
      { name: 'active', kind: 'boolean' },
    ]);
  });

  it('codes categories by their smoothed mean label', () => {
    expect(planOf('binary')?.categories).toEqual(['basic', 'pro', 'trial', 'free']);
  });

  it('codes them by frequency when there are more than two classes', () => {
    expect(planOf('multiclass')?.categories).toEqual(['free', 'basic', 'pro', 'trial']);
  });

  it('keeps the 1,000 most frequent and breaks ties by value, in whatever order they come', () => {
    const many = Array.from({ length: 1_200 }, (_, i) => ({
      value: `v${String(i).padStart(4, '0')}`,
      count: i < 900 ? 2 : 1,
      labelSum: 0,
    }));
    const kept = planOf('binary', many)?.categories;
    expect(kept).toHaveLength(1_000);
    expect(kept?.includes('v0999')).toBe(true);
    expect(kept?.includes('v1000')).toBe(false);
    expect(planOf('binary', [...many].reverse())?.categories).toEqual(kept);
  });

  it('gathers its statistics in SQL', async () => {
    await withDuckDb({ threads: 1 }, async (connection) => {
      const rows = [
        ['b', 1],
        ['a', 1],
        ['b', 0],
        [null, 1],
        ['c"', 0],
      ];
      await makeTable(
        connection,
        't',
        [
          { name: 'pl"an', type: 'VARCHAR' },
          { name: '__label', type: 'DOUBLE' },
        ],
        rows,
      );
      const found = await queryOf(connection)(categoryStatisticsSql('pl"an', '"__label"', 't'));
      expect(found).toEqual([
        { value: 'b', n: 2n, label_sum: 1 },
        { value: 'a', n: 1n, label_sum: 1 },
        { value: 'c"', n: 1n, label_sum: 0 },
      ]);
    });
  });
});

describe('the label of a spec', () => {
  it('is 0/1 for a binary integer, by number', () => {
    expect(labelOf(aModelSpec())).toEqual({ kind: 'class', column: 'churned', compare: 'number', classes: ['0', '1'] });
  });
  it('is false/true for a binary boolean', () => {
    expect(labelOf(aModelSpec({ data: { target: 'active' } }))).toMatchObject({
      compare: 'text',
      classes: ['false', 'true'],
    });
  });
  it('follows the classes of the spec', () => {
    const spec = aModelSpec({ task: 'multiclass', classes: ['pro', 'basic', 'free'], data: { target: 'plan' } });
    expect(labelOf(spec)).toEqual({
      kind: 'class',
      column: 'plan',
      compare: 'text',
      classes: ['pro', 'basic', 'free'],
    });
  });
  it('is the number itself for a regression', () => {
    expect(labelOf(aModelSpec({ task: 'regression', data: { target: 'spend' } }))).toEqual({
      kind: 'number',
      column: 'spend',
    });
  });
});
