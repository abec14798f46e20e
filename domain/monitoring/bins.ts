import type { ColumnProfile } from '../profiles/profile.ts';

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
  const differ = () => new RangeError(`column ${baseline.name}: the window was not counted over the baseline's bins`);
  if (baseline.bins) {
    const { edges, counts } = baseline.bins;
    const same = live.bins?.edges.length === edges.length && edges.every((edge, i) => edge === live.bins?.edges[i]);
    if (!same || !live.bins) throw differ();
    return { baseline: counts, live: live.bins.counts };
  }
  if (!baseline.categories) return undefined;
  const { values, other } = baseline.categories;
  if (!live.categories || live.categories.values.some(([value], i) => value !== values[i]?.[0])) throw differ();
  return {
    baseline: [...values.map(([, count]) => count), other],
    live: [...live.categories.values.map(([, count]) => count), live.categories.other],
  };
}

/** Live rows in bins in which the baseline has none: new categories, values out of the range seen in training. */
export const unseenRows = ({ baseline, live }: BinnedPair): number => sum(live.filter((_, i) => baseline[i] === 0));

export const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
