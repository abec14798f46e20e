import gammaln from '@stdlib/math-base-special-gammaln';

/*
 * The two parts of Loader's saddle-point form. Written with them, binomial, hypergeometric and gamma probabilities keep
 * full relative precision where differences of ln n! lose it: at n = 1e6 those are off by 1e-9 and more.
 * See Loader (2000), "Fast and accurate computation of binomial probabilities".
 */

/** From here on five terms of Stirling's series are exact to rounding. */
const STIRLING_FROM = 16;
const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);
/** Below this relative difference the logarithm is expanded, since its leading terms cancel. */
const CLOSE = 0.1;

/** ln Γ(x + 1) − ((x + ½) ln x − x + ½ ln 2π) for x >= 0; 0 at 0 by convention. @see https://dlmf.nist.gov/5.11#E1 */
export function stirlingError(x: number): number {
  if (x === 0) return 0;
  if (x < STIRLING_FROM) return gammaln(x + 1) - (x + 0.5) * Math.log(x) + x - HALF_LOG_TWO_PI;
  const square = x * x;
  return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / (1188 * square)) / square) / square) / square) / x;
}

/** x ln(x / mean) + mean − x, >= 0, for x >= 0 and mean > 0. */
export function deviance(x: number, mean: number): number {
  if (x === 0) return mean;
  const difference = x - mean;
  if (Math.abs(difference) >= CLOSE * (x + mean)) return x * Math.log(x / mean) - difference;
  // ln(x / mean) = 2 artanh(v)
  const v = difference / (x + mean);
  let power = 2 * x * v;
  let total = difference * v;
  for (let j = 3; ; j += 2) {
    power *= v * v;
    const next = total + power / j;
    if (next === total) return total;
    total = next;
  }
}

/** C(n, k) (expectedK / n)^k (expectedRest / n)^(n − k), where expectedK + expectedRest = n. */
export function binomialProbability(k: number, n: number, expectedK: number, expectedRest: number): number {
  const apart = deviance(k, expectedK) + deviance(n - k, expectedRest);
  if (k === 0 || k === n) return Math.exp(-apart);
  const stirling = stirlingError(n) - stirlingError(k) - stirlingError(n - k);
  return Math.exp(stirling - apart) * Math.sqrt(n / (2 * Math.PI * k * (n - k)));
}
