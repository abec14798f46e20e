import { describe, expect, it } from 'vitest';
import { aModelSpec, type Overrides } from '../../../fixtures/builders.ts';
import { assessRows, findingsOf } from '../../../fixtures/monitor-records.ts';
import { aBaseline, CHURN_COLUMNS, type ChurnRow, churnRows } from '../../../fixtures/monitoring.ts';

const baseline = aBaseline();
const assess = (rows: readonly (readonly unknown[])[], monitoring: Overrides = {}, against = baseline) =>
  assessRows(against, rows, { spec: aModelSpec({ monitoring }) });
const shifted = ([age, spend, ...rest]: ChurnRow): ChurnRow => [age, Math.sqrt((spend ?? 0) / 100) * 100, ...rest];
const breaching = (report: ReturnType<typeof assess>) =>
  report.findings.filter(({ status }) => status === 'alarm').map(({ monitor, subject }) => `${monitor} ${subject}`);
const drifted = (report: ReturnType<typeof assess>) => findingsOf(report, 'feature-drift');

describe('drift of a window', () => {
  it('is none on rows of the same distribution', () => {
    const report = assess(churnRows(1_000, 2));
    expect(report).toMatchObject({ rows: 1_000, status: 'ok', reasons: [], modelVersion: 7, specVersion: 3 });
    const ok = { status: 'ok', significant: false };
    expect(drifted(report)).toMatchObject({ age: ok, spend: ok, plan: ok, active: ok });
    expect(findingsOf(report, 'prediction-drift').prediction?.status).toBe('ok');
  });

  for (const [method, threshold] of [
    ['psi', 0.1],
    ['jensen_shannon', 0.1],
    ['l_infinity', 0.05],
  ] as const) {
    it(`names the shifted column and no other by ${method}`, () => {
      const report = assess(churnRows(1_000, 3, shifted), { method, threshold });
      expect(breaching(report)).toEqual(['feature-drift spend']);
      expect(drifted(report).spend).toMatchObject({ measure: method, status: 'alarm', significant: true, rows: 1_000 });
      expect(report.reasons[0]).toMatch(
        new RegExp(`^spend: ${method} is 0\\.\\d+, threshold ${threshold} \\(p = [\\de.-]+, 1000 rows\\)$`),
      );
    });
  }

  const effect = drifted(assess(churnRows(1_000, 3, shifted))).spend?.value as number;
  const limits = [
    { threshold: effect, status: 'alarm' },
    { threshold: effect * 1.001, status: 'warn' },
    { threshold: effect * 2, status: 'warn' },
    { threshold: effect * 2.001, status: 'ok' },
  ];
  for (const { threshold, status } of limits) {
    it(`is ${status} when significant at ${(effect / threshold).toFixed(4)} of the feature's own threshold`, () => {
      const report = assess(churnRows(1_000, 3, shifted), { thresholds: { spend: threshold } });
      expect(drifted(report).spend).toMatchObject({ status, threshold, significant: true });
      expect(report.status).toBe(status === 'alarm' ? 'warn' : status);
      expect(report.outcomes[1]).toMatchObject({ monitor: 'feature-drift', breached: status === 'alarm' });
    });
  }

  it('is no breach when large but not significant', () => {
    const report = assess(churnRows(60, 4), { minRows: 50, threshold: 0.001, predictionThreshold: 0.001 });
    expect(drifted(report).age?.value).toBeGreaterThan(0.001);
    expect(drifted(report).age?.message).toMatch(/, which chance explains$/);
    expect(report).toMatchObject({ status: 'ok', reasons: [] });
  });

  it('is insufficient data below minRows, never ok and never an alarm', () => {
    const far = churnRows(200, 5, ([, , ...rest]) => [null, 1e9, ...rest]);
    expect(assess(far.slice(0, 199))).toMatchObject({
      status: 'insufficient_data',
      reasons: ['the window has 199 rows, monitoring.minRows is 200'],
    });
    expect(new Set(assess(far.slice(0, 199)).findings.map(({ status }) => status))).toEqual(
      new Set(['insufficient_data']),
    );
    expect(breaching(assess(far))).not.toEqual([]);
  });

  it('names values that went missing', () => {
    const report = assess(churnRows(500, 6, ([age, , ...rest], i) => [age, i % 5 === 0 ? null : 50, ...rest]));
    expect(findingsOf(report, 'missingness').spend).toMatchObject({ status: 'alarm', baseline: 0, value: 0.2 });
    expect(
      report.reasons.some((reason) => reason.startsWith('spend: missing in 20 % of the rows, 0 % in training')),
    ).toBe(true);
  });

  it('takes fewer missing values for no harm, and says so', () => {
    const holes = aBaseline(
      CHURN_COLUMNS,
      churnRows(10_000, 10, ([age, spend, ...rest], i) => [age, i % 4 === 0 ? null : spend, ...rest]),
    );
    const { spend } = findingsOf(assess(churnRows(500, 6), {}, holes), 'missingness');
    expect(spend).toMatchObject({ status: 'ok', value: 0, baseline: 0.25, severity: 0 });
    expect(spend?.message).toMatch(/^spend: missing in 0 % of the rows, 25 % in training; a fall is no harm/);
  });

  it('names values never seen in training, without a p-value of zero for a single one', () => {
    const some = (share: number) =>
      churnRows(1_000, 7, ([age, spend, plan, ...rest], i) => [age, spend, i < share * 1_000 ? 'gold' : plan, ...rest]);
    const many = findingsOf(assess(some(0.15)), 'new-categories').plan;
    expect(many).toMatchObject({ status: 'alarm', value: 0.15 });
    const single = findingsOf(assess(some(0.001)), 'new-categories').plan;
    expect(single?.status).toBe('ok');
    expect(single?.pValue).toBeGreaterThan(0.05);
  });

  it('expects as many new categories as training has seen once', () => {
    const rare =
      (from: number) =>
      (row: ChurnRow, i: number): ChurnRow => [row[0], row[1], i % 10 === 0 ? `p${from + i}` : row[2], row[3], row[4]];
    const columns = CHURN_COLUMNS.map((column) =>
      column.name === 'plan' ? { name: 'plan', type: 'category' as const } : column,
    );
    const open = aBaseline(columns, churnRows(1_000, 1, rare(0)));
    const { plan } = findingsOf(
      assess(churnRows(1_000, 2, rare(50_000)), { missingThreshold: 0.05 }, open),
      'new-categories',
    );
    expect(plan?.value).toBeCloseTo(0.1, 12);
    expect(plan?.status).toBe('ok');
    expect(plan?.pValue).toBeGreaterThan(0.01);
  });

  it('sees a nearly constant column change', () => {
    const rows = (falses: number, count: number) =>
      churnRows(count, 8, ([age, spend, plan, , score], i) => [age, spend, plan, i >= falses, score]);
    const constant = aBaseline(CHURN_COLUMNS, rows(10, 10_000));
    expect(drifted(assess(rows(1, 300), {}, constant)).active?.status).toBe('ok');
    expect(drifted(assess(rows(90, 300), {}, constant)).active?.status).toBe('alarm');
  });

  it('judges the prediction by its own threshold', () => {
    const rows = churnRows(1_000, 11, ([...row]) => [row[0], row[1], row[2], row[3], row[4] ** 2]);
    expect(breaching(assess(rows))).toEqual(['prediction-drift prediction']);
    expect(breaching(assess(rows, { predictionThreshold: 5 }))).toEqual([]);
  });

  it('shows a muted feature, which changes nothing', () => {
    const report = assess(churnRows(1_000, 3, shifted), { muted: ['spend'] });
    expect(drifted(report).spend).toMatchObject({ status: 'warn', significant: true });
    expect(drifted(report).spend?.message).toMatch(/; muted$/);
    expect(report).toMatchObject({ status: 'ok', reasons: [] });
  });

  it('never shows a protected column', () => {
    const spec = aModelSpec({ data: { protected: ['spend'] } });
    const broken = [{ column: 'spend', rule: 'range' as const, rows: 900 }];
    const report = assessRows(baseline, churnRows(1_000, 3, shifted), { spec, changes: { broken } });
    expect(JSON.stringify(report)).not.toContain('spend');
    expect(report.status).toBe('ok');
  });

  it('orders by importance, and leaves mean importance unchanged', () => {
    const rows = churnRows(
      1_000,
      3,
      ([...row]) => [row[0] === null ? 0 : row[0] / 2, ...shifted(row).slice(1)] as unknown as ChurnRow,
    );
    const plain = assess(rows);
    const severity = (report: typeof plain, name: string) => drifted(report)[name]?.severity as number;
    const weighed = assess(rows, {}, { ...baseline, importances: [0.05, 0.7, 0.25, 0] });
    expect(severity(weighed, 'plan')).toBeCloseTo(severity(plain, 'plan'), 12);
    expect(severity(weighed, 'spend')).toBeCloseTo(2.8 * severity(plain, 'spend'), 12);
    expect(severity(plain, 'age')).toBeGreaterThan(severity(plain, 'spend'));
    expect(plain.reasons[0]).toMatch(/^age/);
    expect(weighed.reasons[0]).toMatch(/^spend/);
  });

  it('tests sampled rows as the rows they are worth', () => {
    const counted = churnRows(300, 4, shifted);
    const tenfold = counted.flatMap((row) => Array.from({ length: 10 }, () => row));
    const weighed = assessRows(baseline, tenfold, { changes: { sampled: 300, weightSquares: 30_000 } });
    const { spend } = drifted(weighed);
    const plain = drifted(assess(counted)).spend;
    expect(spend?.value).toBeCloseTo(plain?.value as number, 12);
    expect(spend?.pValue).toBeCloseTo(plain?.pValue as number, 12);
    expect(spend?.rows).toBe(3_000);
    const rare = aBaseline(
      CHURN_COLUMNS,
      churnRows(10_000, 8, ([age, spend, plan, , score], i) => [age, spend, plan, i > 9, score]),
    );
    const sparse = assessRows(rare, counted, { changes: { sampled: 250, weightSquares: 370 } });
    expect(drifted(sparse).active).toMatchObject({ status: 'alarm', rows: 300 });
    const few = assessRows(baseline, tenfold, { changes: { sampled: 150, weightSquares: 60_000 } });
    expect(few.reasons).toEqual([
      'the window has 3000 rows, which sampling leaves the worth of 150, monitoring.minRows is 200',
    ]);
  });
});
