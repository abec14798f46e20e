import { ROBUST_C } from '../distances/differences.ts';
import { kolmogorovLimitSurvival } from '../distributions/kolmogorov.ts';
import { effectiveRows, refuseAlpha, type SampleSizes } from './sizes.ts';

/** Above it Kolmogorov's survival is below the smallest number. */
const KOLMOGOROV_END = 20;

/**
 * Mean Kolmogorov–Smirnov distance (L-infinity of distribution functions) of samples of one continuous distribution, in
 * the limit: √(π/2) ln 2 / √(nm/(n + m)). Finite samples and ties stay below it.
 *
 * @returns in (0, 1)
 * @throws RangeError for a side without rows
 * @see Marsaglia, Tsang, Wang (2003), "Evaluating Kolmogorov's distribution"
 */
export const expectedKolmogorovSmirnov = (sizes: SampleSizes): number =>
  Math.min(1, (Math.sqrt(Math.PI / 2) * Math.LN2) / Math.sqrt(effectiveRows(sizes)));

/**
 * What the Kolmogorov–Smirnov distance exceeds with probability alpha under no drift, in Kolmogorov's limit.
 *
 * @returns in (0, 1]
 * @throws RangeError for a side without rows, or an alpha outside (0, 1)
 */
export function criticalKolmogorovSmirnov(sizes: SampleSizes, alpha: number): number {
  refuseAlpha(alpha);
  let [low, high] = [0, KOLMOGOROV_END];
  for (let middle = 10; middle > low && middle < high; middle = (low + high) / 2) {
    if (kolmogorovLimitSurvival(middle) > alpha) low = middle;
    else high = middle;
  }
  return Math.min(1, high / Math.sqrt(effectiveRows(sizes)));
}

/**
 * Probability that deequ's Robust L-infinity of a number exceeds a threshold though nothing drifted:
 * Kolmogorov's survival at c + threshold · √(nm/(n + m)).
 *
 * @param threshold >= 0; Model Monitor's is 0.1
 * @param c as robustLInfinity took it; 1.8 alone, at threshold 0, gives 0.003
 * @returns in [0, 1]
 * @throws RangeError for a side without rows, or a negative threshold
 */
export function robustFalseAlarmRate(sizes: SampleSizes, threshold: number, c: number = ROBUST_C): number {
  if (!(threshold >= 0)) throw new RangeError(`threshold must not be negative, got ${threshold}`);
  return kolmogorovLimitSurvival(c + threshold * Math.sqrt(effectiveRows(sizes)));
}

/** What Robust L-infinity of a number exceeds with probability alpha under no drift. @throws RangeError as above */
export const criticalRobustLInfinity = (sizes: SampleSizes, alpha: number, c: number = ROBUST_C): number =>
  Math.max(0, criticalKolmogorovSmirnov(sizes, alpha) - c / Math.sqrt(effectiveRows(sizes)));
