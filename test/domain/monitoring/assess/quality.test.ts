import { describe, expect, it } from 'vitest';
import { qualityDrafts } from '../../../../domain/monitoring/assess/quality.ts';
import type { Baseline } from '../../../../domain/monitoring/baseline.ts';
import type { LiveCounts } from '../../../../domain/monitoring/live-counts.ts';
import { binaryFigures } from '../../../../stats/quality/index.ts';
import { aModelSpec, type Overrides } from '../../../fixtures/builders.ts';
import { binaryLive, classLive, regressionLive } from '../../../fixtures/live-counts.ts';
import { assessRows, findingsOf, rowsRecord } from '../../../fixtures/monitor-records.ts';
import { aBaseline, churnRows, windowOf } from '../../../fixtures/monitoring.ts';

const holdout = binaryLive({ rows: 4_000, seed: 1 });
const plain = aBaseline();
const baseline = { ...plain, live: holdout };
const rows = churnRows(500, 2);
const assess = (live: LiveCounts, quality: Overrides = {}, against: Baseline = baseline) =>
  assessRows(against, rows, { spec: aModelSpec({ monitoring: { quality } }), changes: { live } });
const outcome = (report: ReturnType<typeof assess>) => report.outcomes.find(({ monitor }) => monitor === 'quality');

describe('quality with labels', () => {
  it('is ok while the model is as good as on the holdout, and says how good', () => {
    const live = binaryLive({ rows: 500, seed: 2 });
    const report = assess(live);
    const { auc } = findingsOf(report, 'quality');
    if (live.task !== 'binary' || holdout.task !== 'binary') throw new Error('binary');
    expect(auc).toMatchObject({ status: 'ok', rows: 500, value: binaryFigures(live).rocAuc });
    expect(auc?.baseline).toBe(binaryFigures(holdout).rocAuc);
    expect(auc?.threshold).toBeCloseTo((auc?.baseline ?? 0) - 0.05, 12);
    expect(auc?.interval?.[0]).toBeLessThan(auc?.value ?? 0);
    expect(auc?.interval?.[1]).toBeGreaterThan(auc?.value ?? 0);
    expect(report.labelCoverage).toBe(1);
  });

  it('breaches when the model is worse by more than maxLoss and chance', () => {
    const report = assess(binaryLive({ rows: 500, seed: 3, skill: 0.4 }));
    expect(findingsOf(report, 'quality').auc).toMatchObject({ status: 'alarm', significant: true });
    expect(outcome(report)).toMatchObject({ breached: true, status: 'warn' });
    expect(report.reasons[0]).toMatch(
      /^auc is 0\.\d+, 0\.8\d* on the holdout; a loss of 0\.05 is allowed \(p = [\de.-]+, 500 rows\)$/,
    );
  });

  it('counts the holdout anew at the threshold of the window', () => {
    const before = binaryLive({ rows: 4_000, seed: 1, threshold: 0.5 });
    const now = binaryLive({ rows: 4_000, seed: 1, threshold: 0.9 });
    const { accuracy } = findingsOf(assess(now, { metric: 'accuracy' }, { ...plain, live: before }), 'quality');
    expect(accuracy?.value).not.toBe(findingsOf(assess(before, { metric: 'accuracy' }), 'quality').accuracy?.value);
    expect(accuracy).toMatchObject({ status: 'ok', baseline: accuracy?.value, severity: 0 });
  });

  it('holds what a threshold between two bins of the holdout decides against nothing, and the rest as ever', () => {
    const now = binaryLive({ rows: 4_000, seed: 1, threshold: 0.905 });
    const report = assess(now, { metric: 'accuracy' }, { ...plain, live: binaryLive({ rows: 4_000, seed: 1 }) });
    expect(outcome(report)).toMatchObject({
      status: 'insufficient_data',
      reason: 'accuracy: the holdout was counted at a threshold of 0.5, the window at 0.905',
    });
    expect(findingsOf(assess(now, { metric: 'brier' }), 'quality').brier?.status).toBe('ok');
  });

  it('does not breach at a loss that chance explains, or that is allowed', () => {
    const few = assess(binaryLive({ rows: 110, seed: 10, skill: 0.8 }));
    expect(findingsOf(few, 'quality').auc).toMatchObject({ status: 'ok', significant: false });
    expect(findingsOf(few, 'quality').auc?.severity).toBeGreaterThan(1);
    const allowed = assess(binaryLive({ rows: 500, seed: 3, skill: 0.4 }), { maxLoss: 0.5 });
    expect(findingsOf(allowed, 'quality').auc).toMatchObject({ status: 'ok', significant: true });
  });

  for (const metric of ['average_precision', 'accuracy', 'precision', 'recall', 'f1', 'log_loss', 'brier']) {
    it(`knows which way ${metric} is worse`, () => {
      const worse = assess(binaryLive({ rows: 2_000, seed: 5, skill: 0.3 }), { metric });
      expect(findingsOf(worse, 'quality')[metric]?.status).toBe('alarm');
      expect(findingsOf(assess(binaryLive({ rows: 2_000, seed: 5 }), { metric }), 'quality')[metric]?.status).toBe(
        'ok',
      );
      const swapped = assess(holdout, { metric }, { ...plain, live: binaryLive({ rows: 2_000, seed: 5, skill: 0.3 }) });
      expect(findingsOf(swapped, 'quality')[metric]).toMatchObject({ status: 'ok', severity: 0, pValue: 1 });
    });
  }

  for (const [minLabels, status] of [
    [250, 'ok'],
    [251, 'insufficient_data'],
  ] as const) {
    it(`is ${status} with 250 labels of at least ${minLabels}`, () => {
      const report = assess(binaryLive({ rows: 500, seed: 2, labelled: 0.5 }), { minLabels });
      expect(outcome(report)?.status).toBe(status);
      expect(report.labelCoverage).toBe(0.5);
    });
  }

  it('says how many labels there are where they are too few', () => {
    const report = assess(binaryLive({ rows: 500, seed: 2, labelled: 0.1 }));
    expect(outcome(report)?.reason).toBe('auc: 50 labelled rows, monitoring.quality.minLabels is 100');
    const one = assess(binaryLive({ rows: 500, seed: 2, score: () => 0.001 }));
    expect(outcome(one)?.reason).toMatch(/^auc: \d of the labelled rows are positive, 10 are needed$/);
  });

  it('counts labels of sampled rows as what they are worth', () => {
    const live = binaryLive({ rows: 500, seed: 2 });
    const changes = { live, sampled: 50, weightSquares: 5_000 };
    const record = rowsRecord(windowOf(plain, rows), changes);
    const judged = { record, rows: 500, effective: 0.1, reference: baseline };
    expect(qualityDrafts(judged, aModelSpec())[0]?.message).toBe(
      'auc: 500 labelled rows, which sampling leaves the worth of 50, monitoring.quality.minLabels is 100',
    );
    const [draft] = qualityDrafts(judged, aModelSpec({ monitoring: { quality: { minLabels: 50 } } }));
    const [whole] = qualityDrafts({ ...judged, effective: 1 }, aModelSpec());
    const width = (one: typeof draft) => (one?.interval?.[1] ?? 0) - (one?.interval?.[0] ?? 0);
    expect(width(draft) / width(whole)).toBeGreaterThan(2.5);
  });

  it('holds bounds whatever the holdout said', () => {
    const report = assess(binaryLive({ rows: 2_000, seed: 2 }), { min: 0.95 });
    const found = report.findings.filter(({ monitor }) => monitor === 'quality');
    expect(found.map(({ status, threshold }) => [status, threshold])).toEqual([
      ['alarm', 0.95],
      ['ok', (found[1]?.baseline ?? 0) - 0.05],
    ]);
    expect(found[0]?.message).toMatch(/^auc is 0\.8\d*, 0\.95 is the least allowed/);
    const most = assess(
      binaryLive({ rows: 2_000, seed: 2 }),
      { metric: 'brier', max: 0.1 },
      { ...plain, live: holdout },
    );
    expect(most.findings.find(({ monitor, threshold }) => monitor === 'quality' && threshold === 0.1)?.status).toBe(
      'alarm',
    );
  });

  it('has nothing to say beside a baseline without quality, unless a bound is declared', () => {
    const live = binaryLive({ rows: 500, seed: 3, skill: 0.1 });
    expect(outcome(assess(live, {}, plain))).toMatchObject({
      status: 'insufficient_data',
      reason: 'auc: the baseline has no quality to hold it against',
    });
    expect(outcome(assess(live, { min: 0.7 }, plain))).toMatchObject({ breached: true });
  });

  it('measures numbers and classes too', () => {
    const regression = aModelSpec({ task: 'regression', monitoring: { quality: { maxLoss: 1 } } });
    const classes = aModelSpec({ task: 'multiclass', monitoring: { quality: { metric: 'f1_macro' } } });
    for (const [spec, good, bad] of [
      [regression, regressionLive(4_000, 1, 5), regressionLive(500, 2, 8)],
      [classes, classLive(4_000, 1, 0.8), classLive(500, 2, 0.6)],
    ] as const) {
      const against = { ...plain, live: good };
      const worse = assessRows(against, rows, { spec, changes: { live: bad } });
      expect(worse.outcomes[5]).toMatchObject({ monitor: 'quality', breached: true });
      const same = assessRows(against, rows, { spec, changes: { live: good } });
      expect(same.outcomes[5]).toMatchObject({ status: 'ok' });
    }
  });
});

describe('quality without labels', () => {
  const harder = (u: number) => 0.3 + 0.4 * u;
  const estimated = (live: LiveCounts, quality: Overrides = {}, against: Baseline = baseline) => {
    const report = assess(live, quality, against);
    return { report, finding: findingsOf(report, 'estimated-quality').auc };
  };

  it('is the measured quality while nothing changes', () => {
    const { finding } = estimated(binaryLive({ rows: 4_000, seed: 6, labelled: 0 }));
    expect(finding?.status).toBe('ok');
    expect(Math.abs((finding?.value ?? 0) - (finding?.baseline ?? 1))).toBeLessThan(0.02);
  });

  it('warns, and no more, of rows that are harder', () => {
    const { report, finding } = estimated(binaryLive({ rows: 2_000, seed: 7, labelled: 0, score: harder }));
    expect(finding).toMatchObject({ status: 'warn', significant: true });
    expect(finding?.severity).toBeGreaterThan(1);
    expect(report.outcomes[6]).toMatchObject({ monitor: 'estimated-quality', status: 'warn', breached: false });
  });

  it('calibrates scores by the labels of the holdout', () => {
    // twice as sure as it ought to be
    const sure = (u: number) => (u < 0.5 ? u / 2 : 0.5 + u / 2);
    const against = { ...plain, live: binaryLive({ rows: 4_000, seed: 8, skill: 0.5, score: sure }) };
    const { finding } = estimated(binaryLive({ rows: 4_000, seed: 9, labelled: 0, score: sure }), {}, against);
    expect(Math.abs((finding?.value ?? 0) - (finding?.baseline ?? 1))).toBeLessThan(0.02);
  });

  it('says why there is none', () => {
    const live = binaryLive({ rows: 500, seed: 6, labelled: 0 });
    const reason = (quality: Overrides, against: Baseline = baseline) =>
      assess(live, quality, against).outcomes[6]?.reason;
    expect(reason({ estimate: false })).toBe('monitoring.quality.estimate is false');
    expect(reason({ metric: 'brier' })).toBe('brier is not estimated');
    expect(reason({}, plain)).toBe('auc: the baseline has no labels to calibrate scores by');
  });
});
