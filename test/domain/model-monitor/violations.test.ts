import { describe, expect, it } from 'vitest';
import { CaptureWindow } from '../../../domain/model-monitor/capture-window.ts';
import { Constraints, type MonitoringConfig } from '../../../domain/model-monitor/constraints.ts';
import { observedOfProfile, observedOfStatistics } from '../../../domain/model-monitor/observed-statistics.ts';
import { profileOfStatistics } from '../../../domain/model-monitor/reference-profile.ts';
import { violations } from '../../../domain/model-monitor/violations.ts';
import { constraintsJson, statisticsJson } from '../../../domain/model-monitor/write.ts';
import { referenceColumns } from '../../../domain/profiles/columns.ts';
import type { Profile } from '../../../domain/profiles/profile.ts';
import { ProfileAccumulator } from '../../../domain/profiles/profile-accumulator.ts';
import { constraints, statistics } from './files.ts';

const edges = Array.from({ length: 11 }, (_, i) => i * 10);
const columns = [
  { name: 'n', type: 'numeric', edges },
  { name: 't', type: 'category', categories: ['x', 'y'] },
] as const;
const rowsOf = (n: number, row: (i: number) => readonly unknown[]) => Array.from({ length: n }, (_, i) => row(i));
const even = (i: number) => [(i % 100) + 0.5, i % 2 === 0 ? 'x' : 'y'];
const reference: Profile = new ProfileAccumulator(columns).add(rowsOf(1_000, even)).profile();

function asked(config: MonitoringConfig = {}, numeric: object = {}, text: object = {}): Constraints {
  return Constraints.parse({
    features: [
      { name: 'n', inferred_type: 'Fractional', completeness: 1, ...numeric },
      { name: 't', inferred_type: 'String', completeness: 1, string_constraints: { domains: ['x', 'y'] }, ...text },
    ],
    monitoring_config: config,
  });
}
function found(constraints: Constraints, rows: readonly (readonly unknown[])[], change: object = {}) {
  const plan = { features: reference.columns, constraints: constraints.features };
  const window = new CaptureWindow(plan);
  const time = new Date(0);
  if (rows.length > 0) window.add({ rows, time, firstRow: 0, missingColumns: [], extraColumns: [], ...change });
  return violations(constraints, reference, window.observed()).violations;
}
const types = (list: ReturnType<typeof found>) => list.map((one) => one.constraint_check_type);
const off: MonitoringConfig = { distribution_constraints: { perform_comparison: 'Disabled' } };

describe('data_type_check', () => {
  it.each([
    [0.1, 10, false],
    [0.1, 11, true],
    [1, 0, false],
    [1, 1, true],
    [0.9, 10, false],
    [0.9, 11, true],
  ])('with a threshold of %s and %s of 100 values that are no numbers is violated: %s', (threshold, bad, violated) => {
    const constraints = asked({ ...off, datatype_check_threshold: threshold });
    const list = found(
      constraints,
      rowsOf(100, (i) => [i < bad ? 'none of your business' : i, 'x']),
    );
    expect(types(list)).toEqual(violated ? ['data_type_check'] : []);
  });

  it('says what was expected and observed as Model Monitor does', () => {
    const constraints = asked({ ...off, datatype_check_threshold: 1 }, { inferred_type: 'Integral' });
    const rows = rowsOf(354, (i) => [i === 0 ? 0.5 : i, 'x']);
    expect(found(constraints, rows)).toEqual([
      {
        feature_name: 'n',
        constraint_check_type: 'data_type_check',
        description:
          'Data type match requirement is not met. Expected data type: Integral, Expected match: 100.0%. Observed: Only 99.7175141242938% of data is Integral.',
      },
    ]);
  });

  it.each([
    ['whole numbers where fractions are expected', 'Fractional', '7'],
    ['a whole number that is written with a point', 'Integral', '7.0'],
    ['a whole number in scientific notation', 'Integral', '7e2'],
    ['true where a number is expected', 'Integral', true],
    ['anything where the type is not known', 'Unknown', 'x'],
  ])('lets %s pass', (_what, inferred_type, value) => {
    expect(found(asked(off, { inferred_type }), [[value, 'x']])).toEqual([]);
  });
});

describe('completeness_check', () => {
  it.each([
    [1, 0, false],
    [1, 1, true],
    [0.95, 5, false],
    [0.95, 6, true],
  ])('of a feature that must be %s complete, with %s of 100 missing, is violated: %s', (completeness, missing, violated) => {
    const list = found(
      asked(off, { completeness }),
      rowsOf(100, (i) => [i < missing ? ['', null, 'NaN', undefined][i % 4] : i, 'x']),
    );
    expect(types(list)).toEqual(violated ? ['completeness_check'] : []);
  });
});

describe('categorical_values_check', () => {
  it.each([
    [0.1, 10, false],
    [0.1, 11, true],
    [1, 1, true],
  ])('with a threshold of %s and %s of 100 unknown values is violated: %s', (threshold, unknown, violated) => {
    const list = found(
      asked({ ...off, domain_content_threshold: threshold }),
      rowsOf(100, (i) => [i, i < unknown ? 'new' : 'y']),
    );
    expect(types(list)).toEqual(violated ? ['categorical_values_check'] : []);
  });
});

describe('baseline_drift_check', () => {
  const drift = (method: 'Simple' | 'Robust', threshold: number): MonitoringConfig => ({
    distribution_constraints: { comparison_method: method, comparison_threshold: threshold },
  });
  /** The distribution function is 0.2 lower at every edge from 20 to 80. */
  const shifted = rowsOf(1_000, (i) => [20 + (i % 80) + 0.5, i % 2 === 0 ? 'x' : 'y']);

  it.each([
    ['Simple', 0.19, true],
    ['Simple', 0.21, false],
    // less 1.8 √(2 / 1,000) = 0.0805
    ['Robust', 0.119, true],
    ['Robust', 0.12, false],
  ] as const)('by the %s distance with a threshold of %s is violated: %s', (method, threshold, violated) => {
    const list = found(asked(drift(method, threshold)), shifted);
    expect(types(list)).toEqual(violated ? ['baseline_drift_check'] : []);
    if (violated && method === 'Simple')
      expect(list[0]?.description).toBe(`Baseline drift distance: 0.2 exceeds threshold: ${threshold}`);
  });

  it.each([
    [0.25, false],
    [0.24, true],
  ])('of a text that moved by 0.25, with a categorical threshold of %s, is violated: %s', (threshold, violated) => {
    const config: MonitoringConfig = {
      distribution_constraints: {
        comparison_method: 'Simple',
        comparison_threshold: 0.01,
        categorical_comparison_threshold: threshold,
      },
    };
    const rows = rowsOf(1_000, (i) => [even(i)[0], i % 4 === 0 ? 'x' : 'y']);
    expect(types(found(asked(config), rows))).toEqual(violated ? ['baseline_drift_check'] : []);
  });

  it.each([
    [0, false],
    [10, true],
  ])('by chi-square of a text with %s of 100 rows moved is violated: %s', (moved, violated) => {
    const config: MonitoringConfig = { distribution_constraints: { categorical_drift_method: 'ChiSquared' } };
    const rows = rowsOf(100, (i) => [i + 0.5, i < 50 + moved ? 'x' : 'y']);
    expect(types(found(asked(config), rows))).toEqual(violated ? ['baseline_drift_check'] : []);
  });

  it('is not made of a feature that opted out, of one without values, or without rows', () => {
    expect(found(asked({}, { monitoringConfigOverrides: off }), shifted)).toEqual([]);
    expect(found(asked({}, { monitoring_config_overrides: { evaluate_constraints: 'Disabled' } }), shifted)).toEqual(
      [],
    );
    expect(
      types(
        found(
          asked({}, { completeness: 0 }),
          rowsOf(10, () => ['', 'x']),
        ),
      ),
    ).not.toContain('data_type_check');
    expect(found(asked(), [])).toEqual([]);
  });
});

describe('the check of columns', () => {
  it('names those that no call had, and those that nobody knows', () => {
    const list = found(asked(off), [[1, undefined]], { missingColumns: ['t'], extraColumns: ['z'] });
    expect(list.map(({ feature_name, constraint_check_type }) => [feature_name, constraint_check_type])).toEqual([
      ['Missing columns', 'missing_column_check'],
      ['Extra columns', 'extra_column_check'],
    ]);
    expect(list[0]?.description).toContain('columns in baseline constraints: 2 (t)');
    const extra = found(asked(off), [[1, 'x']], { extraColumns: ['z'] });
    expect(extra[0]?.description).toBe(
      'There are extra columns in current dataset. Number of columns in current dataset: 3, Number of columns in baseline constraints: 2 (z)',
    );
  });

  it('lets a column be absent from some calls', () => {
    const constraints = asked(off, { completeness: 0.5 });
    const window = new CaptureWindow({ features: reference.columns, constraints: constraints.features });
    const call = { time: new Date(0), firstRow: 0, extraColumns: [] };
    window.add({ ...call, rows: [[1, 'x']], missingColumns: [] });
    window.add({ ...call, rows: [[undefined, 'x']], missingColumns: ['n'] });
    expect(violations(constraints, reference, window.observed()).violations).toEqual([]);
  });

  it.each([
    [1, 'missing_column_check'],
    [3, 'extra_column_check'],
  ])('speaks up for calls of %s values, which name none: %s', (width, type) => {
    const constraints = asked(off);
    const window = new CaptureWindow({ features: reference.columns, constraints: constraints.features });
    window.addWidth(width);
    expect(types(violations(constraints, reference, window.observed()).violations)).toEqual([type]);
  });
});

describe('a data set that is only known by figures', () => {
  it('violates nothing of its own constraints', () => {
    const own = constraintsJson(reference);
    expect(violations(own, reference, observedOfProfile(reference, reference, own)).violations).toEqual([]);
    const written = statisticsJson(reference);
    expect(violations(own, reference, observedOfStatistics(written, reference, own)).violations).toEqual([]);
    const [asked, before] = [constraints(), profileOfStatistics(statistics())];
    expect(violations(asked, before, observedOfStatistics(statistics(), before, asked)).violations).toEqual([]);
  });

  it('is compared over the bins of the reference, whatever its own', () => {
    const other = new ProfileAccumulator([
      { ...columns[0], edges: [5, 50, 75] },
      { name: 't', type: 'category' },
    ]);
    const live = other.add(rowsOf(500, (i) => [50 + (i % 50), 'z'])).profile();
    const own = constraintsJson(reference);
    const list = violations(own, reference, observedOfProfile(live, reference, own)).violations;
    expect(list.map((one) => `${one.feature_name} ${one.constraint_check_type}`)).toEqual([
      'n baseline_drift_check',
      't categorical_values_check',
      't baseline_drift_check',
    ]);
    const distance = Number(/distance: ([\d.]+)/.exec(list[0]?.description ?? '')?.[1]);
    expect(distance).toBeCloseTo(0.5 - 1.8 * Math.sqrt(1_500 / 500_000), 1);
  });

  it('has the inferred type for all of its values', () => {
    const own = Constraints.parse({ features: [{ name: 'Churn', inferred_type: 'Integral' }] });
    const changed = statistics();
    const features = changed.features.slice(0, 1).map((one) => ({ ...one, inferred_type: 'Fractional' as const }));
    const seen = { ...changed, features };
    const before = profileOfStatistics(seen);
    const [only] = violations(own, before, observedOfStatistics(seen, before, own)).violations;
    expect(only?.description).toContain('Observed: Only 0.0% of data is Integral.');
  });
});

it('predictions fit what the model predicts, or do not', () => {
  const plan = { features: reference.columns.slice(0, 1), constraints: [] };
  const call = { time: new Date(0), firstRow: 0, missingColumns: [], extraColumns: [], rows: [[1], [2], [3]] };
  const [n, t] = reference.columns;
  const windows = [n, t].map((prediction) => {
    const window = new CaptureWindow({ ...plan, ...(prediction && { prediction }) });
    window.add({ ...call, outputs: [0.5, 'x', [1, 2]] });
    return window;
  });
  expect(windows.map((window) => window.fittingPredictions)).toEqual([2, 1]);
  expect(windows.map((window) => window.predictions)).toEqual([3, 3]);
  expect(referenceColumns(windows[0]?.profile().columns ?? []).map(({ name }) => name)).toEqual(['n', 'n']);
});
