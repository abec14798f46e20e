import { describe, expect, it } from 'vitest';
import { Baseline } from '../../../../domain/monitoring/baseline.ts';
import type { Finding } from '../../../../domain/monitoring/finding.ts';
import { aModelSpec } from '../../../fixtures/builders.ts';
import { binaryLive } from '../../../fixtures/live-counts.ts';
import { assessRows, NO_LABELS, rowsRecord } from '../../../fixtures/monitor-records.ts';
import { aBaseline, type ChurnRow, churnRows, windowOf } from '../../../fixtures/monitoring.ts';

const plain = aBaseline();
const trained = churnRows(10_000, 1);
const ofPlan = (rows: readonly ChurnRow[], plan: string) => rows.filter((row) => row[2] === plan);
const baseline: Baseline = Baseline.parse({
  ...plain,
  segments: ['free', 'pro'].map((value) => {
    const rows = ofPlan(trained, value);
    const { columns } = windowOf(plain, rows);
    const live = binaryLive({ rows: 2_000, seed: 1 });
    const counted = { rows: rows.length, features: columns.slice(0, -1), holdoutRows: rows.length, live };
    return { column: 'plan', value, ...counted, prediction: columns.at(-1) };
  }),
});
const spec = aModelSpec({ monitoring: { segments: ['plan'] } });
/** Spend of the plan `pro` is halved, everything else stays. */
const rows = churnRows(1_500, 2, ([age, spend, plan, ...rest]) => [
  age,
  plan === 'pro' ? (spend ?? 0) / 2 : spend,
  plan,
  ...rest,
]);
const segment = (value: string, count = 10_000, live = NO_LABELS) =>
  rowsRecord(windowOf(plain, ofPlan(rows, value).slice(0, count)), { segment: { column: 'plan', value }, live });
const of = (findings: readonly Finding[], value: string) => findings.filter((one) => one.segment?.value === value);

describe('segments', () => {
  it('name the one that drifted', () => {
    const report = assessRows(baseline, rows, { spec, segments: [segment('free'), segment('pro')] });
    const alarms = (value: string) => of(report.findings, value).filter(({ status }) => status === 'alarm');
    expect(alarms('pro').map(({ monitor, subject }) => `${monitor} ${subject}`)).toEqual(['feature-drift spend']);
    expect(alarms('free')).toEqual([]);
    expect(report.reasons[0]).toMatch(/^spend where plan is pro: psi is \d/);
  });

  it('are judged by the quality of their own labels', () => {
    const bad = segment('pro', 1_000, binaryLive({ rows: 300, seed: 2, skill: 0.2 }));
    const report = assessRows(baseline, churnRows(1_500, 2), { spec, segments: [segment('free'), bad] });
    const quality = report.findings.filter(({ monitor }) => monitor === 'quality');
    expect(quality.map(({ segment: at, status }) => [at?.value, status])).toEqual([
      ['pro', 'alarm'],
      [undefined, 'insufficient_data'],
      ['free', 'insufficient_data'],
    ]);
    expect(report.outcomes[5]).toMatchObject({ monitor: 'quality', breached: true });
  });

  it('with too few rows say so, and nothing in the reasons', () => {
    const report = assessRows(baseline, churnRows(1_500, 2), { spec, segments: [segment('pro', 199)] });
    const found = of(report.findings, 'pro');
    expect(new Set(found.map(({ status }) => status))).toEqual(new Set(['insufficient_data']));
    expect(found[0]?.message).toBe('plan is pro: it has 199 rows, monitoring.minRows is 200');
    expect(report).toMatchObject({ status: 'ok', reasons: [] });
  });

  it('that training does not know, and baselines without segments, are no error', () => {
    const known = assessRows(baseline, rows, { spec, segments: [segment('basic')] });
    expect(of(known.findings, 'basic')[0]?.message).toBe('plan is basic: training has no rows of it');
    const older = assessRows(plain, rows, { spec, segments: [segment('pro')] });
    expect(of(older.findings, 'pro').every(({ status }) => status === 'insufficient_data')).toBe(true);
  });

  it('that are no longer declared are left out', () => {
    const report = assessRows(baseline, rows, { segments: [segment('pro')] });
    expect(of(report.findings, 'pro')).toEqual([]);
  });

  it('of missing values say so', () => {
    const missing = { ...segment('pro', 10), segment: { column: 'plan', value: null } };
    const report = assessRows(baseline, rows, { spec, segments: [missing] });
    expect(report.findings.find((one) => one.segment)?.message).toMatch(/^plan is missing: /);
  });
});
