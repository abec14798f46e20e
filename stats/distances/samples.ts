import { populationMoments } from '../moments.ts';
import { sortedSample } from '../tests/input.ts';

/**
 * Wasserstein-1 (earth mover's) distance of two samples: the area between their distribution functions.
 *
 * @param reference finite values in any order; not changed
 * @param current finite values in any order; not changed
 * @returns in the unit of the values, >= 0
 * @throws RangeError for an empty side or a value that is not finite
 * @see https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.wasserstein_distance.html
 */
export function wasserstein(reference: Float64Array, current: Float64Array): number {
  return areaBetween(reference, current, Math.abs);
}

/** Evidently's least standard deviation, in the unit of the values. */
export const EVIDENTLY_SCALE_FLOOR = 0.001;

/**
 * Wasserstein-1 in standard deviations of the reference: W1 / max(sd, floor), sd with n in the denominator (ddof 0).
 *
 * @param floor least standard deviation, in the unit of the values: EVIDENTLY_SCALE_FLOOR is Evidently's, but a floor
 *   that is relative to the values suits every scale
 * @returns without unit, >= 0
 * @throws RangeError for an empty side, a value that is not finite, or a floor that is not positive
 * @see Evidently 0.7.23, legacy/calculations/stattests/wasserstein_distance_norm.py
 */
export function normedWasserstein(reference: Float64Array, current: Float64Array, floor: number): number {
  if (!(floor > 0)) throw new RangeError(`floor must be positive, got ${floor}`);
  return wasserstein(reference, current) / Math.max(populationMoments(reference).deviation, floor);
}

/**
 * Energy distance of two samples: √(2 ∫ (F − G)²).
 *
 * @param reference finite values in any order; not changed
 * @param current finite values in any order; not changed
 * @returns in the square root of the values' unit, >= 0
 * @throws RangeError for an empty side or a value that is not finite
 * @see https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.energy_distance.html
 */
export function energyDistance(reference: Float64Array, current: Float64Array): number {
  return Math.sqrt(2 * areaBetween(reference, current, (difference) => difference ** 2));
}

/** ∫ height(F − G) over the line, F and G being the empirical distribution functions. */
function areaBetween(reference: Float64Array, current: Float64Array, height: (difference: number) => number): number {
  const [a, b] = [sortedFinite(reference, 'reference'), sortedFinite(current, 'current')];
  let [i, j, area] = [0, 0, 0];
  let at = Math.min(a[0] as number, b[0] as number);
  while (i < a.length || j < b.length) {
    const next = Math.min(a[i] ?? Number.POSITIVE_INFINITY, b[j] ?? Number.POSITIVE_INFINITY);
    area += height(i / a.length - j / b.length) * (next - at);
    at = next;
    while (a[i] === at) i += 1;
    while (b[j] === at) j += 1;
  }
  return area;
}

function sortedFinite(values: Float64Array, side: string): Float64Array {
  const sorted = sortedSample(side, values);
  for (const value of [sorted[0], sorted.at(-1)]) {
    if (!Number.isFinite(value)) throw new RangeError(`${side} must hold finite values only, got ${value}`);
  }
  return sorted;
}
