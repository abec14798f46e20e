import { lInfinity } from '../../stats/distances/differences.ts';
import { jensenShannonDistance, psi } from '../../stats/distances/divergences.ts';
import { pseudoCountShares } from '../../stats/distances/epsilon.ts';
import type { DRIFT_METHODS } from '../spec/monitoring.ts';

export type DriftMethod = (typeof DRIFT_METHODS)[number];

/** Of shares that are all above 0. */
const DISTANCES: Record<DriftMethod, (baseline: readonly number[], live: readonly number[]) => number> = {
  psi,
  jensen_shannon: (baseline, live) => jensenShannonDistance(baseline, live, '2'),
  l_infinity: lInfinity,
};

/**
 * How far two samples are apart, each bin holding a pseudo-count whatever the distance.
 *
 * @param baseline counts per bin
 * @param live counts over the same bins
 * @returns psi in nats, >= 0; jensen_shannon (distance to base 2) and l_infinity in [0, 1]
 * @throws RangeError if the two have different numbers of bins
 */
export function distance(method: DriftMethod, baseline: readonly number[], live: readonly number[]): number {
  return DISTANCES[method](pseudoCountShares(baseline), pseudoCountShares(live));
}
