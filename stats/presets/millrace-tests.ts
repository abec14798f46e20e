import { type JoinedBins, joinSparseBins } from '../binning/join-sparse.ts';
import { hypergeometricUpperTail } from '../distributions/hypergeometric.ts';
import { binnedRankSum } from '../tests/binned-rank-sum.ts';
import { homogeneityPValue } from '../tests/chi-squared.ts';

/** Rows with a mark, and all rows. */
export type MarkedRows = readonly [marked: number, rows: number];

/** One side of a column over bins that the reference fixed. */
export interface SideCounts {
  /** Rows per bin. */
  readonly counts: readonly number[];
  /** Missing and infinite values, in no bin. */
  readonly missing: number;
}

export type MillraceCause = 'distribution' | 'missing' | 'unseen';

/** What tests make of both sides of a column. */
export interface TestedCounts {
  /** What the distribution is compared over; undefined with too few rows for two groups of bins. */
  readonly joined: JoinedBins | undefined;
  /** Shares of all rows. */
  readonly missing: { readonly reference: number; readonly current: number };
  /** Share of the current values in bins that are empty in the reference. */
  readonly unseenShare: number;
  /** Undefined where there is nothing to test. */
  readonly pValues: Readonly<Record<MillraceCause, number | undefined>>;
}

/**
 * Tests of one column: of its distribution (joinedPValue), and Fisher's exact test, one-sided, of a rise of missing and of
 * unseen values. Categories that the reference has once stand for those that it does not have: as many rows of unseen ones
 * are no surprise (Good and Turing).
 *
 * @param reference counts over its own bins: categories, or left-open bins on its quantiles
 * @param current counts over the same bins
 * @param ordered the bins are ranges of numbers or times, and not categories
 * @param effective effective rows for each current row counted, in (0, 1]: tests are made as if there were so many
 * @see Good (1953), "The population frequencies of species and the estimation of population parameters"
 */
export function testCounts(reference: SideCounts, current: SideCounts, ordered: boolean, effective = 1): TestedCounts {
  const [n, m] = [sum(reference.counts), sum(current.counts)];
  const [allReference, allCurrent] = [n + reference.missing, m + current.missing];
  const worth = effective === 1 ? current.counts : current.counts.map((rows) => rows * effective);
  const joined = joinSparseBins(reference.counts, worth);
  let [unseen, once] = [0, 0];
  for (let i = 0; i < reference.counts.length; i++) {
    if (reference.counts[i] === 0) unseen += current.counts[i] as number;
    else if (!ordered && reference.counts[i] === 1) once += 1;
  }
  const whole = (rows: number) => (effective === 1 ? rows : Math.round(rows * effective));
  return {
    joined,
    missing: { reference: share(reference.missing, allReference), current: share(current.missing, allCurrent) },
    unseenShare: share(unseen, m),
    pValues: {
      distribution: joined && joinedPValue(joined, ordered),
      missing: risePValue([reference.missing, allReference], [whole(current.missing), whole(allCurrent)]),
      unseen: risePValue([once, n], [whole(unseen), whole(m)]),
    },
  };
}

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
const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
