import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Baseline } from '../../../../domain/monitoring/baseline.ts';
import { distance } from '../../../../domain/monitoring/distances.ts';
import { referenceColumns } from '../../../../domain/profiles/columns.ts';
import type { Profile } from '../../../../domain/profiles/profile.ts';
import { aBaseline, type ChurnRow, churnRows, profileOf } from '../../../fixtures/monitoring.ts';
import { type Case, judgedCheck } from './judged.ts';

const FEATURES = ['age', 'spend', 'plan', 'active'];
const BASELINE = aBaseline();
/** As a data set is counted: over the bins of the baseline's features, and columns the champion does not know. */
const counted = (rows: readonly (readonly unknown[])[], baseline: Baseline = BASELINE): Profile => {
  const columns = [...referenceColumns(baseline.features), { name: 'gender', type: 'string' as const }];
  const cells = (row: readonly unknown[]) =>
    columns.map(({ name }) => (name === 'gender' ? 'f' : row[FEATURES.indexOf(name)]));
  return profileOf(columns, rows.map(cells));
};
const given = (rows: readonly (readonly unknown[])[], baseline = BASELINE): Case => ({
  figures: { rows: rows.length, profile: counted(rows, baseline) },
  context: { champion: { version: 7, baseline } },
});
const drift = (rows: readonly (readonly unknown[])[], check: object = {}, baseline = BASELINE) =>
  judgedCheck({ type: 'drift', ...check }, given(rows, baseline));

const shifted = (row: ChurnRow): ChurnRow => [row[0], (row[1] ?? 0) / 2, row[2], row[3], row[4]];

describe('drift', () => {
  it('passes data of the same distribution and says how near it is', () => {
    const outcome = drift(churnRows(1_000, 2));
    expect(outcome).toMatchObject({ status: 'passed', max: 0.25 });
    expect(outcome.value).toBeLessThan(0.05);
    expect(outcome.message).toMatch(
      /^the largest psi is 0\.0\d+ \(\w+\); less than 0\.25 is allowed, or an insignificant change \(beside what version 7 was trained on\)$/,
    );
  });

  it('fails data of another distribution and names the column', () => {
    const outcome = drift(churnRows(1_000, 2, shifted));
    expect(outcome).toMatchObject({ status: 'failed', column: 'spend', max: 0.25 });
    expect(outcome.value).toBeGreaterThan(0.25);
    expect(outcome.message).toMatch(
      /^spend: psi is [\d.]+, threshold 0\.25 \(p < 1e-100, 1000 rows\) \(beside what version 7 was trained on\)$/,
    );
  });

  for (const method of ['psi', 'jensen_shannon', 'l_infinity'] as const) {
    it(`fails from the threshold of ${method} on`, () => {
      const rows = churnRows(1_000, 2, shifted);
      const effect = drift(rows, { method, threshold: 1e-6, columns: ['spend'] }).value as number;
      const live = counted(rows).columns[1]?.bins?.counts as number[];
      expect(effect).toBe(distance(method, BASELINE.features[1]?.bins?.counts as number[], live));
      expect(drift(rows, { method, threshold: effect, columns: ['spend'] }).status).toBe('failed');
      expect(drift(rows, { method, threshold: effect * 1.0001, columns: ['spend'] }).status).toBe('passed');
    });
  }

  it('does not fail a large difference that chance explains', () => {
    const outcome = drift(churnRows(20, 3), { minRows: 1, threshold: 0.001 });
    expect(outcome.status).toBe('passed');
    expect(outcome.value).toBeGreaterThan(0.001);
    expect(outcome.message).toContain(', which chance explains');
  });

  it('does not fail a trifle, however significant', () => {
    const rows = churnRows(50_000, 4, ([age, spend, ...rest]) => [age, (spend ?? 0) * 0.96, ...rest]);
    expect(drift(rows).status).toBe('passed');
  });

  for (const [rows, status] of [
    [199, 'insufficient-data'],
    [200, 'passed'],
  ] as const) {
    it(`is ${status} for ${rows} rows of at least 200`, () => {
      expect(drift(churnRows(rows, 5)).status).toBe(status);
    });
  }

  it('fails when many more cells are missing than in training', () => {
    const rows = churnRows(1_000, 6, (row, i) => (i % 5 === 0 ? [row[0], null, row[2], row[3], row[4]] : row));
    const outcome = drift(rows);
    expect(outcome).toMatchObject({ status: 'failed', column: 'spend', value: 0.2, max: 0.1 });
    expect(outcome.message).toContain('spend: missing in 20 % of the rows, 0 % in training; a rise by 10 % is allowed');
  });

  it('fails when no cell is left of a feature', () => {
    const rows = churnRows(1_000, 6, (row) => [row[0], null, row[2], row[3], row[4]]);
    expect(drift(rows)).toMatchObject({ status: 'failed', column: 'spend', value: 1 });
  });

  it('fails for values training never had', () => {
    const rows = churnRows(1_000, 7, (row, i) => (i % 5 === 0 ? [row[0], row[1], 'gold', row[3], row[4]] : row));
    expect(drift(rows, { columns: ['plan'], threshold: 100 })).toMatchObject({
      status: 'failed',
      value: 0.2,
      max: 0.1,
    });
  });

  it('names the severest column first', () => {
    const rows = churnRows(1_000, 8, (row) => [row[0], (row[1] ?? 0) / 2, 'pro', row[3], row[4]]);
    const outcome = drift(rows);
    expect(outcome.column).toBe('plan');
    expect(outcome.message).toMatch(/^plan: .*; spend: /);
  });

  it('looks at the columns it is given and at no other', () => {
    expect(drift(churnRows(1_000, 2, shifted), { columns: ['age', 'plan'] }).status).toBe('passed');
    expect(drift(churnRows(1_000, 2, shifted), { columns: ['spend'] }).status).toBe('failed');
  });

  it('is unavailable without a champion', () => {
    const { context: _, ...rest } = given(churnRows(1_000, 2));
    expect(judgedCheck({ type: 'drift' }, rest)).toMatchObject({
      status: 'unavailable',
      message: 'there is no champion to compare with',
    });
  });

  const without = (name: string): Baseline => ({
    ...BASELINE,
    features: BASELINE.features.filter((column) => column.name !== name),
  });

  it('passes over a feature that the champion does not have, and says so', () => {
    const outcome = drift(churnRows(1_000, 2), {}, without('age'));
    expect(outcome.status).toBe('passed');
    expect(outcome.message).toContain('; not in what version 7 was trained on, or of another type there: age');
  });

  it('is unavailable if a column it is given cannot be compared, unless another one fails', () => {
    const columns = ['age', 'spend'];
    expect(drift(churnRows(1_000, 2), { columns }, without('age'))).toMatchObject({
      status: 'unavailable',
      message: 'not every column can be compared; not in what version 7 was trained on, or of another type there: age',
    });
    expect(drift(churnRows(1_000, 2, shifted), { columns }, without('age')).status).toBe('failed');
  });

  it('is unavailable if no column can be compared', () => {
    expect(drift(churnRows(1_000, 2), { columns: ['age'] }, without('age')).status).toBe('unavailable');
  });

  it('takes a column that changed its type for one that cannot be compared', () => {
    const features = BASELINE.features.map((column) =>
      column.name === 'age' ? { ...column, type: 'string' as const, bins: undefined } : column,
    );
    const champion = { version: 7, baseline: { ...BASELINE, features } };
    const outcome = judgedCheck(
      { type: 'drift', columns: ['age'] },
      { ...given(churnRows(300, 2)), context: { champion } },
    );
    expect(outcome.status).toBe('unavailable');
  });

  it('is insufficient where too few cells are left to compare', () => {
    const rows = churnRows(300, 9, (row, i) => (i < 295 ? [row[0], null, row[2], row[3], row[4]] : row));
    const baseline = aBaseline(
      undefined,
      churnRows(10_000, 1, (row, i) => (i % 60 ? [row[0], null, row[2], row[3], row[4]] : row)),
    );
    expect(drift(rows, { columns: ['spend'] }, baseline)).toMatchObject({ status: 'insufficient-data' });
    expect(drift(rows, { columns: ['spend', 'age'] }, baseline).message).toContain(
      '; too few values to compare: spend',
    );
  });

  it('refuses a profile over other bins', () => {
    const other = aBaseline(
      [
        { name: 'age', type: 'numeric', edges: [1] },
        { name: 'p', type: 'numeric' },
      ],
      [[1, 1]],
    );
    const { figures } = given(churnRows(300, 2));
    const context = { champion: { version: 7, baseline: other } };
    const act = () => judgedCheck({ type: 'drift' }, { ...(figures && { figures }), context });
    expect(act).toThrow(RangeError);
  });

  it('never fails the data the champion was trained on', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 600 }),
        fc.integer(),
        fc.double({ min: 1e-9, max: 1, noNaN: true }),
        (count, seed, threshold) => {
          const rows = churnRows(count, seed);
          const baseline = aBaseline(undefined, rows);
          expect(drift(rows, { threshold, minRows: 1 }, baseline).status).not.toBe('failed');
        },
      ),
      { numRuns: 40 },
    );
  });
});
