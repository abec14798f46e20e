import { describe, expect, it } from 'vitest';
import { assessDrift } from '../../../domain/monitoring/drift.ts';
import { driftedFeatures, WindowReport } from '../../../domain/monitoring/feature-drift.ts';
import { aModelSpec, type Overrides } from '../../fixtures/builders.ts';
import { aBaseline, CHURN_COLUMNS, type ChurnRow, churnRows, windowOf } from '../../fixtures/monitoring.ts';

const baseline = aBaseline();
const assess = (rows: readonly (readonly unknown[])[], monitoring: Overrides = {}, against = baseline) =>
  assessDrift({ spec: aModelSpec({ monitoring }), baseline: against, window: windowOf(against, rows) });
const shifted = ([age, spend, ...rest]: ChurnRow): ChurnRow => [age, Math.sqrt((spend ?? 0) / 100) * 100, ...rest];

describe('drift of a window', () => {
  it('is none on rows of the same distribution', () => {
    const report = assess(churnRows(1_000, 2));
    expect(report).toMatchObject({ rows: 1_000, insufficient: false, breached: false, reasons: [] });
    expect(report.features.map(({ name, status }) => [name, status])).toEqual([
      ['age', 'ok'],
      ['spend', 'ok'],
      ['plan', 'ok'],
      ['active', 'ok'],
    ]);
    expect(report.prediction.status).toBe('ok');
  });

  for (const [method, threshold] of [
    ['psi', 0.1],
    ['jensen_shannon', 0.1],
    ['l_infinity', 0.05],
  ] as const) {
    it(`names the shifted column and no other by ${method}`, () => {
      const report = assess(churnRows(1_000, 3, shifted), { method, threshold });
      expect(driftedFeatures(report)).toMatchObject([
        { name: 'spend', method, status: 'alarm', causes: ['distribution'], adjustedSignificant: true },
      ]);
      expect(report.breached).toBe(true);
      expect(report.reasons[0]).toMatch(new RegExp(`^spend: ${method} is 0\\.\\d+, threshold ${threshold} \\(p = `));
    });
  }

  const effect = assess(churnRows(1_000, 3, shifted)).features[1]?.effect as number;
  const limits = [
    { threshold: effect, status: 'alarm' },
    { threshold: effect * 1.001, status: 'warn' },
    { threshold: effect * 2, status: 'warn' },
    { threshold: effect * 2.001, status: 'ok' },
  ];
  for (const { threshold, status } of limits) {
    it(`is ${status} when significant at ${(effect / threshold).toFixed(4)} of the feature's own threshold`, () => {
      const report = assess(churnRows(1_000, 3, shifted), { thresholds: { spend: threshold } });
      expect(report.features[1]).toMatchObject({ name: 'spend', status, threshold, adjustedSignificant: true });
      expect(report.breached).toBe(status === 'alarm');
    });
  }

  it('is no breach when large but not significant', () => {
    const report = assess(churnRows(60, 4), { minRows: 50, threshold: 0.001, predictionThreshold: 0.001 });
    expect(report.features[0]?.effect).toBeGreaterThan(0.001);
    expect(report.breached).toBe(false);
  });

  it('is insufficient data below minRows, never ok and never an alarm', () => {
    const far = churnRows(200, 5, ([, , ...rest]) => [null, 1e9, ...rest]);
    expect(assess(far.slice(0, 199))).toMatchObject({
      insufficient: true,
      breached: false,
      reasons: ['the window has 199 rows, monitoring.minRows is 200'],
    });
    expect(new Set(assess(far.slice(0, 199)).features.map(({ status }) => status))).toEqual(
      new Set(['insufficient_data']),
    );
    expect(assess(far)).toMatchObject({ insufficient: false, breached: true });
  });

  it('names values that went missing', () => {
    const report = assess(churnRows(500, 6, ([age, , ...rest], i) => [age, i % 5 === 0 ? null : 50, ...rest]));
    expect(report.features[1]).toMatchObject({ status: 'alarm', missingShare: { baseline: 0, window: 0.2 } });
    expect(report.features[1]?.causes).toContain('missing');
    expect(
      report.reasons.some((reason) => reason.startsWith('spend: missing in 20 % of the rows, 0 % in training')),
    ).toBe(true);
  });

  it('names a column that is missing altogether', () => {
    const report = assess(churnRows(500, 6, ([age, , ...rest]) => [age, null, ...rest]));
    expect(report.features[1]).toMatchObject({ status: 'alarm', causes: ['missing'], present: 0, bins: 0 });
    expect(report.features[1]).not.toHaveProperty('effect');
  });

  it('names values never seen in training, without a p-value of zero for a single one', () => {
    const some = (share: number) =>
      churnRows(1_000, 7, ([age, spend, plan, ...rest], i) => [age, spend, i < share * 1_000 ? 'gold' : plan, ...rest]);
    expect(assess(some(0.15)).features[2]).toMatchObject({ status: 'alarm', unseenShare: { window: 0.15 } });
    const single = assess(some(0.001)).features[2];
    expect(single?.status).toBe('ok');
    expect(single?.unseenShare.pValue).toBeGreaterThan(0.05);
  });

  it('sees a nearly constant column change', () => {
    const rows = (falses: number, count: number) =>
      churnRows(count, 8, ([age, spend, plan, , score], i) => [age, spend, plan, i >= falses, score]);
    const constant = aBaseline(CHURN_COLUMNS, rows(10, 10_000));
    expect(assess(rows(1, 300), {}, constant).features[3]).toMatchObject({ status: 'ok', bins: 2 });
    expect(assess(rows(90, 300), {}, constant).features[3]).toMatchObject({
      status: 'alarm',
      causes: ['distribution'],
    });
  });

  it('marks a column with too few values and judges the others', () => {
    const rows = churnRows(400, 9, ([age, spend, ...rest], i) => [i < 9 ? age : null, spend, ...rest]);
    const sparse = aBaseline(
      CHURN_COLUMNS,
      churnRows(10_000, 10, ([age, ...rest], i) => [i % 40 === 0 ? age : null, ...rest]),
    );
    expect(assess(rows, {}, sparse).features.map(({ status }) => status)).toEqual([
      'insufficient_data',
      'ok',
      'ok',
      'ok',
    ]);
  });

  it('judges the prediction by its own threshold', () => {
    const rows = churnRows(1_000, 11, ([...row]) => [row[0], row[1], row[2], row[3], row[4] ** 2]);
    expect(assess(rows)).toMatchObject({ breached: true, prediction: { name: 'prediction', status: 'alarm' } });
    expect(assess(rows, { predictionThreshold: 5 }).breached).toBe(false);
    expect(driftedFeatures(assess(rows))).toEqual([]);
  });

  it('never shows a protected column', () => {
    const rows = churnRows(1_000, 3, shifted);
    const spec = aModelSpec({ data: { protected: ['spend'] } });
    const report = assessDrift({ spec, baseline, window: windowOf(baseline, rows) });
    expect(JSON.stringify(report)).not.toContain('spend');
    expect(report.breached).toBe(false);
  });

  it('refuses a window counted over other columns or bins', () => {
    const spec = aModelSpec();
    const window = windowOf(baseline, churnRows(300, 1));
    const swapped = { ...window, columns: window.columns.toReversed() };
    expect(() => assessDrift({ spec, baseline, window: swapped })).toThrow(RangeError);
    const other = aBaseline(CHURN_COLUMNS.map((column) => (column.edges ? { ...column, edges: [0.5] } : column)));
    expect(() => assessDrift({ spec, baseline: other, window })).toThrow('age');
  });

  it('fits its schema and the smallest number DynamoDB holds', () => {
    const report = assess(churnRows(20_000, 12, shifted), { threshold: 0.01 });
    expect(WindowReport.parse(report)).toEqual(report);
    expect(report.features[1]?.pValue).toBe(0);
  });
});
