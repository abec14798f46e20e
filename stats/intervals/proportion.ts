import betaincinv from '@stdlib/math-base-special-betaincinv';
import { normalQuantile } from '../distributions/normal.ts';
import { checkConfidence, type Interval, USUAL_CONFIDENCE } from './interval.ts';

/**
 * Wilson's score interval of a proportion, two-sided, without continuity correction: holds its confidence also for few
 * trials and for proportions near 0 or 1. scipy's `binomtest(…).proportion_ci(method='wilson')`.
 *
 * @param successes within 0 and trials; fractions are weights
 * @param trials above 0
 * @param confidence between 0 and 1
 * @returns within [0, 1]
 * @throws RangeError
 * @see Wilson (1927), "Probable inference, the law of succession, and statistical inference"
 */
export function wilsonInterval(successes: number, trials: number, confidence = USUAL_CONFIDENCE): Interval {
  check(successes, trials, confidence);
  const z = normalQuantile((1 + confidence) / 2);
  const [p, square] = [successes / trials, z * z];
  const centre = p + square / (2 * trials);
  const half = z * Math.sqrt((p * (1 - p)) / trials + square / (4 * trials * trials));
  const scale = 1 + square / trials;
  return {
    lower: successes === 0 ? 0 : Math.max(0, (centre - half) / scale),
    upper: successes === trials ? 1 : Math.min(1, (centre + half) / scale),
  };
}

/**
 * Wald's interval, p ± z √(p (1 − p) / n), cut to [0, 1]: too short for few trials, of no width at 0 and 1. For figures that
 * must agree with tools that use it; otherwise take {@link wilsonInterval}. statsmodels' `proportion_confint(method='normal')`.
 *
 * @throws RangeError as {@link wilsonInterval}
 */
export function waldInterval(successes: number, trials: number, confidence = USUAL_CONFIDENCE): Interval {
  check(successes, trials, confidence);
  const p = successes / trials;
  const half = normalQuantile((1 + confidence) / 2) * Math.sqrt((p * (1 - p)) / trials);
  return { lower: Math.max(0, p - half), upper: Math.min(1, p + half) };
}

/**
 * Clopper and Pearson's interval, which holds at least its confidence whatever the proportion; hence wide. scipy's
 * `binomtest(…).proportion_ci(method='exact')`.
 *
 * @throws RangeError as {@link wilsonInterval}
 * @see Clopper, Pearson (1934), "The use of confidence or fiducial limits illustrated in the case of the binomial"
 */
export function clopperPearsonInterval(successes: number, trials: number, confidence = USUAL_CONFIDENCE): Interval {
  check(successes, trials, confidence);
  const tail = (1 - confidence) / 2;
  return {
    lower: successes === 0 ? 0 : betaincinv(tail, successes, trials - successes + 1, false),
    upper: successes === trials ? 1 : betaincinv(tail, successes + 1, trials - successes, true),
  };
}

function check(successes: number, trials: number, confidence: number): void {
  if (!(trials > 0 && trials < Number.POSITIVE_INFINITY && successes >= 0 && successes <= trials)) {
    throw new RangeError(`successes must be within 0 and trials, and trials above 0, got ${successes} of ${trials}`);
  }
  checkConfidence(confidence);
}
