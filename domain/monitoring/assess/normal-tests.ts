import { normalQuantile, normalSurvival } from '../../../stats/distributions/normal.ts';
import { type Interval, USUAL_CONFIDENCE } from '../../../stats/intervals/interval.ts';

/** A figure with its 95 % interval. */
export interface Estimated {
  readonly value: number;
  readonly interval: Interval;
}

const QUANTILE = normalQuantile((1 + USUAL_CONFIDENCE) / 2);

/**
 * Probability by chance that a figure is so far above another, or above a bound that is known. The variance of the
 * difference is recovered from the halves of both intervals that face each other, so that it is that of the figures as they
 * would be without any difference, skewed or not.
 *
 * @returns one-sided; 1 where it is not above
 * @see Zou, Donner (2008), "Construction of confidence limits about effect measures: a general approach"
 */
export function risePValue(now: Estimated, before: Estimated | number): number {
  const [value, upper] = typeof before === 'number' ? [before, before] : [before.value, before.interval.upper];
  const rise = now.value - value;
  if (!(rise > 0)) return 1;
  const error = Math.hypot(now.value - now.interval.lower, upper - value) / QUANTILE;
  return error > 0 ? normalSurvival(rise / error) : 0;
}

/** The same of a fall. */
export const fallPValue = (now: Estimated, before: Estimated | number): number =>
  risePValue(mirrored(now), typeof before === 'number' ? -before : mirrored(before));

const mirrored = ({ value, interval }: Estimated): Estimated => ({
  value: -value,
  interval: { lower: -interval.upper, upper: -interval.lower },
});
