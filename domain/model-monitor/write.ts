import type { ColumnProfile, Profile } from '../profiles/profile.ts';
import type { Column } from '../spec/columns.ts';
import type { ModelSpec } from '../spec/model-spec.ts';
import { BUCKETS, bucketsOfBins } from './buckets.ts';
import { type Constraints, type FeatureConstraints, MONITORING_CONFIG_DEFAULTS } from './constraints.ts';
import type { FeatureStatistics, InferredType, Statistics } from './statistics.ts';

/** Values of a text above which no domain is suggested. */
const MAX_DOMAIN = 100;

/**
 * `statistics.json` of a profile. Bins become ten buckets of equal width (`bucketsOfBins` says how). There is no `sketch`
 * in it: a profile has no quantile sketch, and one made up of bins would claim a precision that is not there. What a
 * profile does not know is absent: the values of times and of protected columns, the distinct values of a text whose
 * categories were cut.
 *
 * @param spec says which numbers are whole; without one every number is Fractional
 */
export function statisticsJson({ rows, columns }: Profile, spec?: ModelSpec): Statistics {
  const features = columns.map((column) => featureStatistics(column, specColumn(spec, column)));
  return { version: 0, dataset: { item_count: rows }, features };
}

/**
 * `constraints.json` of a profile, with the guide's `monitoring_config`: completeness, whether numbers are never below
 * 0, and the values of texts. Where the spec says what is allowed it counts, and what was seen where it does not.
 */
export function constraintsJson({ rows, columns }: Profile, spec?: ModelSpec): Constraints {
  const features = columns.map((column) => featureConstraints(column, rows, specColumn(spec, column)));
  return { version: 0, features, monitoring_config: MONITORING_CONFIG_DEFAULTS };
}

const specColumn = (spec: ModelSpec | undefined, { name }: ColumnProfile): Column | undefined =>
  spec?.data.columns.find((column) => column.name === name);

function inferredType({ type, count }: ColumnProfile, declared: Column | undefined): InferredType {
  if (count === 0 && !declared) return 'Unknown';
  if (type !== 'numeric') return 'String';
  return declared?.type === 'integer' ? 'Integral' : 'Fractional';
}

function featureStatistics(column: ColumnProfile, declared: Column | undefined): FeatureStatistics {
  const { name, type, count, nulls, nans, infinities, categories } = column;
  const inferred = inferredType(column, declared);
  // not-a-number and infinity have no bucket; Model Monitor calls missing what is not there to be counted
  const common = { num_present: count, num_missing: nulls + nans + infinities };
  if (type === 'numeric') {
    const { mean, m2, min, max } = column;
    const buckets = bucketsOfBins(column, inferred === 'Integral');
    return {
      name,
      inferred_type: inferred,
      numerical_statistics: {
        common,
        ...(mean !== undefined && { mean, sum: mean * count }),
        ...(m2 !== undefined && { std_dev: Math.sqrt(m2 / count) }),
        ...(min !== undefined && max !== undefined && { min, max }),
        ...(buckets.length === BUCKETS && { distribution: { kll: { buckets } } }),
      },
    };
  }
  const seen = categories?.values.filter(([, n]) => n > 0);
  const buckets = seen?.map(([value, n]) => ({ value, count: n }));
  return {
    name,
    inferred_type: inferred,
    string_statistics: {
      common,
      ...(buckets && categories?.other === 0 && { distinct_count: buckets.length }),
      ...(buckets && { distribution: { categorical: { buckets } } }),
    },
  };
}

function featureConstraints(column: ColumnProfile, rows: number, declared: Column | undefined): FeatureConstraints {
  const { name, type, min, categories, count } = column;
  const inferred = inferredType(column, declared);
  const seen = rows > 0 ? count / rows : 0;
  const allowed = declared?.nullable === true ? 1 - (declared.maxNullShare ?? 1 - seen) : 1;
  const domains = declared?.values ?? seenDomain(categories);
  const nonNegative = declared?.min !== undefined ? declared.min >= 0 : min === undefined ? undefined : min >= 0;
  return {
    name,
    inferred_type: inferred,
    completeness: declared ? allowed : seen,
    ...(type === 'numeric' && nonNegative !== undefined && { num_constraints: { is_non_negative: nonNegative } }),
    ...(type !== 'numeric' && domains && { string_constraints: { domains } }),
  };
}

function seenDomain(categories: ColumnProfile['categories']): string[] | undefined {
  const seen = categories?.values.filter(([, n]) => n > 0) ?? [];
  const whole = categories?.other === 0 && seen.length > 0 && seen.length <= MAX_DOMAIN;
  return whole ? seen.map(([value]) => value) : undefined;
}
