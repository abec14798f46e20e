import { madDeviation, mean, median, middle, sampleDeviation } from './centre.ts';

/** A range and what it lies around. */
export interface CentredRange {
  readonly centre: number;
  /** What one sigma, or the whole of the shares, is: a standard deviation, or a distance. */
  readonly spread: number;
  readonly min: number;
  readonly max: number;
}

/**
 * So many shares of the mean's size below and above it.
 *
 * @param values at least one; in one order for one result, as sums of doubles depend on it
 */
export function sharesOfMean(values: readonly number[], below: number, above: number): CentredRange {
  const centre = mean(values);
  const spread = Math.abs(centre);
  return { centre, spread, min: centre - below * spread, max: centre + above * spread };
}

/** Mean plus and minus so many standard deviations (n - 1), of which a single value has 0. */
export function deviationsOfMean(values: readonly number[], sigmas: number): CentredRange {
  return symmetric(mean(values), sampleDeviation(values), sigmas);
}

/** Median plus and minus so many deviations of 1.4826 median absolute deviations each. */
export function deviationsOfMedian(values: readonly number[], sigmas: number): CentredRange {
  return symmetric(median(values), madDeviation(values), sigmas);
}

/** From the least to the greatest value, widened at both ends by a share of their distance. */
export function widenedRange(values: readonly number[], margin: number): CentredRange {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const widened = margin * high - margin * low;
  return { centre: middle(low, high), spread: widened, min: low - widened, max: high + widened };
}

/** A range that reaches so far from its centre at least, with limits that JSON can say: finite ones. */
export function reaching({ centre, spread, min, max }: CentredRange, distance: number): CentredRange {
  return {
    centre,
    spread,
    min: finite(Math.min(min, centre - distance)),
    max: finite(Math.max(max, centre + distance)),
  };
}

const symmetric = (centre: number, spread: number, sigmas: number): CentredRange => ({
  centre,
  spread,
  min: centre - sigmas * spread,
  max: centre + sigmas * spread,
});

const finite = (limit: number): number => Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, limit));
