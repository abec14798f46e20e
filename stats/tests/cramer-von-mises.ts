import { cramerVonMisesLimitSurvival, cramerVonMisesTwoSampleSurvival } from '../distributions/cramer-von-mises.ts';
import { sortedSample } from './input.ts';
import { visitTies } from './ranks.ts';
import type { TestResult } from './result.ts';

export interface CramerVonMisesResult extends TestResult {
  /** What the p-value was computed by. */
  readonly method: 'exact' | 'asymptotic';
}

/** Size of the larger sample up to which `auto` is exact; scipy's. */
const MOST_EXACT = 20;

/**
 * Two-sample Cramér–von Mises test: scipy's `cramervonmises_2samp(a, b, method=…)`; `auto` is exact up to 20 values in the
 * larger sample. Asymptotic is the limit of the statistic, moved and scaled to the mean and variance for these sizes.
 * Ties have their mean rank.
 *
 * @param a at least 2 values in any order, ±Infinity allowed
 * @returns statistic T = U / (n m (n + m)) − (4 n m − 1) / (6 (n + m)), with Anderson's U
 * @throws RangeError for fewer than 2 values on a side, NaN, or `exact` with more than 40 values in all
 * @see Anderson (1962), "On the distribution of the two-sample Cramér–von Mises criterion"
 */
export function cramerVonMises(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  { method = 'auto' }: { readonly method?: 'auto' | 'exact' | 'asymptotic' } = {},
): CramerVonMisesResult {
  const [sortedA, sortedB] = [sortedSample('a', a, 2), sortedSample('b', b, 2)];
  const [n, m] = [a.length, b.length];
  const [pairs, all] = [n * m, n + m];
  let [i, j, ofA, ofB] = [0, 0, 0, 0];
  visitTies(sortedA, sortedB, ({ inA, inB, rank }) => {
    // rank less own rank: how many of the other sample are below
    for (const end = i + inA; i < end; ) ofA += (rank - ++i) ** 2;
    for (const end = j + inB; j < end; ) ofB += (rank - ++j) ** 2;
  });
  const u = n * ofA + m * ofB;
  const statistic = u / (pairs * all) - (4 * pairs - 1) / (6 * all);
  const chosen = method !== 'auto' ? method : Math.max(n, m) <= MOST_EXACT ? 'exact' : 'asymptotic';
  if (chosen === 'exact') return { statistic, pValue: cramerVonMisesTwoSampleSurvival(u, n, m), method: chosen };
  const mean = (1 + 1 / all) / 6;
  const variance = ((all + 1) * (4 * pairs * all - 3 * (n * n + m * m) - 2 * pairs)) / (45 * all * all * 4 * pairs);
  // to the limit's mean, 1/6, and variance, 1/45
  const limit = 1 / 6 + (statistic - mean) / Math.sqrt(45 * variance);
  return { statistic, pValue: cramerVonMisesLimitSurvival(limit), method: chosen };
}
