import gammaincinv from '@stdlib/math-base-special-gammaincinv';
import { deviance, stirlingError } from './saddle-point.ts';

/** Relative error at which a series or a continued fraction ends. */
const PRECISION = 1e-16;
const MAX_TERMS = 1_000_000;

/**
 * P(X > x) for X ~ chi-squared with `degrees` degrees of freedom: the regularised incomplete gamma function
 * Q(degrees / 2, x / 2). Relative error below 1e-12 down to 1e-300.
 *
 * Computed here because @stdlib's `gammainc` is off by 1e-3 and more from some 1000 degrees on.
 *
 * @returns in [0, 1]
 * @throws RangeError for a negative or undefined statistic, or degrees below 1
 * @see https://dlmf.nist.gov/8.2
 */
export function chiSquaredSurvival(x: number, degrees: number): number {
  check(x, degrees);
  if (x === 0) return 1;
  if (x === Number.POSITIVE_INFINITY) return 0;
  const [a, z] = [degrees / 2, x / 2];
  // each expansion converges fast on its own side of the mean
  return z < a + 1 ? Math.max(0, 1 - lowerBySeries(a, z)) : upperByFraction(a, z);
}

/**
 * P(X <= x), accurate in the lower tail.
 *
 * @returns in [0, 1]
 * @throws RangeError as {@link chiSquaredSurvival}
 */
export function chiSquaredCdf(x: number, degrees: number): number {
  check(x, degrees);
  if (x === 0) return 0;
  if (x === Number.POSITIVE_INFINITY) return 1;
  const [a, z] = [degrees / 2, x / 2];
  return z < a + 1 ? Math.min(1, lowerBySeries(a, z)) : 1 - upperByFraction(a, z);
}

/**
 * The value that a chi-squared statistic exceeds with probability `alpha`: the inverse of {@link chiSquaredSurvival}.
 *
 * @param alpha in [0, 1]; 0 gives Infinity, 1 gives 0
 * @throws RangeError
 */
export function chiSquaredCriticalValue(alpha: number, degrees: number): number {
  return invert(alpha, degrees, true);
}

/**
 * The value below which a chi-squared statistic lies with probability `p`. For p near 1 ask
 * {@link chiSquaredCriticalValue} for 1 − p, which then is the number with the digits.
 *
 * @param p in [0, 1]; 0 gives 0, 1 gives Infinity
 * @throws RangeError
 */
export function chiSquaredQuantile(p: number, degrees: number): number {
  return p > 0.5 ? invert(1 - p, degrees, true) : invert(p, degrees, false);
}

/**
 * Newton on the logarithm of the tail, which is concave, from the library's value (right to some digits only); downwards
 * over ln x, since P(X <= x) is a power of x there.
 */
function invert(p: number, degrees: number, upper: boolean): number {
  check(0, degrees);
  if (!(p >= 0 && p <= 1)) throw new RangeError(`a probability must be within 0 and 1, got ${p}`);
  if (p === (upper ? 1 : 0)) return 0;
  if (p === (upper ? 0 : 1)) return Number.POSITIVE_INFINITY;
  const tail = upper ? chiSquaredSurvival : chiSquaredCdf;
  const start = 2 * gammaincinv(p, degrees / 2, upper);
  let x = start > 0 && Number.isFinite(start) ? start : degrees;
  for (let step = 0; step < 60; step++) {
    const value = tail(x, degrees);
    const density = scale(degrees / 2, x / 2) / x;
    const change = ((Math.log(value) - Math.log(p)) * value) / density;
    if (!Number.isFinite(change)) break;
    const next = upper ? x + change : x * Math.exp(-change / x);
    if (Math.abs(next - x) <= 4 * Number.EPSILON * x) return next;
    x = next;
  }
  return x;
}

function check(x: number, degrees: number): void {
  if (!(x >= 0 && Number.isSafeInteger(degrees) && degrees >= 1)) {
    throw new RangeError(`no chi-squared distribution with ${degrees} degrees of freedom at ${x}`);
  }
}

/** P(a, z) = z^a e^−z Σ z^k / Γ(a + k + 1). @see https://dlmf.nist.gov/8.11#E4 */
function lowerBySeries(a: number, z: number): number {
  let term = 1 / a;
  let total = term;
  for (let k = 1; k < MAX_TERMS && term > total * PRECISION; k++) {
    term *= z / (a + k);
    total += term;
  }
  return total * scale(a, z);
}

/**
 * Q(a, z) by Legendre's continued fraction 1/(z+1−a− 1(1−a)/(z+3−a− …)), evaluated forwards by the ratios of successive
 * numerators and denominators.
 *
 * @see https://dlmf.nist.gov/8.9#E2
 * @see Lentz (1976), "Generating Bessel functions in Mie scattering calculations using continued fractions"
 */
function upperByFraction(a: number, z: number): number {
  let partial = z + 1 - a;
  let numerators = Number.MAX_VALUE;
  let denominators = 1 / partial;
  let value = denominators;
  for (let k = 1; k < MAX_TERMS; k++) {
    const coefficient = k * (a - k);
    partial += 2;
    denominators = 1 / (partial + coefficient * denominators);
    numerators = partial + coefficient / numerators;
    const step = denominators * numerators;
    value *= step;
    if (Math.abs(step - 1) <= Number.EPSILON) break;
  }
  return Math.min(1, value * scale(a, z));
}

/** z^a e^−z / Γ(a) */
const scale = (a: number, z: number): number =>
  Math.sqrt(a / (2 * Math.PI)) * Math.exp(-stirlingError(a) - deviance(a, z));
