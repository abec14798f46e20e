import { allowed, checkLimits, finiteHistory, type HistoryRange, insufficient } from './allowed.ts';

/** Limits, both allowed; one that is left out does not limit. */
export interface Limits {
  /** @default -Infinity */
  readonly min?: number;
  /** @default Infinity */
  readonly max?: number;
}

/**
 * Fixed bounds, whatever history says: deequ's SimpleThresholdStrategy.
 *
 * @throws RangeError where min is above max
 */
export function fixedBounds({ min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY }: Limits): HistoryRange {
  checkLimits(min, max);
  return allowed(min, max);
}

/**
 * Ratio of the next value to the latest: deequ's RelativeRateOfChangeStrategy of order 1, with its limits as ratios (0.9
 * and 1.1 allow a tenth less to a tenth more). After a negative value the limits change places. After 0 there is no ratio,
 * and deequ flags every value but 0 / 0 with an upper limit; here nothing is said.
 *
 * @param values earlier ones, oldest first; needs one, and a latest other than 0
 * @throws RangeError where a value is not finite or min is above max
 */
export function relativeRateOfChange(
  values: readonly number[],
  { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY }: Limits,
): HistoryRange {
  finiteHistory(values);
  checkLimits(min, max);
  const latest = values.at(-1);
  if (latest === undefined || latest === 0) return insufficient(1);
  const [low, high] = latest > 0 ? [min, max] : [max, min];
  return allowed(latest * low, latest * high);
}

/**
 * Difference of the next value from the latest: deequ's AbsoluteChangeStrategy of order 1.
 *
 * @param values earlier ones, oldest first; needs one
 * @throws RangeError where a value is not finite or min is above max
 */
export function absoluteChange(
  values: readonly number[],
  { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY }: Limits,
): HistoryRange {
  finiteHistory(values);
  checkLimits(min, max);
  const latest = values.at(-1);
  return latest === undefined ? insufficient(1) : allowed(latest + min, latest + max);
}
