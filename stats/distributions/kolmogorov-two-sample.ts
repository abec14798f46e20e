/**
 * P(D >= gap / (n m)) of the two-sample Kolmogorov–Smirnov statistic, two-sided, exact for samples without ties
 * (with ties it is an upper bound). Relative error below 1e-10. Time grows with n·m (10,000 × 9,999: some 0.3 s), for n = m
 * with n alone.
 *
 * @param gap the largest |m·(rank in a) − n·(rank in b)|, a whole number: D · n · m
 * @param n size of a
 * @param m size of b
 * @returns in [0, 1]
 * @throws RangeError unless all are whole numbers, n and m at least 1 and n·m within safe integers
 * @see Hodges (1958), "The significance probability of the Smirnov two-sample test"
 * @see Gnedenko, Korolyuk (1951), "On the maximum discrepancy between two empirical distributions" (n = m)
 */
export function kolmogorovTwoSampleSurvival(gap: number, n: number, m: number): number {
  const whole = Number.isSafeInteger(gap) && Number.isSafeInteger(n) && Number.isSafeInteger(m);
  if (!whole || n < 1 || m < 1 || gap < 0 || !Number.isSafeInteger(n * m)) {
    throw new RangeError(`no two-sample Kolmogorov distribution for sizes ${n} and ${m} at ${gap}`);
  }
  if (gap === 0) return 1;
  if (gap > n * m) return 0;
  return n === m ? equalSizes(Math.ceil(gap / n), n) : byPaths(gap, Math.max(n, m), Math.min(n, m));
}

/** 2 Σ (−1)^(k − 1) C(2n, n − kh) / C(2n, n), from the innermost bracket outwards. */
function equalSizes(h: number, n: number): number {
  let bracket = 0;
  for (let k = Math.floor(n / h); k >= 1; k--) {
    // the ratio of this term to the one before
    let ratio = 1;
    for (let j = 0; j < h; j++) ratio *= (n - (k - 1) * h - j) / (n + (k - 1) * h + j + 1);
    bracket = ratio * (1 - bracket);
  }
  return Math.min(1, 2 * bracket);
}

/**
 * The share of lattice paths from (0, 0) to (long, short) that reach a point with |short·x − long·y| >= gap. To (x, y) a
 * path comes from the left with probability x / (x + y), else from below; only points within the band need computing, and
 * every term is positive, so that small probabilities keep their digits.
 */
function byPaths(gap: number, long: number, short: number): number {
  // one entry per y; beyond the band on either side every path has been outside
  const reached = new Float64Array(short + 1).fill(1);
  for (let x = 0; x <= long; x++) {
    const low = Math.max(0, Math.floor((short * x - gap) / long) + 1);
    const high = Math.min(short, Math.ceil((short * x + gap) / long) - 1);
    // under the band is outside
    let below = 1;
    for (let y = low; y <= high; y++) {
      if (x === 0) below = 0;
      else if (y === 0) below = reached[0] as number;
      else below = ((reached[y] as number) * x + below * y) / (x + y);
      reached[y] = below;
    }
  }
  return reached[short] as number;
}
