import { chiSquaredSurvival } from '../distributions/chi-squared.ts';
import { deviance } from '../distributions/saddle-point.ts';
import { checkCounts, checkSameLength } from './input.ts';
import type { TestResult } from './result.ts';

export interface ChiSquaredResult extends TestResult {
  readonly degrees: number;
}

/** Pearson's is Σ (o − e)² / e; the likelihood ratio, or G, is 2 Σ o ln(o / e). */
export type Divergence = 'pearson' | 'log-likelihood';

/** Relative difference of the totals up to which they count as equal; scipy's. */
const SAME_TOTAL = 1.5e-8;

/**
 * Pearson's goodness of fit, k − 1 degrees of freedom: scipy's `chisquare(observed, expected)`.
 *
 * @param observed counts per category
 * @param expected counts (not shares) of the same total, > 0 or 0; where 0 was expected and something seen the statistic is
 *   Infinity and the p-value 0; where neither is, the category still counts as one (leave it out beforehand)
 * @returns with one category, statistic as computed, 0 degrees and p-value 1
 * @throws RangeError for different lengths or totals, no category, a negative or undefined count
 */
export function chiSquaredGoodnessOfFit(observed: ArrayLike<number>, expected: ArrayLike<number>): ChiSquaredResult {
  return goodnessOfFit(observed, expected, 'pearson');
}

/**
 * As {@link chiSquaredGoodnessOfFit} with G = 2 Σ o ln(o / e): scipy's `power_divergence(…, lambda_='log-likelihood')`.
 *
 * @throws RangeError
 */
export function gTest(observed: ArrayLike<number>, expected: ArrayLike<number>): ChiSquaredResult {
  return goodnessOfFit(observed, expected, 'log-likelihood');
}

function goodnessOfFit(observed: ArrayLike<number>, expected: ArrayLike<number>, kind: Divergence): ChiSquaredResult {
  checkSameLength('observed', observed, 'expected', expected);
  const [n, m] = [checkCounts('observed', observed), checkCounts('expected', expected)];
  if (observed.length === 0) throw new RangeError('observed must have at least one category, got none');
  if (Math.abs(n - m) > SAME_TOTAL * Math.min(n, m)) {
    throw new RangeError(`observed and expected must have the same total, got ${n} and ${m}`);
  }
  let statistic = 0;
  for (let i = 0; i < observed.length; i++) statistic += cell(observed[i] as number, expected[i] as number, kind);
  return result(statistic, observed.length - 1);
}

export interface ContingencyOptions {
  /** Move each cell of a 2 × 2 table up to ½ towards its expectation (Yates). @default true, as scipy */
  readonly yates?: boolean;
}

/**
 * Pearson's test that two rows of counts come from one distribution: scipy's `chi2_contingency([a, b])`, after leaving out
 * columns that are empty on both sides.
 *
 * @param a counts per category
 * @param b counts of the same categories
 * @returns with a single category left, statistic 0, 0 degrees, p-value 1
 * @throws RangeError for different lengths, an empty side, a negative or undefined count
 */
export function chiSquaredContingency(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  options: ContingencyOptions = {},
): ChiSquaredResult {
  return contingency(a, b, options, 'pearson');
}

/** As {@link chiSquaredContingency} with G: scipy's `chi2_contingency([a, b], lambda_='log-likelihood')`. @throws RangeError */
export function gContingency(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  options: ContingencyOptions = {},
): ChiSquaredResult {
  return contingency(a, b, options, 'log-likelihood');
}

/**
 * {@link chiSquaredContingency} without Yates' correction, for callers to whom too little to compare is no error.
 *
 * @returns undefined with fewer than two bins that hold anything, or with an empty side
 * @throws RangeError for different lengths, a negative or undefined count
 */
export function homogeneityPValue(a: ArrayLike<number>, b: ArrayLike<number>): number | undefined {
  if (checkCounts('a', a) === 0 || checkCounts('b', b) === 0) return undefined;
  const { degrees, pValue } = chiSquaredContingency(a, b, { yates: false });
  return degrees < 1 ? undefined : pValue;
}

function contingency(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  { yates = true }: ContingencyOptions,
  kind: Divergence,
): ChiSquaredResult {
  checkSameLength('a', a, 'b', b);
  const [n, m] = [checkCounts('a', a), checkCounts('b', b)];
  if (n === 0 || m === 0) throw new RangeError(`both sides must hold something, got totals ${n} and ${m}`);
  let columns = 0;
  for (let i = 0; i < a.length; i++) if ((a[i] as number) + (b[i] as number) > 0) columns += 1;
  const [shareA, shareB] = [n / (n + m), m / (n + m)];
  let statistic = 0;
  for (let i = 0; i < a.length; i++) {
    const [inA, inB] = [a[i] as number, b[i] as number];
    const both = inA + inB;
    if (both === 0) continue;
    // the same in all four cells of a 2 × 2 table
    const off = (m * inA - n * inB) / (n + m);
    const correction = yates && columns === 2 ? Math.sign(off) * Math.min(0.5, Math.abs(off)) : 0;
    if (kind === 'pearson') {
      // (o − e)² / e of both cells at once
      statistic += (off - correction) ** 2 / (both * shareA * shareB);
    } else {
      statistic += cell(inA - correction, both * shareA, kind) + cell(inB + correction, both * shareB, kind);
    }
  }
  return result(statistic, columns - 1);
}

function cell(observed: number, expected: number, kind: Divergence): number {
  if (expected === 0) return observed === 0 ? 0 : Number.POSITIVE_INFINITY;
  if (kind === 'pearson') return (observed - expected) ** 2 / expected;
  // o ln(o / e) + e − o: over cells of equal totals the rest cancels, so that no digits do
  return 2 * deviance(observed, expected);
}

function result(statistic: number, degrees: number): ChiSquaredResult {
  return { statistic, pValue: degrees < 1 ? 1 : chiSquaredSurvival(statistic, degrees), degrees };
}
