import {
  allowedAround,
  checkFactors,
  type Factors,
  finiteHistory,
  type HistoryRange,
  insufficient,
} from './allowed.ts';
import { madDeviation, mean, median, sampleDeviation } from './centre.ts';

const THREE_SIGMA: Factors = { lower: 3, upper: 3 };

/**
 * Mean plus and minus so many standard deviations (n - 1) of history: deequ's BatchNormalStrategy.
 *
 * @param values earlier ones in any order; needs two
 * @param factors @default 3 and 3
 * @throws RangeError where a value is not finite or a factor below 0
 */
export function batchNormal(values: readonly number[], factors: Factors = THREE_SIGMA): HistoryRange {
  finiteHistory(values);
  checkFactors(factors);
  if (values.length < 2) return insufficient(2);
  return allowedAround(mean(values), sampleDeviation(values), factors);
}

/**
 * Median plus and minus so many deviations, each 1.4826 median absolute deviations: half of history may be outliers.
 *
 * @param values earlier ones in any order; needs three, as two are equally far from their middle
 * @param factors @default 3 and 3
 * @throws RangeError where a value is not finite or a factor below 0
 */
export function medianMad(values: readonly number[], factors: Factors = THREE_SIGMA): HistoryRange {
  finiteHistory(values);
  checkFactors(factors);
  if (values.length < 3) return insufficient(3);
  return allowedAround(median(values), madDeviation(values), factors);
}

export interface OnlineNormalSettings {
  /** Standard deviations. @default 3 and 3 */
  readonly factors?: Factors;
  /** Share of the series, the next value included, at its start in which nothing is an anomaly. @default 0.1 */
  readonly ignoreStartShare?: number;
  /** Anomalies do not move the mean and deviation. @default true */
  readonly ignoreAnomalies?: boolean;
}

interface Running {
  readonly mean: number;
  /** Sum of squared differences from the mean. */
  readonly squares: number;
}

/**
 * Running mean plus and minus so many running standard deviations: deequ's OnlineNormalStrategy. As there, a value is judged
 * by a mean and deviation (over n) that it is part of, earlier anomalies are left out of both, and the n-th value has weight
 * 1/n also when earlier ones were left out. Solved for the next value x, with i values before it, m and S their running mean
 * and sum of squares: |x - m| <= k sqrt(S (i + 1) / (i (i - k^2))). With i <= k^2 no x can fail, so that is too short.
 *
 * @param values earlier ones, oldest first; needs more than the square of the larger factor
 * @throws RangeError where a value is not finite, a factor below 0, or the share not in [0, 1)
 */
export function onlineNormal(
  values: readonly number[],
  { factors = THREE_SIGMA, ignoreStartShare = 0.1, ignoreAnomalies = true }: OnlineNormalSettings = {},
): HistoryRange {
  finiteHistory(values);
  checkFactors(factors);
  if (!(ignoreStartShare >= 0 && ignoreStartShare < 1)) {
    throw new RangeError(`ignoreStartShare must be from 0 to below 1, got ${ignoreStartShare}`);
  }
  const count = values.length;
  const needed = Math.floor(Math.max(factors.lower ?? 0, factors.upper ?? 0) ** 2) + 1;
  if (count < needed || count < (count + 1) * ignoreStartShare) return insufficient(needed);
  let running: Running = { mean: 0, squares: 0 };
  for (const [i, value] of values.entries()) {
    const moved = withValue(running, value, i + 1);
    const deviation = Math.sqrt(moved.squares / (i + 1));
    const { min, max } = allowedAround(moved.mean, deviation, factors);
    const isAnomaly = i >= (count + 1) * ignoreStartShare && (value < min || value > max);
    if (!(isAnomaly && ignoreAnomalies)) running = moved;
  }
  const reach = (factor: number | undefined) =>
    factor === undefined
      ? Number.POSITIVE_INFINITY
      : factor * Math.sqrt((running.squares * (count + 1)) / (count * (count - factor ** 2)));
  return {
    status: 'allowed',
    min: running.mean - reach(factors.lower),
    max: running.mean + reach(factors.upper),
  };
}

/** @see Welford (1962), "Note on a method for calculating corrected sums of squares and products" */
function withValue({ mean: before, squares }: Running, value: number, count: number): Running {
  const after = count === 1 ? value : before + (1 / count) * (value - before);
  return { mean: after, squares: squares + (value - before) * (value - after) };
}
