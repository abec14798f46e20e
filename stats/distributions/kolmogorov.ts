/** Where the alternating series and its transform need equally many terms. */
const MIDDLE = 1;

/**
 * P(K > x) of the Kolmogorov distribution, the limit of √n D for one sample, of √(nm/(n + m)) D for two.
 *
 * @returns in [0, 1]; 1 for x <= 0
 * @throws RangeError for NaN
 * @see Kolmogorov (1933), "Sulla determinazione empirica di una legge di distribuzione"
 * @see Feller (1948), "On the Kolmogorov–Smirnov limit theorems for empirical distributions"
 */
export function kolmogorovLimitSurvival(x: number): number {
  if (Number.isNaN(x)) throw new RangeError('the Kolmogorov distribution has no value at NaN');
  if (x <= 0) return 1;
  return x < MIDDLE ? 1 - cdfByTheta(x) : survivalByAlternation(x);
}

/** √(2π)/x Σ e^(−(2k − 1)² π² / 8x²) */
function cdfByTheta(x: number): number {
  let total = 0;
  for (let k = 1; ; k += 2) {
    const term = Math.exp(-(k * k * Math.PI ** 2) / (8 * x * x));
    total += term;
    if (term <= total * Number.EPSILON) return (Math.sqrt(2 * Math.PI) / x) * total;
  }
}

/** 2 Σ (−1)^(k − 1) e^(−2k²x²) */
function survivalByAlternation(x: number): number {
  let total = 0;
  for (let k = 1; ; k++) {
    const term = Math.exp(-2 * k * k * x * x);
    total += k % 2 === 1 ? term : -term;
    if (term <= total * Number.EPSILON) return 2 * total;
  }
}
