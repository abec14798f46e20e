/** How far apart a rate is between groups. */
export interface Disparity {
  /** Largest gap; 0 is parity. */
  readonly difference: number;
  /** Smallest ratio, the lesser rate over the greater; 1 is parity, 0 the worst. */
  readonly ratio: number;
}

/**
 * Compares groups with each other (the largest rate against the smallest), or each with all rows together; the worst case
 * counts, so that no group need be named as the advantaged one.
 *
 * @param rates one per group
 * @param overall the rate of all rows: compares `to_overall`; without it `between_groups`
 * @returns NaN if a rate is, for fewer than two groups, and as the ratio of rates that are all 0
 * @see https://fairlearn.org/main/api_reference/generated/fairlearn.metrics.MetricFrame.html (difference, ratio)
 */
export function disparityOf(rates: readonly number[], overall?: number): Disparity {
  if (rates.length < 2) return { difference: Number.NaN, ratio: Number.NaN };
  // Math.min and Math.max give NaN if any of them is
  const [low, high] = [Math.min(...rates), Math.max(...rates)];
  if (overall === undefined) return { difference: high - low, ratio: low / high };
  return {
    difference: Math.max(...rates.map((rate) => Math.abs(rate - overall))),
    ratio: Math.min(...rates.map((rate) => Math.min(rate, overall) / Math.max(rate, overall))),
  };
}
