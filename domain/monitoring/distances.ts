import type { DRIFT_METHODS } from '../spec/monitoring.ts';

export type DriftMethod = (typeof DRIFT_METHODS)[number];
/** @param baseline proportions per bin, all above 0 @param live proportions over the same bins */
export type Distance = (baseline: readonly number[], live: readonly number[]) => number;

/**
 * Rows added to every bin of either side before proportions are taken, so that an empty bin gives a finite score. Of the
 * order of one row: under no drift PSI then follows its chi-squared law down to five expected rows a bin (simulated).
 * Every distance uses this rule and no other.
 */
export const PSEUDO_COUNT = 0.5;

/** Proportions per bin, each above 0, summing to 1. */
export function smoothedShares(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count + PSEUDO_COUNT, 0);
  return counts.map((count) => (count + PSEUDO_COUNT) / total);
}

/**
 * Population stability index: sum over bins of (live − baseline) · ln(live / baseline).
 *
 * @returns nats, >= 0; 0 for identical proportions
 * @see https://en.wikipedia.org/wiki/Kullback%E2%80%93Leibler_divergence#Symmetrised_divergence
 */
const psi: Distance = (baseline, live) => total(baseline, live, (p, q) => (q - p) * Math.log(q / p));

/**
 * Jensen–Shannon distance: the square root of the divergence in bits (logarithm to base 2).
 *
 * @returns in [0, 1]
 * @see Endres, Schindelin (2003), "A new metric for probability distributions"
 */
const jensenShannon: Distance = (baseline, live) => {
  const divergence = total(baseline, live, (p, q) => {
    const middle = (p + q) / 2;
    return (p * Math.log2(p / middle) + q * Math.log2(q / middle)) / 2;
  });
  // rounding may leave a trifle below 0 or above 1
  return Math.sqrt(Math.min(1, Math.max(0, divergence)));
};

/** The largest difference of a bin's proportion. @returns in [0, 1] */
const lInfinity: Distance = (baseline, live) =>
  baseline.reduce((most, p, i) => Math.max(most, Math.abs(p - (live[i] as number))), 0);

const DISTANCES: Record<DriftMethod, Distance> = { psi, jensen_shannon: jensenShannon, l_infinity: lInfinity };

/**
 * How far two samples are apart, after smoothing both by PSEUDO_COUNT.
 *
 * @param baseline counts per bin
 * @param live counts over the same bins
 * @throws RangeError if the two have different numbers of bins
 */
export function distance(method: DriftMethod, baseline: readonly number[], live: readonly number[]): number {
  if (baseline.length !== live.length) {
    throw new RangeError(`cannot compare ${baseline.length} bins with ${live.length}`);
  }
  return DISTANCES[method](smoothedShares(baseline), smoothedShares(live));
}

function total(p: readonly number[], q: readonly number[], term: (p: number, q: number) => number): number {
  return p.reduce((sum, share, i) => sum + term(share, q[i] as number), 0);
}
