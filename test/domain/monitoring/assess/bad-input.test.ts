import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assessWindow } from '../../../../domain/monitoring/assess/assess-window.ts';
import { MONITORS } from '../../../../domain/monitoring/finding.ts';
import { MonitorReport } from '../../../../domain/monitoring/report.ts';
import type { RowsRecord } from '../../../../domain/monitoring/window-record.ts';
import type { ColumnProfile } from '../../../../domain/profiles/profile.ts';
import { aModelSpec } from '../../../fixtures/builders.ts';
import { binaryLive } from '../../../fixtures/live-counts.ts';
import { assessRows, findingsOf, rowsRecord, versionRecord, windowRecord } from '../../../fixtures/monitor-records.ts';
import { aBaseline, CHURN_COLUMNS, type ChurnRow, churnRows, windowOf } from '../../../fixtures/monitoring.ts';

const baseline = aBaseline();
const spec = aModelSpec();
const shifted = ([age, spend, ...rest]: ChurnRow): ChurnRow => [age, (spend ?? 0) / 2, ...rest];
const assess = (record: ReturnType<typeof windowRecord>, version = 7) =>
  MonitorReport.parse(assessWindow({ spec, specVersion: 3, record, version, baseline, earlier: [] }));
const changed = (column: number, change: (profile: ColumnProfile) => ColumnProfile | undefined) => {
  const profile = windowOf(baseline, churnRows(500, 3, shifted));
  const columns = profile.columns.flatMap((one, i) => (i === column ? (change(one) ?? []) : one));
  return assess(windowRecord([versionRecord(rowsRecord({ ...profile, columns }))]));
};

describe('a window that is odd', () => {
  it('has no rows', () => {
    const report = assess(windowRecord([versionRecord(rowsRecord(windowOf(baseline, [])))]));
    expect(report).toMatchObject({
      status: 'insufficient_data',
      reasons: ['the window has no rows, monitoring.minRows is 200'],
    });
    expect(report.outcomes.map(({ monitor }) => monitor)).toEqual(MONITORS);
  });

  it('has labels only', () => {
    const labels = { labelled: 0, repeated: 0, corrected: 0, unmatched: 40, late: 0, unusable: 2 };
    const report = assess(windowRecord([], { lines: 42, labels }));
    expect(report).toMatchObject({ status: 'insufficient_data', rows: 0, labelCoverage: 0, tally: { labels } });
    expect(report.reasons).toEqual(['the window has no rows of version 7']);
  });

  it('has rows of unknown and of other versions only', () => {
    const other = versionRecord(rowsRecord(windowOf(baseline, churnRows(300, 1))), { version: 6 });
    const report = assess(windowRecord([other], { unknownVersionRows: 12 }));
    expect(report.reasons).toEqual([
      'the window has no rows of version 7, it has rows of 6; 12 rows are of versions that are not registered',
    ]);
    expect(report.otherVersions).toEqual([{ version: 6, rows: 300 }]);
  });

  const unable: [string, (profile: ColumnProfile) => ColumnProfile | undefined, string][] = [
    ['lacks a column', () => undefined, 'age: the window has no column age'],
    [
      'has a column of another type',
      ({ bins: _, ...rest }) => ({ ...rest, type: 'category' as const }),
      'age: it is category in the window and was numeric in training',
    ],
    [
      'has a redacted column',
      (one) => ({
        ...one,
        count: 0,
        bins: { edges: one.bins?.edges ?? [], counts: one.bins?.counts.map(() => 0) ?? [] },
      }),
      'age: not captured',
    ],
    [
      'counted a column over other bins',
      (one) => ({ ...one, bins: { edges: [1], counts: [1, 499] } }),
      "age: the window was not counted over the baseline's bins",
    ],
  ];
  for (const [what, change, message] of unable) {
    it(`${what}, which stops no other column`, () => {
      const drift = findingsOf(changed(0, change), 'feature-drift');
      expect(drift.age).toMatchObject({ status: 'insufficient_data', message });
      expect(drift.spend?.status).toBe('alarm');
    });
  }

  it('has a redacted column, of whose contract nothing can be said', () => {
    const redacted = changed(0, (one) => ({ ...one, count: 0 }));
    const { age, spend } = findingsOf(redacted, 'data-quality');
    expect(age).toMatchObject({ status: 'insufficient_data', message: 'age: not captured' });
    expect(spend?.status).toBe('ok');
  });

  it('has a column without values, which are missing and cannot have drifted', () => {
    const report = assessRows(
      baseline,
      churnRows(500, 6, ([age, , ...rest]) => [age, null, ...rest]),
    );
    expect(findingsOf(report, 'feature-drift').spend).toMatchObject({
      status: 'insufficient_data',
      message: 'spend: 0 values are too few to compare',
    });
    expect(findingsOf(report, 'missingness').spend?.status).toBe('alarm');
  });

  it('has infinite values, which count as missing', () => {
    const report = assessRows(
      baseline,
      churnRows(500, 6, ([age, spend, ...rest], i) => [age, i % 4 === 0 ? Number.POSITIVE_INFINITY : spend, ...rest]),
    );
    expect(findingsOf(report, 'missingness').spend).toMatchObject({ status: 'alarm', value: 0.25 });
    expect(findingsOf(report, 'feature-drift').spend?.status).toBe('ok');
  });

  it('has constant columns, as training had', () => {
    const same = (row: ChurnRow): ChurnRow => [30, 5, 'free', true, row[4]];
    const constant = aBaseline(CHURN_COLUMNS, churnRows(5_000, 1, same));
    expect(assessRows(constant, churnRows(500, 2, same)).status).toBe('ok');
    const other = assessRows(
      constant,
      churnRows(500, 2, (row) => [70, 5, 'pro', true, row[4]]),
    );
    const alarms = other.findings.filter(({ status }) => status === 'alarm').map(({ subject }) => subject);
    expect(new Set(alarms)).toEqual(new Set(['age', 'plan']));
  });

  it('breaks the contract in more rows than are allowed', () => {
    const broken = [
      { column: 'age', rule: 'range' as const, rows: 60 },
      { column: 'age', rule: 'type' as const, rows: 70 },
      { column: 'spend', rule: 'missing' as const, rows: 26 },
      { column: 'plan', rule: 'value' as const, rows: 20 },
    ];
    const report = assessRows(baseline, churnRows(500, 2), { changes: { broken } });
    const found = findingsOf(report, 'data-quality');
    expect(found.age).toMatchObject({ status: 'alarm', value: 0.26, threshold: 0.05 });
    expect(found.age?.message).toMatch(
      /^age: 26 % of the rows break the contract \(type, range\), 5 % is allowed \(p = /,
    );
    // beyond what is allowed, but as an honest 5 % may be
    expect(found.spend).toMatchObject({ status: 'ok', significant: false });
    expect(found.plan).toMatchObject({ status: 'ok' });
    expect(found.active).toMatchObject({ status: 'ok', value: 0 });
    expect(found.active).not.toHaveProperty('pValue');
    const strict = aModelSpec({ monitoring: { maxBrokenShare: 0 } });
    const one = { broken: [{ column: 'age', rule: 'range' as const, rows: 1 }] };
    const never = assessRows(baseline, churnRows(500, 2), { spec: strict, changes: one });
    expect(findingsOf(never, 'data-quality').age).toMatchObject({ status: 'alarm', pValue: 0 });
  });

  it('gives a report whatever it holds', () => {
    const Column = fc.record({
      nulls: fc.nat(900),
      nans: fc.nat(3),
      infinities: fc.nat(3),
      counts: fc.array(fc.oneof(fc.constant(0), fc.nat(400)), { minLength: 7, maxLength: 10 }),
      type: fc.constantFrom('numeric', 'category', 'boolean' as const),
    });
    const Input = fc.record({
      columns: fc.array(Column, { minLength: 0, maxLength: 5 }),
      rows: fc.nat(2_000),
      weight: fc.integer({ min: 1, max: 30 }),
      labelled: fc.double({ min: 0, max: 1, noNaN: true }),
      broken: fc.nat(5_000),
    });
    fc.assert(
      fc.property(Input, ({ columns, rows, weight, labelled, broken }) => {
        const names = [...baseline.features, baseline.prediction];
        const profiles = columns.map(({ counts, type, ...rest }, i): ColumnProfile => {
          const like = names[i] as ColumnProfile;
          const edges = like.bins?.edges;
          const fitted = edges ? Array.from({ length: edges.length + 1 }, (_, bin) => counts[bin] ?? 0) : [];
          const values = like.categories?.values.map(([value], k): [string, number] => [value, counts[k] ?? 0]);
          return {
            ...{ ...rest, name: like.name, type: edges || i % 2 === 0 ? like.type : type },
            count: edges ? fitted.reduce((a, b) => a + b, 0) : (values ?? []).reduce((sum, [, n]) => sum + n, 0),
            ...(edges && { bins: { edges, counts: fitted } }),
            ...(values && { categories: { values, other: 0 } }),
          };
        });
        const changes: Partial<RowsRecord> = {
          weightSquares: rows * weight,
          live: binaryLive({ rows: Math.min(rows, 300), seed: rows + 1, labelled }),
          broken: [{ column: 'age', rule: 'type', rows: broken }],
        };
        const report = assess(windowRecord([versionRecord(rowsRecord({ rows, columns: profiles }, changes))]));
        expect(JSON.parse(JSON.stringify(report))).toEqual(report);
      }),
      { numRuns: 150 },
    );
  });

  it('fits its schema and the smallest number DynamoDB holds', () => {
    const report = assessRows(baseline, churnRows(20_000, 12, shifted));
    expect(findingsOf(report, 'feature-drift').spend?.pValue).toBe(0);
    expect(findingsOf(report, 'feature-drift').spend?.message).toContain('p < 1e-100');
  });
});
