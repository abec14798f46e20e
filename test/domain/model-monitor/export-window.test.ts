import { describe, expect, it } from 'vitest';
import { Constraints } from '../../../domain/model-monitor/constraints.ts';
import { exportWindow } from '../../../domain/model-monitor/export-window.ts';
import { profileOfStatistics } from '../../../domain/model-monitor/reference-profile.ts';
import { Statistics } from '../../../domain/model-monitor/statistics.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { aBaseline, type ChurnRow, churnRows, windowOf } from '../../fixtures/monitoring.ts';

const spec = aModelSpec();
const training = churnRows(2_000, 1);
const baseline = aBaseline(undefined, training);
const exported = (change?: (row: ChurnRow, i: number) => ChurnRow) =>
  exportWindow(baseline, windowOf(baseline, churnRows(1_000, 2, change)), spec);
const found = (change?: (row: ChurnRow, i: number) => ChurnRow) =>
  exported(change).window?.violations.violations.map((one) => [one.feature_name, one.constraint_check_type]);

describe('a window in the files of Model Monitor', () => {
  it('has features and prediction in statistics and constraints, in their order', () => {
    const { statistics, constraints, window } = exported();
    const names = ['age', 'spend', 'plan', 'active', 'prediction'];
    for (const { features } of [statistics, constraints, window?.statistics ?? statistics]) {
      expect(features.map(({ name }) => name)).toEqual(names);
    }
    expect(constraints.features.map((feature) => feature.inferred_type)).toEqual([
      'Integral',
      'Fractional',
      'String',
      'String',
      'Fractional',
    ]);
    expect([statistics.dataset.item_count, window?.statistics.dataset.item_count]).toEqual([2_000, 1_000]);
  });

  it('is read back by the readers of these files without a change', () => {
    const { statistics, constraints, window } = JSON.parse(JSON.stringify(exported()));
    expect(Statistics.parse(statistics)).toEqual(statistics);
    expect(Statistics.parse(window.statistics)).toEqual(window.statistics);
    expect(Constraints.parse(constraints)).toMatchObject(constraints);
    const [age] = profileOfStatistics(Statistics.parse(statistics)).columns;
    const ages = training.map(([value]) => value as number);
    expect(age).toMatchObject({ count: 2_000, nulls: 0, min: Math.min(...ages), max: Math.max(...ages) });
    expect(age?.mean).toBeCloseTo(ages.reduce((sum, value) => sum + value, 0) / 2_000, 9);
  });

  const cases: { what: string; change?: (row: ChurnRow, i: number) => ChurnRow; violated: string[][] }[] = [
    { what: 'rows like those of training', violated: [] },
    {
      what: 'numbers that moved',
      change: ([age, spend, ...rest]) => [age, (spend ?? 0) / 3, ...rest],
      violated: [['spend', 'baseline_drift_check']],
    },
    {
      what: 'a missing value where the contract allows none',
      change: ([age, ...rest], i) => [i === 7 ? null : age, ...rest],
      violated: [['age', 'completeness_check']],
    },
    {
      what: 'more missing values than training had, where the contract has no limit',
      change: ([age, spend, ...rest], i) => [age, i % 20 ? spend : null, ...rest],
      violated: [['spend', 'completeness_check']],
    },
    {
      what: 'more than a tenth of values that are not allowed',
      change: ([age, spend, plan, ...rest], i) => [age, spend, i % 9 ? plan : 'gold', ...rest],
      violated: [['plan', 'categorical_values_check']],
    },
    {
      what: 'less than a tenth of them',
      change: ([age, spend, plan, ...rest], i) => [age, spend, i % 11 ? plan : 'gold', ...rest],
      violated: [],
    },
    {
      what: 'predictions that moved',
      change: ([age, spend, plan, active, score]) => [age, spend, plan, active, score / 2],
      violated: [['prediction', 'baseline_drift_check']],
    },
  ];
  for (const { what, change, violated } of cases) {
    it(`${violated.length > 0 ? 'violates' : 'keeps to'} the constraints with ${what}`, () => {
      expect(found(change)).toEqual(violated);
    });
  }

  it('leaves hidden columns out of every file', () => {
    const window = windowOf(baseline, churnRows(1_000, 2));
    const files = JSON.stringify(exportWindow(baseline, window, spec, new Set(['plan'])));
    expect(files).not.toContain('plan');
    expect(files).not.toContain('basic');
    expect(files).toContain('spend');
  });

  it('leaves out what was not captured, and names it', () => {
    const window = windowOf(baseline, churnRows(1_000, 2), ['plan', 'age']);
    const { notCaptured, ...files } = exportWindow(baseline, window, spec, new Set(['age']));
    expect(notCaptured).toEqual(['plan']);
    expect(JSON.stringify(files)).not.toContain('plan');
    expect(files.window?.violations).toEqual({ violations: [] });
    expect(exportWindow(baseline, windowOf(baseline, []), spec).notCaptured).toEqual([]);
  });

  it('is of the baseline alone where nothing is known of the window', () => {
    const { window, statistics } = exportWindow(baseline, undefined, spec);
    expect(window).toBeUndefined();
    expect(statistics).toEqual(exported().statistics);
  });

  it('violates nothing without rows', () => {
    const { window } = exportWindow(baseline, windowOf(baseline, []), spec);
    expect(window?.violations).toEqual({ violations: [] });
    expect(window?.statistics.dataset.item_count).toBe(0);
  });
});
