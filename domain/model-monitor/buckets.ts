import { edgesOfValues } from '../../stats/binning/reference-quantiles.ts';
import type { Bins, ColumnProfile } from '../profiles/profile.ts';

import type { KllBucket } from './statistics.ts';

/** Buckets that Model Monitor cuts a number's range into, of equal width. */
export const BUCKETS = 10;

/**
 * Bins of a profile that count what Model Monitor's buckets count, between empty bins for what is out of their range.
 * A bucket holds its lower bound and only the last its upper one; bins are left-open, so an inner edge is the double
 * just below the bound: a whole number that is a bound stays in the bucket it was counted in.
 *
 * @returns undefined if there is no bucket, or their bounds do not rise
 */
export function binsOfBuckets(buckets: readonly KllBucket[]): Bins | undefined {
  const [first, last] = [buckets[0], buckets.at(-1)];
  if (!first || !last) return undefined;
  const counts = buckets.map(({ count }) => count);
  if (first.lower_bound === last.upper_bound) {
    // a constant column: all of its buckets are one point
    const total = counts.reduce((sum, count) => sum + count, 0);
    return { edges: edgesOfValues([first.lower_bound]), counts: [0, total, 0] };
  }
  const edges = [...buckets.map(({ lower_bound }) => nextBelow(lower_bound)), last.upper_bound];
  const rising = edges.every((edge, i) => Number.isFinite(edge) && (i === 0 || edge > (edges[i - 1] as number)));
  return rising ? { edges, counts: [0, ...counts, 0] } : undefined;
}

/**
 * Ten buckets of equal width from the smallest to the largest value, as Model Monitor writes them. The values of a bin
 * are taken to be spread evenly over it, within the extremes; those of an integer bin that holds one whole number are
 * all at that number. Counts are rounded so that their sum stays that of the bins.
 *
 * @param whole the column holds whole numbers
 * @returns empty for a column without bins
 */
export function bucketsOfBins({ min, max, bins }: ColumnProfile, whole: boolean): KllBucket[] {
  if (!bins || min === undefined || max === undefined) return [];
  const bound = (i: number): number => (i === BUCKETS ? max : min + ((max - min) * i) / BUCKETS);
  const below = cumulative(bins, min, max, whole);
  const total = bins.counts.reduce((sum, count) => sum + count, 0);
  let taken = 0;
  return Array.from({ length: BUCKETS }, (_, i) => {
    // the last bucket holds the largest value
    const until = i === BUCKETS - 1 ? total : Math.round(below(bound(i + 1)));
    const count = until - taken;
    taken = until;
    return { lower_bound: bound(i), upper_bound: bound(i + 1), count };
  });
}

/**
 * Counts of a column over other edges, its values spread evenly over its bins.
 * @returns as many values as the bins hold
 */
export function rebinned({ min, max, bins }: ColumnProfile, edges: readonly number[]): Bins {
  const total = bins?.counts.reduce((sum, count) => sum + count, 0) ?? 0;
  const same = bins?.edges.length === edges.length && edges.every((edge, i) => edge === bins.edges[i]);
  if (bins && same) return bins;
  const below = bins && min !== undefined && max !== undefined ? cumulative(bins, min, max, false) : () => 0;
  let taken = 0;
  const counts = [...edges, Number.POSITIVE_INFINITY].map((edge, i) => {
    const until = i === edges.length ? total : Math.round(below(edge));
    const count = until - taken;
    taken = until;
    return count;
  });
  return { edges: [...edges], counts };
}

/** How many values are below a number, as far as the bins tell. */
function cumulative({ edges, counts }: Bins, min: number, max: number, whole: boolean): (value: number) => number {
  const parts = counts.map((count, i) => {
    const [left, right] = [Math.max(edges[i - 1] ?? min, min), Math.min(edges[i] ?? max, max)];
    const lowest = i === 0 || (edges[i - 1] as number) < min ? Math.ceil(min) : Math.floor(left) + 1;
    const point = whole && lowest === Math.floor(right) ? lowest : undefined;
    return { count, left: point ?? left, right: point ?? right };
  });
  return (value) => {
    let sum = 0;
    for (const { count, left, right } of parts) {
      if (count === 0 || left >= value) continue;
      sum += right < value || right === left ? count : (count * (value - left)) / (right - left);
    }
    return sum;
  };
}

/** The largest double below a finite number. */
export function nextBelow(value: number): number {
  if (value === 0) return -Number.MIN_VALUE;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  view.setBigInt64(0, view.getBigInt64(0) + (value > 0 ? -1n : 1n));
  return view.getFloat64(0);
}
