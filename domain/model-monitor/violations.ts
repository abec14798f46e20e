import { lInfinity, robustLInfinity } from '../../stats/distances/differences.ts';
import { deequChiSquared } from '../../stats/tests/deequ-chi-squared.ts';
import { binnedPair } from '../monitoring/bins.ts';
import type { ColumnProfile, Profile } from '../profiles/profile.ts';
import { type Constraints, configOf, type FeatureConfig, type FeatureConstraints } from './constraints.ts';
import type { Observed, ObservedColumn } from './observed.ts';
import type { Violation, Violations } from './violation.ts';

/**
 * Evaluates constraints on what was observed, as Model Monitor's data quality job does: `constraint_violations.json`.
 * A share on its threshold passes. Whether numbers are never below 0 is no check of Model Monitor's, and none here.
 * Nothing is said of a feature whose `evaluate_constraints` is Disabled, of one without values, and of no rows at all.
 *
 * @param reference of the baseline; the observed profiles are counted over its bins. Of a column that is not in it
 *   drift is not judged
 */
export function violations(constraints: Constraints, reference: Profile, observed: Observed): Violations {
  const seen = new Map(observed.columns.map((column) => [column.name, column]));
  const references = new Map(reference.columns.map((column) => [column.name, column]));
  const found = constraints.features.flatMap((feature) => {
    const column = seen.get(feature.name);
    const config = configOf(constraints, feature);
    if (!column || !config.evaluate || observed.rows === 0) return [];
    return featureViolations(feature, config, column, references.get(feature.name));
  });
  return { violations: [...columnViolations(constraints, observed), ...found] };
}

function columnViolations(constraints: Constraints, { columns, rows, width }: Observed): Violation[] {
  if (!configOf(constraints).evaluate || (rows === 0 && !width)) return [];
  const expected = constraints.features.map(({ name }) => name);
  const names = columns.map(({ name }) => name);
  const absent = rows > 0 ? expected.filter((name) => !names.includes(name)) : [];
  const extra = names.filter((name) => !expected.includes(name));
  const least = Math.min(width?.least ?? names.length, rows > 0 ? names.length : expected.length);
  const most = Math.max(width?.most ?? 0, names.length);
  const text = (what: string, count: number, which: readonly string[]): string =>
    `There are ${what} columns in current dataset. Number of columns in current dataset: ${count}, Number of columns in baseline constraints: ${expected.length}${which.length > 0 ? ` (${which.join(', ')})` : ''}`;
  const found: Violation[] = [];
  if (least < expected.length || absent.length > 0)
    found.push({
      feature_name: 'Missing columns',
      constraint_check_type: 'missing_column_check',
      description: text('missing', least, absent),
    });
  if (most > expected.length || extra.length > 0)
    found.push({
      feature_name: 'Extra columns',
      constraint_check_type: 'extra_column_check',
      description: text('extra', most, extra),
    });
  return found;
}

function featureViolations(
  feature: FeatureConstraints,
  config: FeatureConfig,
  column: ObservedColumn,
  reference: ColumnProfile | undefined,
): Violation[] {
  const { present, missing, ofType, inDomain } = column;
  const found: Violation[] = [];
  const add = (constraint_check_type: Violation['constraint_check_type'], description: string) =>
    found.push({ feature_name: feature.name, constraint_check_type, description });
  if (present > 0 && ofType !== undefined && isBelow(ofType / present, config.typeMatch))
    add(
      'data_type_check',
      `Data type match requirement is not met. Expected data type: ${feature.inferred_type}, Expected match: ${percent(config.typeMatch)}. Observed: Only ${percent(ofType / present)} of data is ${feature.inferred_type}.`,
    );
  const share = present / (present + missing);
  if (feature.completeness !== undefined && isBelow(share, feature.completeness))
    add(
      'completeness_check',
      `Completeness requirement is not met. Expected completeness: ${percent(feature.completeness)}. Observed: Only ${percent(share)} of data is present.`,
    );
  if (present > 0 && inDomain !== undefined && isBelow(inDomain / present, config.domainMatch))
    add(
      'categorical_values_check',
      `Value match requirement is not met. Expected match: ${percent(config.domainMatch)}. Observed: Only ${percent(inDomain / present)} of data is among the known values.`,
    );
  const drift = reference && driftOf(reference, column.profile, config);
  if (drift !== undefined) add('baseline_drift_check', drift);
  return found;
}

/** Shares that are equal up to rounding are equal. */
const isBelow = (share: number, least: number): boolean => share < least - 1e-12;

/** `99.71751412429379%`, as many digits as there are; a decimal at least. */
function percent(share: number): string {
  const value = Number((share * 100).toPrecision(15));
  return `${Number.isInteger(value) ? value.toFixed(1) : value}%`;
}

/**
 * Why a distribution is another: numbers by the largest gap of the distribution functions at the bins' edges, texts by
 * that of a value's share, or by deequ's chi-square, where the p-value must not be below the threshold.
 *
 * @returns undefined if it is not, or nothing can be compared
 */
function driftOf(reference: ColumnProfile, live: ColumnProfile, { drift }: FeatureConfig): string | undefined {
  const numeric = reference.bins !== undefined;
  if (!drift || (numeric ? !live.bins : !live.categories)) return undefined;
  const pair = binnedPair(reference, live);
  const [n, m] = [sum(pair?.baseline ?? []), sum(pair?.live ?? [])];
  if (!pair || n === 0 || m === 0) return undefined;
  const { baseline, live: counts } = pair;
  if (!numeric && drift.categoricalMethod === 'ChiSquared') {
    const { pValue } = deequChiSquared(byIndex(counts), byIndex(baseline));
    return pValue < drift.categoricalThreshold
      ? `Baseline drift p-value of chi-square: ${pValue} is below threshold: ${drift.categoricalThreshold}`
      : undefined;
  }
  const simple = numeric ? largestGap(cumulated(baseline), cumulated(counts)) : lInfinity(baseline, counts);
  const distance = drift.method === 'Robust' ? robustLInfinity(simple, n, m) : simple;
  const threshold = numeric ? drift.threshold : drift.categoricalThreshold;
  return distance > threshold ? `Baseline drift distance: ${distance} exceeds threshold: ${threshold}` : undefined;
}

const byIndex = (counts: readonly number[]): ReadonlyMap<string, number> =>
  new Map(counts.map((count, i) => [String(i), count]));

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

/** Values of the distribution function at the bins' upper edges. */
function cumulated(counts: readonly number[]): number[] {
  const total = sum(counts);
  let taken = 0;
  return counts.map((count) => {
    taken += count;
    return taken / total;
  });
}

const largestGap = (p: readonly number[], q: readonly number[]): number =>
  p.reduce((most, value, i) => Math.max(most, Math.abs(value - (q[i] as number))), 0);
