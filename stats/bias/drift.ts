import type { Interval } from '../intervals/index.ts';

/** Bounds that a bias metric may have; without one it may be as far off as it likes. */
export interface AllowedRange {
  readonly min?: number;
  readonly max?: number;
}

/**
 * Clarify's rule of a bias drift alarm: the confidence interval of the window's metric lies outside the allowed range
 * altogether. An interval that touches the range does not.
 *
 * @param value the metric itself
 * @returns undefined = cannot be said, if there is no value or no interval
 * @throws RangeError for min above max
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-model-monitor-bias-drift.html
 */
export function biasDrift(
  value: number,
  interval: Interval | undefined,
  { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY }: AllowedRange,
): boolean | undefined {
  if (!(min <= max)) throw new RangeError(`min must not be above max, got ${min} and ${max}`);
  if (Number.isNaN(value) || !interval || Number.isNaN(interval.lower) || Number.isNaN(interval.upper))
    return undefined;
  return interval.lower > max || interval.upper < min;
}

/** Clarify's constraint from a baseline: no further from 0 than it was then, |value| <= |baseline|. NaN does not pass. */
export const withinBiasBaseline = (value: number, baseline: number): boolean => Math.abs(value) <= Math.abs(baseline);
