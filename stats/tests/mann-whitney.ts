import { mannWhitneySurvival } from '../distributions/mann-whitney.ts';
import { normalSurvival } from '../distributions/normal.ts';
import { sortedSample } from './input.ts';
import { visitTies } from './ranks.ts';
import type { Alternative, TestResult } from './result.ts';

export interface MannWhitneyOptions {
  /** `greater`: a tends to larger values than b. @default 'two-sided' */
  readonly alternative?: Alternative;
  /** `auto` is exact if either sample has at most 8 values and there are no ties, as in scipy. @default 'auto' */
  readonly method?: 'auto' | 'exact' | 'asymptotic';
}

export interface MannWhitneyResult extends TestResult {
  /** What the p-value was computed by. */
  readonly method: 'exact' | 'asymptotic';
}

/** Size of the smaller sample up to which `auto` is exact; scipy's. */
const MOST_EXACT = 8;

/**
 * Mann–Whitney U test (Wilcoxon's rank-sum test): scipy's `mannwhitneyu(a, b, alternative=…, method=…)`. Asymptotic is the
 * normal approximation with correction for ties and for continuity (½).
 *
 * @param a values in any order, ±Infinity allowed
 * @returns statistic U of a: the number of pairs in which a's value is larger, ties counting ½; p-value 1 if all are equal
 * @throws RangeError for an empty sample, NaN, `exact` with ties or for sizes beyond {@link mannWhitneySurvival}
 */
export function mannWhitney(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  { alternative = 'two-sided', method = 'auto' }: MannWhitneyOptions = {},
): MannWhitneyResult {
  const [sortedA, sortedB] = [sortedSample('a', a), sortedSample('b', b)];
  const [n, m] = [a.length, b.length];
  let [rankSum, ties] = [0, 0];
  visitTies(sortedA, sortedB, ({ inA, inB, rank }) => {
    const tied = inA + inB;
    rankSum += inA * rank;
    ties += tied * (tied * tied - 1);
  });
  const statistic = rankSum - (n * (n + 1)) / 2;
  const other = n * m - statistic;
  const extreme = { 'two-sided': Math.max(statistic, other), greater: statistic, less: other }[alternative];
  const chosen = method === 'auto' ? (Math.min(n, m) <= MOST_EXACT && ties === 0 ? 'exact' : 'asymptotic') : method;
  if (chosen === 'exact' && ties > 0) throw new RangeError('the exact distribution is of samples without ties');
  const tail =
    chosen === 'exact' ? mannWhitneySurvival(extreme, n, m) : normalSurvival(standardised(extreme, n, m, ties));
  return { statistic, pValue: Math.min(1, alternative === 'two-sided' ? 2 * tail : tail), method: chosen };
}

/** z of U, lowered by ½; `ties` is the sum of t³ − t over groups of t equal values. */
function standardised(u: number, n: number, m: number, ties: number): number {
  const all = n + m;
  const variance = ((n * m) / 12) * (all + 1 - ties / (all * (all - 1)));
  // all values equal, up to rounding
  if (!(variance > 0)) return Number.NEGATIVE_INFINITY;
  return (u - (n * m) / 2 - 0.5) / Math.sqrt(variance);
}
