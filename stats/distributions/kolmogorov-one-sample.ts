import { binomialProbability, stirlingError } from './saddle-point.ts';

/** From n d² = 4 on, passing the limit on both sides is rarer than passing it on one by e^-24. */
const ONE_SIDED_FROM = 4;
/** Steps of n k² that the exact recursion may take: 0.1 s. */
const MOST_WORK = 5e7;
/** Sample size from which the one-sided tail is taken from its expansion. */
const LARGE = 5_000_000;

/**
 * P(D >= d) of the one-sample, two-sided Kolmogorov–Smirnov statistic of n values: what scipy calls `kstwo.sf(d, n)`.
 *
 * Exact up to n d² = 4 while n (n d)² stays below 5e7 (at n d² = 4: up to n = 3,500), by Durbin's recursion; beyond
 * n d² = 4 twice Smirnov's one-sided tail, relative error below 1e-10 (its expansion from n = 5e6 on: 1e-4);
 * otherwise Pelz and Good's expansion, absolute error below 1e-9. scipy takes the expansion from n = 141 on, and Smirnov's
 * tail from n d² = 2.2 on: there the two agree to a relative 3e-5.
 *
 * @param d in [0, 1]; outside of it 1 or 0
 * @param n number of values, at least 1
 * @throws RangeError
 * @see Simard, L'Ecuyer (2011), "Computing the two-sided Kolmogorov–Smirnov distribution"
 */
export function kolmogorovSurvival(d: number, n: number): number {
  if (Number.isNaN(d) || !(Number.isSafeInteger(n) && n >= 1)) {
    throw new RangeError(`no Kolmogorov distribution of ${n} values at ${d}`);
  }
  if (n * d <= 0.5) return 1;
  if (d >= 1) return 0;
  const scaled = n * d * d;
  if (d >= 0.5 || scaled >= ONE_SIDED_FROM) return Math.min(1, 2 * smirnovSurvival(d, n));
  return 1 - (n * (n * d) ** 2 <= MOST_WORK ? cdfByRecursion(d, n) : cdfByExpansion(Math.sqrt(scaled), n));
}

/**
 * P(D⁺ >= d) = d Σ C(n, j) (d + j/n)^(j − 1) (1 − d − j/n)^(n − j), each term a binomial probability.
 *
 * @see Smirnov (1944), "Approximate laws of distribution of random variables from empirical data"
 */
function smirnovSurvival(d: number, n: number): number {
  if (n >= LARGE) return Math.exp(-((6 * n * d + 1) ** 2) / (18 * n));
  let total = 0;
  for (let j = 0; j < n * (1 - d); j++) {
    total += (d / (d + j / n)) * binomialProbability(j, n, n * d + j, n - j - n * d);
  }
  return total;
}

/** The entries of Durbin's matrix are probabilities times e; 3/8, nearly 1/e, is exact in binary. */
const SHRINK = 3 / 8;
/** 1 + ln(3/8), of which the sum in floating point has lost two digits. */
const GROWTH = 0.01917074698827376;

/**
 * P(D < d): n!/n^n times the middle entry of the n-th power of Durbin's matrix. Only the middle row of the power is kept.
 *
 * @see Durbin (1973), "Distribution theory for tests based on the sample distribution function", 2.4
 * @see Marsaglia, Tsang, Wang (2003), "Evaluating Kolmogorov's distribution", for the matrix
 */
function cdfByRecursion(d: number, n: number): number {
  const k = Math.floor(n * d) + 1;
  const h = k - n * d;
  const size = 2 * k - 1;
  const inverseFactorial = new Float64Array(size + 1).fill(1);
  for (let i = 1; i <= size; i++) inverseFactorial[i] = (inverseFactorial[i - 1] as number) / i;
  const edge = new Float64Array(size);
  for (let i = 0; i < size; i++) edge[i] = (1 - h ** (i + 1)) * (inverseFactorial[i + 1] as number);
  const corner = (1 - 2 * h ** size + Math.max(0, 2 * h - 1) ** size) * (inverseFactorial[size] as number);

  let row = new Float64Array(size);
  let next = new Float64Array(size);
  row[k - 1] = 1;
  // powers of 2^512 that were taken out of the row
  let lowered = 0;
  for (let step = 1; step <= n; step++) {
    const last = row[size - 1] as number;
    let first = last * corner;
    for (let i = 0; i < size - 1; i++) first += (row[i] as number) * (edge[i] as number);
    next[0] = first;
    for (let j = 1; j < size; j++) {
      let sum = last * (edge[size - 1 - j] as number);
      for (let i = j - 1; i < size - 1; i++) sum += (row[i] as number) * (inverseFactorial[i - j + 1] as number);
      next[j] = sum;
    }
    const tooLarge = (next[k - 1] as number) > 2 ** 512;
    if (tooLarge) lowered += 1;
    const factor = tooLarge ? SHRINK * 2 ** -512 : SHRINK;
    for (let j = 0; j < size; j++) next[j] = (next[j] as number) * factor;
    [row, next] = [next, row];
  }
  const exponent = stirlingError(n) - n * GROWTH + lowered * 512 * Math.LN2;
  return Math.min(1, (row[k - 1] as number) * Math.sqrt(2 * Math.PI * n) * Math.exp(exponent));
}

/**
 * P(D < z/√n), the Kolmogorov limit and its corrections in n^(−1/2), n^−1 and n^(−3/2).
 *
 * @see Pelz, Good (1976), "Approximating the lower tail-areas of the Kolmogorov–Smirnov one-sample statistic"
 */
function cdfByExpansion(z: number, n: number): number {
  const z2 = z * z;
  const [z4, z6, z8] = [z2 * z2, z2 ** 3, z2 ** 4];
  const sums = [0, 0, 0, 0];
  const add = (i: number, value: number) => {
    sums[i] = (sums[i] as number) + value;
  };
  for (let k = 0; ; k++) {
    const u = (Math.PI * (k + 0.5)) ** 2;
    // both signs of k + ½
    const weight = 2 * Math.exp(-u / (2 * z2));
    add(0, weight);
    add(1, weight * (u - z2));
    add(2, weight * (6 * z6 + 2 * z4 + u * (2 * z4 - 5 * z2) + u * u * (1 - 2 * z2)));
    add(
      3,
      weight * (u ** 3 * (5 - 30 * z2) + u * u * (212 * z4 - 60 * z2) + u * (135 * z4 - 96 * z6) - 30 * z6 - 90 * z8),
    );
    if (weight * Math.max(1, u ** 3) < 1e-18) break;
  }
  let [second, third] = [0, 0];
  for (let k = 1; ; k++) {
    const u = (Math.PI * k) ** 2;
    const weight = 2 * Math.exp(-u / (2 * z2));
    second += weight * u;
    third += weight * (3 * u * z2 - u * u);
    if (weight * u * u < 1e-18) break;
  }
  const [s0, s1, s2, s3] = sums as [number, number, number, number];
  const root = Math.sqrt(n);
  const value =
    s0 / z +
    s1 / (6 * z4 * root) +
    (s2 / (72 * z6 * z) - second / (36 * z2 * z)) / n +
    (s3 / (6480 * z8 * z2) + third / (216 * z6)) / (n * root);
  return Math.min(1, Math.max(0, Math.sqrt(Math.PI / 2) * value));
}
