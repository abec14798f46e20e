/** Median absolute deviations of a normal distribution that make one standard deviation. */
export const MAD_TO_DEVIATION = 1.4826;

/**
 * Around the first value, so that equal values have exactly themselves as their mean, and the largest do not overflow.
 *
 * @param values at least one
 */
export function mean(values: readonly number[]): number {
  const first = values[0] as number;
  const shareOf = (value: number) => value / values.length;
  return values.reduce((sum, value) => sum + (shareOf(value) - shareOf(first)), first);
}

/** Over n - 1; 0 for a single value. */
export function sampleDeviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
}

/**
 * Of an even number of values the middle of the two in the middle.
 *
 * @param values at least one, in any order
 */
export function median(values: readonly number[]): number {
  const rising = values.toSorted((a, b) => a - b);
  const half = rising.length / 2;
  const [low, high] = [rising[Math.ceil(half) - 1] as number, rising[Math.floor(half)] as number];
  return middle(low, high);
}

/** Median absolute deviation from the median, times 1.4826: the standard deviation of normal values. */
export function madDeviation(values: readonly number[]): number {
  const centre = median(values);
  return MAD_TO_DEVIATION * median(values.map((value) => Math.abs(value - centre)));
}

/** Half of the smallest doubles is rounded; a sum of the largest overflows. */
export const middle = (low: number, high: number): number => (low === high ? low : low / 2 + high / 2);
