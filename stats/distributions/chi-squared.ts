/** Relative error at which a series or a continued fraction ends. */
const PRECISION = 1e-15;
const MAX_TERMS = 100_000;

/**
 * P(X > x) for X ~ chi-squared with `degrees` degrees of freedom: the regularised incomplete gamma function
 * Q(degrees / 2, x / 2).
 *
 * @returns in [0, 1]
 * @throws RangeError for a negative or undefined statistic, or degrees below 1
 * @see https://dlmf.nist.gov/8.2
 */
export function chiSquaredSurvival(x: number, degrees: number): number {
  if (!(x >= 0 && Number.isSafeInteger(degrees) && degrees >= 1)) {
    throw new RangeError(`no chi-squared distribution with ${degrees} degrees of freedom at ${x}`);
  }
  if (x === 0) return 1;
  if (x === Number.POSITIVE_INFINITY) return 0;
  const [a, z] = [degrees / 2, x / 2];
  // each expansion converges fast on its own side of the mean
  return z < a + 1 ? Math.max(0, 1 - lowerBySeries(a, z)) : upperByFraction(a, z);
}

/**
 * Pearson's test of homogeneity: the probability of counts at least this different if both come from one distribution.
 *
 * @param a counts per bin
 * @param b counts over the same bins
 * @returns undefined with fewer than two bins that hold anything, or with an empty side
 */
export function homogeneityPValue(a: readonly number[], b: readonly number[]): number | undefined {
  const [n, m] = [sum(a), sum(b)];
  let statistic = 0;
  let bins = 0;
  for (const [i, inA] of a.entries()) {
    const inB = b[i] as number;
    const both = inA + inB;
    if (both === 0) continue;
    bins += 1;
    // (m·a − n·b)² / (n·m·(a + b)): both cells' (observed − expected)² / expected at once
    statistic += (m * inA - n * inB) ** 2 / (n * m * both);
  }
  return n === 0 || m === 0 || bins < 2 ? undefined : chiSquaredSurvival(statistic, bins - 1);
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
    if (Math.abs(step - 1) < PRECISION) break;
  }
  return Math.min(1, value * scale(a, z));
}

/** z^a e^−z / Γ(a) */
const scale = (a: number, z: number): number => Math.exp(a * Math.log(z) - z - logGamma(a));

/** Below it Stirling's series is too short: the argument is raised by Γ(x + 1) = x Γ(x). */
const STIRLING_FROM = 16;

/** ln Γ(x) for x > 0, error below 1e-13. @see https://dlmf.nist.gov/5.11#E1 */
export function logGamma(x: number): number {
  let product = 1;
  let y = x;
  while (y < STIRLING_FROM) {
    product *= y;
    y += 1;
  }
  const series = 1 / (12 * y) - 1 / (360 * y ** 3) + 1 / (1260 * y ** 5) - 1 / (1680 * y ** 7);
  return (y - 0.5) * Math.log(y) - y + 0.5 * Math.log(2 * Math.PI) + series - Math.log(product);
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
