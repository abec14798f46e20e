import erfc from '@stdlib/math-base-special-erfc';
import quantile from '@stdlib/stats-base-dists-normal-quantile';

/** Where the library's quantile has lost digits: 2e-9 at 1e-10, no number at all at 1e-50. */
const FAR_TAIL = 1e-3;

/** P(Z <= z) of the standard normal distribution, accurate in the lower tail. NaN for NaN. */
export function normalCdf(z: number): number {
  return 0.5 * erfc(-z / Math.SQRT2);
}

/** P(Z > z) of the standard normal distribution, relative error below 1e-12 down to 1e-300. NaN for NaN. */
export function normalSurvival(z: number): number {
  return 0.5 * erfc(z / Math.SQRT2);
}

/**
 * The z with P(Z <= z) = p. For the upper tail take `-normalQuantile(alpha)`.
 *
 * @param p in [0, 1]; 0 gives -Infinity, 1 gives Infinity
 * @throws RangeError
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`a probability must be within 0 and 1, got ${p}`);
  if (p === 0) return Number.NEGATIVE_INFINITY;
  if (p >= FAR_TAIL) return quantile(p, 0, 1);
  // Newton on the logarithm of the tail, which is concave
  let z = Math.sqrt(-2 * Math.log(p));
  for (let step = 0; step < 20; step++) {
    const tail = normalSurvival(z);
    const density = Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
    // only where the tail underflows; the start is then as good as p is known
    if (tail === 0 || density === 0) break;
    const change = ((Math.log(tail) - Math.log(p)) * tail) / density;
    z += change;
    if (Math.abs(change) <= 4 * Number.EPSILON * z) break;
  }
  return -z;
}
