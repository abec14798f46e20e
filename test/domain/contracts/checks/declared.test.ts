import { describe, expect, it } from 'vitest';
import { checkReasons, declaredChecks, neededMeasures } from '../../../../domain/contracts/checks/judge-checks.ts';
import type { CheckOutcome } from '../../../../domain/contracts/judgement.ts';
import { aModelSpec } from '../../../fixtures/builders.ts';

const COLUMNS = aModelSpec().data.columns;
const withColumn = (name: string, change: object) =>
  COLUMNS.map((column) => (column.name === name ? { ...column, ...change } : column));

describe('declared checks', () => {
  it('have the id they are given, or one of type and column', () => {
    const checks = [
      { type: 'row-count', min: 1 },
      { type: 'null-share', column: 'spend', max: 0.5 },
      { type: 'statistic', column: 'age', statistic: 'mean' },
      { type: 'statistic', column: 'age', statistic: 'max', id: 'oldest' },
    ];
    const ids = declaredChecks(aModelSpec({ data: { checks } })).map(({ id }) => id);
    expect(ids).toEqual(['row-count', 'null-share:spend', 'statistic:age', 'oldest']);
  });

  it('are none without any', () => {
    expect(declaredChecks(aModelSpec({ data: { minRows: 10 } }))).toEqual([]);
  });

  it('are made by the shares of columns', () => {
    const columns = withColumn('spend', { maxNullShare: 0.2 }).map((column) =>
      column.name === 'plan' ? { ...column, maxUnseenShare: 0 } : column,
    );
    expect(declaredChecks(aModelSpec({ data: { columns } }))).toEqual([
      { id: 'null-share:spend', type: 'null-share', severity: 'error', column: 'spend', max: 0.2 },
      { id: 'unseen-share:plan', type: 'unseen-share', severity: 'error', column: 'plan', max: 0 },
    ]);
  });

  it('are not made by shares that mean nothing for the column', () => {
    // age cannot be missing, gender has no values
    const columns = withColumn('age', { maxNullShare: 0.2 }).map((column) =>
      column.name === 'gender' ? { ...column, maxUnseenShare: 0.1 } : column,
    );
    expect(declaredChecks(aModelSpec({ data: { columns } }))).toEqual([]);
  });

  it('of the spec stand in for those of a column by their id', () => {
    const columns = withColumn('spend', { maxNullShare: 0.2 });
    const check = { type: 'null-share', column: 'spend', max: 0.1, severity: 'warn' };
    expect(declaredChecks(aModelSpec({ data: { columns, checks: [check] } }))).toEqual([
      { ...check, id: 'null-share:spend' },
    ]);
    const other = { ...check, id: 'few-nulls' };
    const both = declaredChecks(aModelSpec({ data: { columns, checks: [other] } }));
    expect(both.map(({ id }) => id)).toEqual(['few-nulls', 'null-share:spend']);
  });
});

describe('needed measures', () => {
  const NOTHING = { duplicateRows: false, unseen: [], labels: false, leakage: false, holdoutOverlap: false };
  const cases: [object, object][] = [
    [{ type: 'row-count', min: 1 }, {}],
    [{ type: 'freshness', maxAge: '1d' }, {}],
    [{ type: 'null-share', column: 'spend', max: 1 }, {}],
    [{ type: 'volume' }, {}],
    [{ type: 'statistic', column: 'age', statistic: 'mean' }, {}],
    [{ type: 'drift' }, {}],
    [{ type: 'duplicate-rows' }, { duplicateRows: true }],
    [{ type: 'unseen-share', column: 'plan', max: 1 }, { unseen: ['plan'] }],
    [{ type: 'label-balance', minShare: 0.1 }, { labels: true }],
    [{ type: 'leakage' }, { leakage: true }],
    [{ type: 'holdout-overlap' }, { holdoutOverlap: true }],
  ];
  for (const [check, needed] of cases) {
    it(`of ${(check as { type: string }).type} are ${Object.keys(needed).join() || 'none'}`, () => {
      const checks = declaredChecks(aModelSpec({ data: { checks: [check] } }));
      expect(neededMeasures(checks)).toEqual({ ...NOTHING, ...needed });
    });
  }

  it('name a column once', () => {
    const checks = [0.1, 0.2].map((max) => ({ type: 'unseen-share', column: 'plan', max, id: `to ${max}` }));
    expect(neededMeasures(declaredChecks(aModelSpec({ data: { checks } }))).unseen).toEqual(['plan']);
  });
});

describe('reasons of checks', () => {
  const outcome = (change: Partial<CheckOutcome>): CheckOutcome => ({
    id: 'some',
    type: 'row-count',
    severity: 'error',
    status: 'failed',
    message: 'too few',
    ...change,
  });

  it('refuse by errors and warn by warnings', () => {
    const outcomes = [
      outcome({ column: 'age' }),
      outcome({ type: 'volume', severity: 'warn', message: 'less than usual' }),
    ];
    expect(checkReasons(outcomes)).toEqual({
      reasons: [{ code: 'row-count', message: 'too few', column: 'age' }],
      warnings: [{ code: 'volume', message: 'less than usual' }],
    });
  });

  for (const status of ['passed', 'insufficient-history', 'insufficient-data', 'unavailable'] as const) {
    it(`are none of a check that is ${status}`, () => {
      expect(checkReasons([outcome({ status })])).toEqual({ reasons: [], warnings: [] });
    });
  }
});
