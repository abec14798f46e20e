import { describe, expect, it } from 'vitest';
import { changeWords } from '../../../../domain/monitoring/drift/change-words.ts';
import { effectOf } from '../../../../domain/monitoring/drift/effect.ts';
import { type DriftInput, judgeDrift } from '../../../../domain/monitoring/drift/judge-drift.ts';
import { type PairedColumn, roleOf } from '../../../../domain/monitoring/drift/paired-column.ts';
import type { ColumnProfile } from '../../../../domain/profiles/profile.ts';
import { protectedLabel } from '../../../../domain/protected.ts';
import { aModelSpec } from '../../../fixtures/builders.ts';
import { profileOf } from '../../../fixtures/monitoring.ts';

const EDGES = [0, 10, 20, 30, 40, 50, 60, 70, 80, 90];
const numbers = (name: string, values: readonly (number | null)[]): ColumnProfile =>
  profileOf(
    [{ name, type: 'numeric', edges: EDGES }],
    values.map((value) => [value]),
  ).columns[0] as ColumnProfile;
const words = (name: string, values: readonly string[]): ColumnProfile =>
  profileOf(
    [{ name, type: 'category', categories: ['f', 'm'] }],
    values.map((value) => [value]),
  ).columns[0] as ColumnProfile;
const ramp = (count: number, from = 0) => Array.from({ length: count }, (_, i) => from + (i % 100));

const side = (rows: number) => ({ name: 'rows.csv', kind: 'csv' as const, rows, brokenLines: 0 });
function aColumn(changes: Partial<PairedColumn> = {}): PairedColumn {
  const [reference, current] = [numbers('x', ramp(1_000)), numbers('x', ramp(1_000))];
  const none = { misfits: { reference: 0, current: 0 }, newValues: [] };
  return { name: 'x', type: 'numeric', role: 'feature', state: 'compared', reference, current, ...none, ...changes };
}
const judge = (columns: readonly PairedColumn[], changes: Partial<DriftInput> = {}) =>
  judgeDrift({ reference: side(1_000), current: side(1_000), columns, preset: 'millrace', ...changes });

describe('the verdict', () => {
  for (const [what, columns, status, verdict] of [
    ['the same data', [aColumn()], 'ok', 'No drift in 1 column.'],
    ['a shifted column', [aColumn({ current: numbers('x', ramp(1_000, 30)) })], 'alarm', 'Drift in 1 of 1 column: x.'],
    [
      'missing values',
      [
        aColumn({
          current: numbers(
            'x',
            ramp(1_000).map((value, i) => (i % 5 === 0 ? null : value)),
          ),
        }),
      ],
      'alarm',
      'Drift in 1 of 1 column: x.',
    ],
    [
      'a column that is gone',
      [aColumn(), aColumn({ name: 'y', state: 'disappeared', why: 'gone' })],
      'alarm',
      'Drift in 1 of 2 columns: y.',
    ],
    [
      'a column of another type',
      [aColumn({ state: 'retyped', why: 'text now' })],
      'alarm',
      'Drift in 1 of 1 column: x.',
    ],
    ['no column', [], 'insufficient_data', 'Nothing could be judged: there is no column to compare.'],
  ] as const) {
    it(`says ${what} is ${status}`, () => {
      const report = judge(columns);
      expect([report.status, report.verdict]).toEqual([status, verdict]);
    });
  }

  it('holds nothing against data without rows', () => {
    const empty = aColumn({ current: numbers('x', []) });
    const report = judge([empty], { current: side(0) });
    expect(report.verdict).toBe('Nothing could be judged: the current data have no rows.');
    expect(report.columns[0]?.findings[0]?.message).toBe('the current data have no rows');
  });

  it('asks for monitoring.minRows where there is a spec, and for none without', () => {
    const few = aColumn({ current: numbers('x', ramp(100)) });
    expect(judge([few], { current: side(100) }).status).toBe('ok');
    const spec = aModelSpec({ monitoring: { minRows: 200 } });
    const report = judge([few], { current: side(100), spec });
    expect(report.verdict).toBe('Nothing could be judged: the current data have 100 rows, monitoring.minRows is 200.');
  });

  for (const [rows, status] of [
    [10, 'insufficient_data'],
    [11, 'ok'],
  ] as const) {
    it(`of ${rows} values against a thousand is ${status}`, () => {
      const even = Array.from({ length: rows }, (_, i) => i * (100 / rows));
      const report = judge([aColumn({ current: numbers('x', even) })], { current: side(rows) });
      expect([report.status, report.columns[0]?.status]).toEqual([status, status]);
    });
  }

  it('says of columns that could not be compared which they are, and does not count them', () => {
    const few = aColumn({ name: 'few', current: numbers('few', [50]) });
    const gone = aColumn({ name: 'gone', state: 'disappeared', why: 'gone' });
    expect(judge([aColumn(), few]).verdict).toBe('No drift in 1 column; few could not be compared.');
    expect(judge([aColumn(), few, gone]).verdict).toBe('Drift in 1 of 2 columns: gone; few could not be compared.');
  });

  it('lets a column that appeared be no more than a warning', () => {
    const report = judge([aColumn(), aColumn({ name: 'y', state: 'appeared', why: 'new' })]);
    expect(report.status).toBe('ok');
    expect(report.columns.map(({ name, status }) => [name, status])).toEqual([
      ['x', 'ok'],
      ['y', 'warn'],
    ]);
  });

  it('takes a threshold that is given instead of the spec’s', () => {
    const moved = aColumn({ current: numbers('x', ramp(1_000, 10)) });
    const spec = aModelSpec({ monitoring: { thresholds: { x: 100 } } });
    expect(judge([moved], { spec }).status).toBe('ok');
    expect(judge([moved], { spec, threshold: 0.05 }).status).toBe('alarm');
  });
});

describe('columns', () => {
  it('that do not count are shown, warn at most, and come last', () => {
    const far = { current: numbers('x', ramp(1_000, 60)) };
    const report = judge([aColumn({ ...far, name: 'at', role: 'timestamp' }), aColumn()]);
    expect(report.status).toBe('ok');
    expect(report.columns.map(({ name, judged, status }) => [name, judged, status])).toEqual([
      ['x', true, 'ok'],
      ['at', false, 'warn'],
    ]);
  });

  it('are ranked by effect times importance', () => {
    const moved = (name: string, by: number, importance: number) =>
      aColumn({ name, reference: numbers(name, ramp(1_000)), current: numbers(name, ramp(1_000, by)), importance });
    const report = judge([moved('far', 40, 0.1), moved('near', 20, 2)]);
    expect(report.columns.map(({ name }) => name)).toEqual(['near', 'far']);
  });

  it('that are protected show no value', () => {
    const reference = words('gender', ['f', 'm', 'f', 'm']);
    const ages = { reference: numbers('age', ramp(100)), current: numbers('age', ramp(100, 20)) };
    const report = judge([
      aColumn({ name: 'gender', type: 'category', role: 'protected', reference, current: reference, newValues: ['x'] }),
      aColumn({ name: 'age', role: 'protected', ...ages }),
    ]);
    const [age, gender] = report.columns.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    expect(gender?.reference?.categories?.values.map(([value]) => value)).toEqual(
      ['f', 'm'].map((value) => protectedLabel('gender', value)),
    );
    expect(Object.keys(age?.current ?? {})).not.toContain('bins');
    expect(age?.metrics.wasserstein).toBeUndefined();
    expect(age?.changes).toEqual([]);
  });

  it('say in words what changed', () => {
    const report = judge([
      aColumn({
        current: numbers(
          'x',
          ramp(1_000, 30).map((value, i) => (i % 5 === 0 ? null : value)),
        ),
      }),
    ]);
    expect(report.columns[0]?.changes.join('; ')).toMatch(/^mean 49\.5 → 80; missing 0 % → 20 %$/);
  });
});

describe('what changed', () => {
  const numeric = (changes: Partial<ColumnProfile>): ColumnProfile => ({ ...numbers('x', ramp(100)), ...changes });

  it('is nothing of a side without rows', () => {
    const before = numeric({ count: 0, nulls: 100 });
    expect(changeWords(before, numeric({ count: 0 }))).toEqual([]);
    expect(changeWords(numeric({ count: 0 }), before)).toEqual([]);
  });

  it('tells infinite numbers from missing ones', () => {
    expect(changeWords(numeric({}), numeric({ infinities: 25 }))).toEqual(['infinite 0 % → 20 %']);
    const { columns } = judge([aColumn({ reference: numeric({}), current: numeric({ infinities: 25 }) })]);
    expect(columns[0]?.findings[0]?.message).toMatch(/^missing or infinite in 20 % of the rows/);
    expect(changeWords(numeric({}), numeric({ nulls: 20, nans: 5, infinities: 75 }))).toEqual([
      'missing 0 % → 12.5 %',
      'infinite 0 % → 37.5 %',
    ]);
  });
});

describe('what a finding is held against its threshold by', () => {
  const missing = (baseline: number, value: number) => effectOf({ measure: 'missing_share', baseline, value });
  for (const [baseline, value, effect] of [
    [0, 0.2, 0.2],
    [1, 1, 0],
    [0.5, 0.2, 0],
  ] as const) {
    it(`is a rise of ${effect} where ${baseline} was missing and ${value} is`, () => {
      expect(missing(baseline, value)).toBeCloseTo(effect, 12);
    });
  }

  it('is the value of every other measure, if there is one', () => {
    expect(effectOf({ measure: 'psi', value: 0.3 })).toBe(0.3);
    expect(effectOf({ measure: 'psi' })).toBeUndefined();
  });
});

describe('roles', () => {
  it('are the spec’s, and without one all but times are features', () => {
    const spec = aModelSpec();
    const { target, id, timestamp } = spec.data;
    expect(roleOf(target, 'boolean', spec)).toBe('target');
    expect(roleOf(id as string, 'string', spec)).toBe('id');
    expect(roleOf(timestamp as string, 'timestamp', spec)).toBe('timestamp');
    expect([roleOf('x', 'numeric', undefined), roleOf('x', 'timestamp', undefined)]).toEqual(['feature', 'timestamp']);
  });
});
