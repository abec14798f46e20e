import { kolmogorovLimitSurvival } from '../distributions/kolmogorov.ts';
import { kolmogorovSurvival } from '../distributions/kolmogorov-one-sample.ts';
import { kolmogorovTwoSampleSurvival } from '../distributions/kolmogorov-two-sample.ts';
import { checkCounts, checkSameLength, sortedSample } from './input.ts';
import type { TestResult } from './result.ts';

export type KolmogorovSmirnovMethod = 'exact' | 'asymptotic' | 'limit';

export interface KolmogorovSmirnovResult extends TestResult {
  /** What the p-value was computed by. */
  readonly method: KolmogorovSmirnovMethod;
}

/** Sample size up to which `auto` is exact, as in scipy. */
const MOST_EXACT = 10_000;

/**
 * Two-sample Kolmogorov–Smirnov test, two-sided: D = max |F_a(x) − F_b(x)|. The p-value is
 *
 * - `exact`: from the distribution of D for these sizes, by lattice paths; time grows with n·m;
 * - `asymptotic`: of one sample of round(nm/(n + m)) values against its distribution, as scipy's `asymp`;
 * - `limit`: Kolmogorov's limit of √(nm/(n + m)) D, without correction for size (8 against 8: conservative);
 * - `auto`: `exact` up to 10,000 values in the larger sample, else `asymptotic`; scipy's `ks_2samp(a, b)`.
 *
 * Ties make the exact p-value an upper bound.
 *
 * @param a values in any order, ±Infinity allowed
 * @returns statistic D in [0, 1]
 * @throws RangeError for an empty sample or NaN
 * @see kolmogorovTwoSampleSurvival, kolmogorovSurvival for the accuracy
 */
export function kolmogorovSmirnov(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  { method = 'auto' }: { readonly method?: 'auto' | KolmogorovSmirnovMethod } = {},
): KolmogorovSmirnovResult {
  const gap = largestGap(sortedSample('a', a), sortedSample('b', b));
  const [n, m] = [a.length, b.length];
  const statistic = gap / (n * m);
  const chosen = method !== 'auto' ? method : Math.max(n, m) <= MOST_EXACT ? 'exact' : 'asymptotic';
  return { statistic, pValue: pValueOf(chosen, gap, n, m), method: chosen };
}

/**
 * The same from counts over shared bins: the largest difference of the two cumulative shares at the bins' edges. It is a
 * lower bound of D, so the p-value, from Kolmogorov's limit, is an upper bound of that of the values.
 *
 * @param countsA counts over bins in rising order
 * @param countsB over the same bins
 * @returns statistic in [0, 1]
 * @throws RangeError for an empty side, a negative count or different numbers of bins
 */
export function binnedKolmogorovSmirnov(
  countsA: ArrayLike<number>,
  countsB: ArrayLike<number>,
): KolmogorovSmirnovResult {
  checkSameLength('countsA', countsA, 'countsB', countsB);
  const [n, m] = [checkCounts('countsA', countsA), checkCounts('countsB', countsB)];
  if (n === 0 || m === 0) throw new RangeError(`both sides must hold something, got totals ${n} and ${m}`);
  let [inA, inB, gap] = [0, 0, 0];
  for (let i = 0; i < countsA.length; i++) {
    inA += countsA[i] as number;
    inB += countsB[i] as number;
    gap = Math.max(gap, Math.abs(m * inA - n * inB));
  }
  return { statistic: gap / (n * m), pValue: pValueOf('limit', gap, n, m), method: 'limit' };
}

function pValueOf(method: KolmogorovSmirnovMethod, gap: number, n: number, m: number): number {
  if (method === 'exact') return kolmogorovTwoSampleSurvival(gap, n, m);
  const [statistic, effective] = [gap / (n * m), (n * m) / (n + m)];
  return method === 'asymptotic'
    ? kolmogorovSurvival(statistic, Math.max(1, roundHalfToEven(effective)))
    : kolmogorovLimitSurvival(Math.sqrt(effective) * statistic);
}

/** max |m · rank in a − n · rank in b| over all values, in whole numbers. */
function largestGap(a: Float64Array, b: Float64Array): number {
  const [n, m] = [a.length, b.length];
  let [i, j, gap] = [0, 0, 0];
  while (i < n && j < m) {
    const [x, y] = [a[i] as number, b[j] as number];
    const value = x < y ? x : y;
    while (i < n && a[i] === value) i += 1;
    while (j < m && b[j] === value) j += 1;
    const here = Math.abs(m * i - n * j);
    if (here > gap) gap = here;
  }
  return gap;
}

/** numpy's rounding, which decides the size that scipy takes. */
function roundHalfToEven(x: number): number {
  const down = Math.floor(x);
  if (x - down !== 0.5) return Math.round(x);
  return down % 2 === 0 ? down : down + 1;
}
