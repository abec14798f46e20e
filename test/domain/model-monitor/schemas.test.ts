import { describe, expect, it } from 'vitest';
import { Constraints, configOf } from '../../../domain/model-monitor/constraints.ts';
import { QualityStatistics } from '../../../domain/model-monitor/quality.ts';
import { Statistics } from '../../../domain/model-monitor/statistics.ts';
import { BiasViolations, Violations } from '../../../domain/model-monitor/violation.ts';
import { constraints, json, statistics } from './files.ts';

const only = (feature: object, config: object = {}): Constraints =>
  Constraints.parse({ features: [{ name: 'a', inferred_type: 'Integral', ...feature }], monitoring_config: config });
const configOfOne = (read: Constraints) => configOf(read, read.features[0]);

describe('statistics.json', () => {
  it('is read with its counts, which Spark writes as doubles', () => {
    const { dataset, features } = statistics();
    expect(dataset.item_count).toBe(2_000);
    expect(features.map(({ name, inferred_type }) => `${name} ${inferred_type}`)).toContain('state String');
    const buckets = features[1]?.numerical_statistics?.distribution?.kll?.buckets ?? [];
    expect(buckets).toHaveLength(10);
    expect(buckets.reduce((sum, { count }) => sum + count, 0)).toBe(2_000);
  });

  it('may lack figures, hold NaN as text, and name types that are not known', () => {
    const common = { num_present: 0, num_missing: 3 };
    const read = Statistics.parse({
      dataset: { item_count: 3.0 },
      features: [
        { name: 'a', inferred_type: 'Fractional', numerical_statistics: { common, mean: 'NaN', std_dev: null } },
        { name: 'b', inferred_type: 'Boolean', string_statistics: { common, distinct_count: 0.0 } },
        { name: 'c', inferred_type: 'Unknown' },
      ],
    });
    expect(read.features[0]?.numerical_statistics?.mean).toBeUndefined();
    expect(read.features[1]?.inferred_type).toBe('Unknown');
  });

  it.each([
    ['no features', { dataset: { item_count: 1 } }],
    ['no count of rows', { features: [] }],
    ['a count below 0', { dataset: { item_count: -1 }, features: [] }],
    ['a list', []],
  ])('is refused with %s', (_what, document) => {
    expect(Statistics.safeParse(document).success).toBe(false);
  });
});

describe('constraints.json', () => {
  it('is judged by its own options', () => {
    expect(configOf(constraints())).toEqual({
      evaluate: true,
      typeMatch: 1,
      domainMatch: 1,
      drift: { method: 'Robust', threshold: 0.1, categoricalMethod: 'LInfinity', categoricalThreshold: 0.1 },
    });
  });

  it('has the defaults of the guide where it says nothing', () => {
    expect(configOf(only({}))).toEqual({
      evaluate: true,
      typeMatch: 0.9,
      domainMatch: 0.9,
      drift: { method: 'Robust', threshold: 0.1, categoricalMethod: 'LInfinity', categoricalThreshold: 0.1 },
    });
  });

  const off = { evaluate_constraints: 'Disabled' };
  it.each([
    ['monitoringConfigOverrides', { monitoringConfigOverrides: off }],
    ['monitoring_config_overrides', { monitoring_config_overrides: off }],
    ['string_constraints, where the SDK puts them', { string_constraints: { monitoring_config_overrides: off } }],
  ])('takes a feature out of the evaluation by %s', (_where, feature) => {
    expect(configOfOne(only(feature)).evaluate).toBe(false);
    expect(configOfOne(only({ monitoringConfigOverrides: {} })).evaluate).toBe(true);
  });

  it('merges what a feature says of its distribution with what the file says', () => {
    const read = only(
      { monitoringConfigOverrides: { distribution_constraints: { comparison_threshold: 0.3 } } },
      { distribution_constraints: { comparison_method: 'Simple' } },
    );
    expect(configOfOne(read).drift).toMatchObject({ method: 'Simple', threshold: 0.3, categoricalThreshold: 0.3 });
  });

  it.each([
    ['comparison_method', 'linf_robust', 'Robust'],
    ['comparison_method', 'Simple', 'Simple'],
    ['comparion_method', 'Robust', 'Robust'],
  ])('reads the method from %s %s', (name, value, method) => {
    const read = only({}, { distribution_constraints: { [name]: value } });
    expect(configOfOne(read).drift?.method).toBe(method);
  });

  it.each([
    [1, 1],
    [0.8, 0.8],
    [0.5, 0.5],
    [0.1, 0.9],
    [0, 1],
  ])('takes a type threshold of %s for at least %s of the values', (threshold, least) => {
    expect(configOfOne(only({}, { datatype_check_threshold: threshold })).typeMatch).toBeCloseTo(least, 12);
  });
});

describe('constraint_violations.json', () => {
  it('is read as data quality and as bias writes it', () => {
    expect(Violations.parse(json('constraint_violations.json')).violations).toHaveLength(1);
    const one = { facet: 'sex', facet_value: 'f', metric_name: 'DPPL', description: 'x' };
    const bias = { version: '1.0', violations: [{ ...one, constraint_check_type: 'bias_drift_check' }] };
    expect(BiasViolations.parse(bias)).toEqual(bias);
    expect(BiasViolations.safeParse(json('constraint_violations.json')).success).toBe(false);
  });
});

describe('the statistics of model quality', () => {
  it('are read with and without standard deviations, beside matrices and curves', () => {
    const read = QualityStatistics.parse({
      version: 0.0,
      dataset: { item_count: 199, start_time: '2026-01-05T10:00:00Z' },
      binary_classification_metrics: {
        confusion_matrix: { 0: { 0: 90, 1: 10 } },
        recall: { value: 0.9, standard_deviation: 'NaN' },
        auc: { value: 0.8 },
        accuracy: { value: 0.7, standard_deviation: 0.01 },
      },
    });
    expect(read.binary_classification_metrics?.accuracy).toEqual({ value: 0.7, standard_deviation: 0.01 });
    expect(read.binary_classification_metrics?.confusion_matrix).toEqual({ 0: { 0: 90, 1: 10 } });
  });
});
