import { normalSurvival } from '../distributions/normal.ts';
import { checkCounts, checkSameLength } from './input.ts';
import type { TestResult } from './result.ts';

/**
 * Wilcoxon's rank-sum test (Mann–Whitney's U) of counts over ordered bins, rows of a bin being tied: two-sided, normal
 * approximation with the variance of the mid-ranks, no correction for continuity. With one row per bin that holds any, it
 * is scipy's `mannwhitneyu(a, b, method='asymptotic', use_continuity=False)`. It sees a shift in one direction that
 * Pearson's test spreads over all degrees of freedom, and nothing that leaves the middle of the ranks where it was.
 *
 * @param a counts per bin, in the order of the values; fractions are weights
 * @param b counts over the same bins
 * @returns statistic z, above 0 where b has the larger values; 0 with p-value 1 where one side is empty or all is tied
 * @throws RangeError for different lengths, a negative or undefined count
 * @see Lehmann (1975), "Nonparametrics", chapter 1, section 4
 */
export function binnedRankSum(a: ArrayLike<number>, b: ArrayLike<number>): TestResult {
  checkSameLength('a', a, 'b', b);
  const [n, m] = [checkCounts('a', a), checkCounts('b', b)];
  const rows = n + m;
  let [below, ranks, squares] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const both = (a[i] as number) + (b[i] as number);
    // from the middle of all ranks, so that nothing cancels
    const rank = below + both / 2 - rows / 2;
    ranks += (b[i] as number) * rank;
    squares += both * rank * rank;
    below += both;
  }
  const variance = (n * m * squares) / (rows * (rows - 1));
  if (!(variance > 0)) return { statistic: 0, pValue: 1 };
  const statistic = ranks / Math.sqrt(variance);
  return { statistic, pValue: Math.min(1, 2 * normalSurvival(Math.abs(statistic))) };
}
