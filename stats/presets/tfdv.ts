import { alignHistograms, type Bucket, type BucketHistogram } from '../binning/align-histograms.ts';
import { equalWidthEdges } from '../binning/equal-width.ts';
import { countRightOpenLastClosed } from '../binning/histogram.ts';
import { lInfinity, normalisedAbsoluteDifference } from '../distances/differences.ts';
import { jensenShannonDivergence } from '../distances/divergences.ts';
import { rangeOf } from '../moments.ts';
import { anyColumn, checkThreshold, emptySide, finiteValues, incomparable, oneOf, valuePair } from './columns.ts';
import type { CategoryColumn, ColumnwisePreset } from './types.ts';

/** What TFDV's documentation starts a threshold at; TFDV itself has none. */
export const TFDV_STARTING_THRESHOLD = 0.01;

/** Comparators of a string feature, by TFDV's names. */
const STRING_DISTANCES = {
  infinity_norm: lInfinity,
  jensen_shannon_divergence: (a: readonly number[], b: readonly number[]) => jensenShannonDivergence(a, b, '2'),
  normalized_abs_difference: normalisedAbsoluteDifference,
};

export interface TfdvOptions {
  /** Drift is above it. @default none: nothing is detected, as in TFDV until the schema sets one */
  readonly threshold?: number;
  /** For categories. @default infinity_norm */
  readonly stringDistance?: keyof typeof STRING_DISTANCES;
  /** Standard buckets of the histograms of numbers. @default 10 */
  readonly buckets?: number;
}

const STANDARD_BUCKETS = 10;

/**
 * TensorFlow Data Validation's drift and skew: L-infinity of strings, Jensen–Shannon divergence to base 2 of the standard
 * histograms of numbers, each side's own, aligned. Missing values are left out of both; infinite values match nothing on
 * the other side. TFDV takes its buckets' counts from a quantile sketch (error 0.01); here they are exact.
 *
 * @see TFDV, anomalies/metrics.cc, anomalies/feature_util.cc
 */
export const tfdv: ColumnwisePreset<TfdvOptions> = {
  compareColumn(column, options) {
    const stringDistance = oneOf(
      'stringDistance',
      options.stringDistance ?? 'infinity_norm',
      Object.keys(STRING_DISTANCES) as (keyof typeof STRING_DISTANCES)[],
    );
    const method = column.kind === 'numeric' ? 'jensen_shannon_divergence' : stringDistance;
    const threshold = options.threshold === undefined ? undefined : checkThreshold(options.threshold);
    const empty = emptySide(column);
    if (empty) return incomparable(column, method, 'above', `no value in the ${empty} data`);
    const statistic =
      column.kind === 'category'
        ? ofStrings(column, stringDistance)
        : jensenShannonDivergence(
            ...alignHistograms(
              standardHistogram(column.reference, options.buckets),
              standardHistogram(column.current, options.buckets),
            ),
            '2',
          );
    const shared = { name: column.name, method, statistic, direction: 'above' as const };
    if (threshold !== undefined) return { ...shared, threshold, detected: statistic > threshold };
    const note = `TFDV compares only where the schema sets a threshold; its documentation starts at ${TFDV_STARTING_THRESHOLD}`;
    return { ...shared, detected: false, note };
  },

  compareDataset(columns, options) {
    return tfdv.conclude(
      columns.map((column) => tfdv.compareColumn(column, options)),
      options,
    );
  },

  conclude: (compared) => anyColumn(compared, 'each column beyond its threshold is an anomaly of its own'),
};

/**
 * TFDV's standard histogram: buckets of equal width between the least and the greatest finite value, one point for a
 * constant, and a bucket for each infinity. NaN is missing.
 *
 * @throws RangeError for a number of buckets that is not a positive integer
 */
export function standardHistogram(values: Float64Array, buckets: number = STANDARD_BUCKETS): BucketHistogram {
  const infinite = (bound: number): Bucket[] => {
    const count = values.reduce((rows, value) => (value === bound ? rows + 1 : rows), 0);
    return count === 0 ? [] : [{ low: bound, high: bound, count }];
  };
  const { NEGATIVE_INFINITY: below, POSITIVE_INFINITY: above } = Number;
  return { buckets: [...infinite(below), ...finiteBuckets(finiteValues(values), buckets), ...infinite(above)] };
}

function finiteBuckets(values: Float64Array, buckets: number): Bucket[] {
  if (values.length === 0) return [];
  const { least, greatest } = rangeOf(values);
  if (least === greatest) return [{ low: least, high: least, count: values.length }];
  const edges = equalWidthEdges(least, greatest, buckets);
  const { counts } = countRightOpenLastClosed(values, edges);
  return counts.map((count, i) => ({ low: edges[i] as number, high: edges[i + 1] as number, count }));
}

function ofStrings(column: CategoryColumn, distance: keyof typeof STRING_DISTANCES): number {
  const { reference, current } = valuePair(column);
  return STRING_DISTANCES[distance](reference, current);
}
