import type { Categories, ColumnProfile } from '../profiles/profile.ts';

/** Counts of a baseline and a live window over the same bins. */
export interface BinnedPair {
  readonly baseline: readonly number[];
  readonly live: readonly number[];
}

/**
 * Counts over the baseline's bins: the bins of numbers and times; the categories in the baseline's order and then all
 * others. Missing values are in no bin.
 *
 * @returns undefined for a column without bins or categories
 * @throws RangeError if the live profile was not counted over the baseline's bins
 */
export function binnedPair(baseline: ColumnProfile, live: ColumnProfile): BinnedPair | undefined {
  if (!sameBins(baseline, live)) {
    throw new RangeError(`column ${baseline.name}: the window was not counted over the baseline's bins`);
  }
  if (baseline.bins && live.bins) return { baseline: baseline.bins.counts, live: live.bins.counts };
  if (!baseline.categories || !live.categories) return undefined;
  return { baseline: categoryCounts(baseline.categories), live: categoryCounts(live.categories) };
}

/** Whether a column was counted over the baseline's bins, or the baseline has none. */
export function sameBins(baseline: ColumnProfile, live: ColumnProfile): boolean {
  if (baseline.bins) {
    const edges = live.bins?.edges;
    return edges?.length === baseline.bins.edges.length && baseline.bins.edges.every((edge, i) => edge === edges[i]);
  }
  const values = live.categories?.values;
  if (!baseline.categories) return true;
  return (
    values?.length === baseline.categories.values.length &&
    baseline.categories.values.every(([value], i) => value === values[i]?.[0])
  );
}

function categoryCounts({ values, other }: Categories): number[] {
  const counts = values.map(([, rows]) => rows);
  counts.push(other);
  return counts;
}

/** Live rows in bins in which the baseline has none: new categories, values out of the range seen in training. */
export const unseenRows = ({ baseline, live }: BinnedPair): number => sum(live.filter((_, i) => baseline[i] === 0));

export const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
