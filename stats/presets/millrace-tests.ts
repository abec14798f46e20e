import type { JoinedBins } from '../binning/join-sparse.ts';
import { hypergeometricUpperTail } from '../distributions/hypergeometric.ts';
import { binnedRankSum } from '../tests/binned-rank-sum.ts';
import { homogeneityPValue } from '../tests/chi-squared.ts';

/** Rows with a mark, and all rows. */
export type MarkedRows = readonly [marked: number, rows: number];

/**
 * Probability by chance of counts so different: Pearson's test over joined bins, or the exact one of a rise of the last
 * group where that one is sparse. Bins in an order are also asked for a shift in one direction (binnedRankSum), which
 * Pearson's test spreads over all its degrees of freedom: twice the lesser of both probabilities (Bonferroni).
 *
 * @param ordered the bins are ranges of numbers or times, and not categories
 */
export function joinedPValue({ reference, current, sparse }: JoinedBins, ordered: boolean): number | undefined {
  // weighted rows need not be whole, and the exact test counts
  const last = (counts: readonly number[]): MarkedRows => [
    Math.round(counts.at(-1) as number),
    Math.round(sum(counts)),
  ];
  if (sparse) return risePValue(last(reference), last(current));
  const pearson = homogeneityPValue(reference, current);
  if (pearson === undefined || !ordered || reference.length === 2) return pearson;
  return Math.min(1, 2 * Math.min(pearson, binnedRankSum(reference, current).pValue));
}

/**
 * Probability that chance alone gives the second sample so many marked rows: Fisher's exact test, one-sided.
 *
 * @returns undefined if no row of either is marked: there is nothing to test
 */
export function risePValue(before: MarkedRows, now: MarkedRows): number | undefined {
  if (before[0] + now[0] === 0) return undefined;
  return hypergeometricUpperTail(now[0], now[1], before[0] + now[0], before[1] + now[1]);
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
