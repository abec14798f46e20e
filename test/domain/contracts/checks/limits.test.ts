import { describe, expect, it } from 'vitest';
import type { LeakageFigures } from '../../../../domain/contracts/checks/measures.ts';
import type { CheckOutcome } from '../../../../domain/contracts/judgement.ts';
import { type Case, churnProfile, judgedCheck } from './judged.ts';

type Row = readonly [check: object, given: Case, status: CheckOutcome['status'], message: string];

const rows = (count: number): Case => ({ figures: { rows: count } });
const newest = (to: string): Case => ({ figures: { rows: 1, timeRange: { from: '2026-01-01T00:00:00.000Z', to } } });
const spends = (missing: number, present: number): Case => {
  const cells = [...Array(missing).fill({}), ...Array(present).fill({ spend: 1 })];
  return { figures: { rows: cells.length, profile: churnProfile(cells) } };
};
const unseen = (count: number, present: number): Case => ({
  figures: { rows: 100, measures: { unseen: [{ column: 'plan', present, unseen: count }] } },
});
const repeated = (duplicateRows: number, of: number): Case => ({ figures: { rows: of, measures: { duplicateRows } } });
const labels = (negatives: number, positives: number): Case => ({
  figures: {
    rows: 500,
    measures: {
      labels: [
        { label: '0', rows: negatives },
        { label: '1', rows: positives },
      ],
    },
  },
});
const leaks = (figures: Partial<LeakageFigures>): Case => ({
  figures: { rows: 500, measures: { leakage: { rows: 500, strengths: [], unmeasured: [], ...figures } } },
});
const strengths = (...found: [string, number][]) =>
  leaks({ strengths: found.map(([feature, strength]) => ({ feature, strength, by: 'value' })) });
const overlap = (holdoutOverlap: number, of: number): Case => ({
  figures: { rows: of, measures: { holdoutOverlap } },
  context: { holdoutIds: ['0123456789abcdef'] },
});

const TABLE: Record<string, Row[]> = {
  'row-count': [
    [{ min: 10 }, rows(10), 'passed', '10 rows; at least 10 are needed'],
    [{ min: 10 }, rows(9), 'failed', '9 rows; at least 10 are needed'],
    [{ max: 10 }, rows(10), 'passed', '10 rows; at most 10 are allowed'],
    [{ max: 10 }, rows(11), 'failed', '11 rows; at most 10 are allowed'],
    [{ min: 1, max: 2 }, rows(1), 'passed', '1 row; at least 1 are needed and at most 2 are allowed'],
    [{ min: 1, max: 2 }, rows(0), 'failed', '0 rows; at least 1 are needed and at most 2 are allowed'],
    [{ min: 1, max: 2 }, rows(3), 'failed', '3 rows; at least 1 are needed and at most 2 are allowed'],
    [{ min: 1_000_000_000 }, rows(999_999_998), 'failed', '999999998 rows; at least 1000000000 are needed'],
  ],
  freshness: [
    [
      { maxAge: '1d' },
      newest('2026-03-01T00:00:00.000Z'),
      'passed',
      'the newest seen_at is 24 h old (2026-03-01T00:00:00.000Z); at most 1d is allowed',
    ],
    [
      { maxAge: '1d' },
      newest('2026-02-28T23:59:59.000Z'),
      'failed',
      'the newest seen_at is 24 h old (2026-02-28T23:59:59.000Z); at most 1d is allowed',
    ],
    [
      { maxAge: '30s' },
      newest('2026-03-02T00:00:05.000Z'),
      'passed',
      'the newest seen_at is 5 s in the future (2026-03-02T00:00:05.000Z); at most 30s is allowed',
    ],
    [{ maxAge: '1d' }, rows(3), 'insufficient-data', 'no row has a time in seen_at'],
    [
      { maxAge: '1d' },
      { ...newest('2026-03-02T00:00:00.000Z'), overrides: { data: { timestamp: undefined } } },
      'unavailable',
      'the spec names no data.timestamp to tell the age by',
    ],
  ],
  'null-share': [
    [
      { column: 'spend', max: 0.2 },
      spends(20, 80),
      'passed',
      'spend is missing in 20 of 100 rows (20 %); at most 20 % are allowed',
    ],
    [
      { column: 'spend', max: 0.2 },
      spends(21, 79),
      'failed',
      'spend is missing in 21 of 100 rows (21 %); at most 20 % are allowed',
    ],
    [
      { column: 'spend', max: 0 },
      spends(0, 1),
      'passed',
      'spend is missing in 0 of 1 row (0 %); at most 0 % are allowed',
    ],
    [
      { column: 'spend', max: 0 },
      spends(1, 0),
      'failed',
      'spend is missing in 1 of 1 row (100 %); at most 0 % are allowed',
    ],
    // of a protected column counts are all there is
    [
      { column: 'gender', max: 0 },
      spends(0, 2),
      'failed',
      'gender is missing in 2 of 2 rows (100 %); at most 0 % are allowed',
    ],
    [{ column: 'spend', max: 0.2 }, spends(0, 0), 'insufficient-data', 'there is no row to count missing spend in'],
    [{ column: 'spend', max: 0.2 }, rows(0), 'insufficient-data', 'there is no row to count missing spend in'],
    [{ column: 'height', max: 0.2 }, spends(0, 1), 'unavailable', 'height was not counted'],
  ],
  'unseen-share': [
    [
      { column: 'plan', max: 0.05 },
      unseen(4, 80),
      'passed',
      "4 of 80 values of plan are none of the spec's (5 %); at most 5 % are allowed",
    ],
    [
      { column: 'plan', max: 0.05 },
      unseen(5, 80),
      'failed',
      "5 of 80 values of plan are none of the spec's (6.25 %); at most 5 % are allowed",
    ],
    [{ column: 'plan', max: 0.05 }, unseen(0, 0), 'insufficient-data', 'plan is missing in every row'],
    [
      { column: 'gender', max: 0.05 },
      unseen(0, 1),
      'unavailable',
      'gender was not compared with the values of the spec',
    ],
  ],
  'duplicate-rows': [
    [{}, repeated(0, 10), 'passed', '0 of 10 rows repeat an earlier one (0 %); at most 0 % are allowed'],
    [
      {},
      repeated(1, 1_000_000),
      'failed',
      '1 of 1000000 rows repeat an earlier one (0.0001 %); at most 0 % are allowed',
    ],
    [
      { maxShare: 0.1 },
      repeated(1, 10),
      'passed',
      '1 of 10 rows repeat an earlier one (10 %); at most 10 % are allowed',
    ],
    [
      { maxShare: 0.1 },
      repeated(2, 10),
      'failed',
      '2 of 10 rows repeat an earlier one (20 %); at most 10 % are allowed',
    ],
    [{}, repeated(0, 0), 'insufficient-data', 'there is no row to compare with others'],
    [{}, rows(10), 'unavailable', 'rows were not compared with each other'],
  ],
  'label-balance': [
    [
      { minShare: 0.1 },
      labels(90, 10),
      'passed',
      '10 of 100 labelled rows are "1" (10 %); 10 % to 100 % are allowed for each class',
    ],
    [
      { minShare: 0.1 },
      labels(91, 9),
      'failed',
      '9 of 100 labelled rows are "1" (9 %); 10 % to 100 % are allowed for each class',
    ],
    [
      { minShare: 0, maxShare: 0.6 },
      labels(60, 40),
      'passed',
      '60 of 100 labelled rows are "0" (60 %); 0 % to 60 % are allowed for each class',
    ],
    [
      { minShare: 0, maxShare: 0.6 },
      labels(61, 39),
      'failed',
      '61 of 100 labelled rows are "0" (61 %); 0 % to 60 % are allowed for each class',
    ],
    [
      { minShare: 0.01 },
      labels(100, 0),
      'failed',
      '0 of 100 labelled rows are "1" (0 %); 1 % to 100 % are allowed for each class',
    ],
    [{ minShare: 0.1 }, labels(0, 0), 'insufficient-data', 'no row has a label in churned'],
    [{ minShare: 0.1 }, rows(10), 'unavailable', 'labels were not counted'],
    [
      { minShare: 0.1 },
      { ...labels(1, 1), overrides: { task: 'regression', data: { target: 'age' } } },
      'unavailable',
      'the target of a regression has no classes',
    ],
  ],
  leakage: [
    [
      {},
      strengths(['spend', 0.99], ['age', 0.2]),
      'passed',
      'churned is told best by spend (0.99) on a scale from 0 to 1; at most 0.99 is allowed',
    ],
    [
      {},
      strengths(['spend', 0.991], ['age', 0.2]),
      'failed',
      'churned is told best by spend (0.991) on a scale from 0 to 1; at most 0.99 is allowed',
    ],
    [
      { threshold: 0.1 },
      strengths(['a', 1], ['b', 0.9], ['c', 0.8], ['d', 0.7], ['e', 0.6], ['f', 0.5], ['g', 0.1]),
      'failed',
      'churned is told best by a (1), b (0.9), c (0.8), d (0.7), e (0.6) and 1 more on a scale from 0 to 1; at most 0.1 is allowed',
    ],
    [
      {},
      leaks({ strengths: [{ feature: 'spend', strength: 1, by: 'missing' }], unmeasured: ['age', 'plan'] }),
      'failed',
      'churned is told best by whether spend is missing (1) on a scale from 0 to 1; at most 0.99 is allowed; too few rows to tell for age, plan',
    ],
    [
      {},
      leaks({ rows: 19, unmeasured: ['age'] }),
      'insufficient-data',
      '19 labelled rows are too few to compare features with the label; too few rows to tell for age',
    ],
    [{}, rows(10), 'unavailable', 'features were not compared with the label'],
  ],
  'holdout-overlap': [
    [
      {},
      overlap(0, 10),
      'passed',
      'the champion was judged on customer_id of 0 of 10 rows (0 %); at most 0 % are allowed',
    ],
    [
      {},
      overlap(1, 10),
      'failed',
      'the champion was judged on customer_id of 1 of 10 rows (10 %); at most 0 % are allowed',
    ],
    [
      { maxShare: 0.1 },
      overlap(1, 10),
      'passed',
      'the champion was judged on customer_id of 1 of 10 rows (10 %); at most 10 % are allowed',
    ],
    [
      { maxShare: 0.1 },
      overlap(2, 10),
      'failed',
      'the champion was judged on customer_id of 2 of 10 rows (20 %); at most 10 % are allowed',
    ],
    [{}, overlap(0, 0), 'insufficient-data', 'there is no row to compare with the holdout'],
    [
      {},
      { ...overlap(0, 10), context: {} },
      'unavailable',
      'the rows a champion was judged on are not known, or no longer kept',
    ],
    [{}, { ...rows(10), context: { holdoutIds: [] } }, 'unavailable', 'customer_id was not compared with the holdout'],
    [
      {},
      { ...overlap(0, 10), overrides: { data: { id: undefined } } },
      'unavailable',
      'the spec names no data.id to tell rows by',
    ],
  ],
};

for (const [type, table] of Object.entries(TABLE)) {
  describe(type, () => {
    for (const [check, given, status, message] of table) {
      it(`is ${status}: ${message}`, () => {
        const outcome = judgedCheck({ type, ...check }, given);
        expect(outcome).toMatchObject({ type, status, message, severity: 'error' });
        expect(outcome.value !== undefined).toBe(status === 'passed' || status === 'failed');
      });
    }
  });
}

describe('an outcome', () => {
  it('carries figure, limits, column and severity', () => {
    const check = { type: 'null-share', column: 'spend', max: 0.2, severity: 'warn', id: 'few' };
    expect(judgedCheck(check, spends(1, 3))).toEqual({
      id: 'few',
      type: 'null-share',
      column: 'spend',
      severity: 'warn',
      status: 'failed',
      value: 0.25,
      max: 0.2,
      message: 'spend is missing in 1 of 4 rows (25 %); at most 20 % are allowed',
    });
    expect(judgedCheck({ type: 'row-count', min: 1, max: 3 }, rows(2))).toMatchObject({ value: 2, min: 1, max: 3 });
    expect(judgedCheck({ type: 'leakage' }, strengths(['spend', 1]))).toMatchObject({ column: 'spend', value: 1 });
  });
});
