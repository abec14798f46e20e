/**
 * P(X >= successes) for X ~ Binomial(trials, p), exact up to rounding: terms are summed from the largest down.
 *
 * @returns in [0, 1]
 * @throws RangeError
 */
export function binomialUpperTail(successes: number, trials: number, p: number): number {
  if (!(Number.isSafeInteger(successes) && Number.isSafeInteger(trials) && trials >= 0 && p >= 0 && p <= 1)) {
    throw new RangeError(`no binomial distribution with ${successes} of ${trials}, p = ${p}`);
  }
  if (successes <= 0) return 1;
  if (successes > trials || p === 0) return 0;
  if (p === 1) return 1;
  // below the mean the lower tail is the shorter sum, and the better conditioned one
  if (successes <= trials * p) return 1 - sumFrom(successes - 1, -1, trials, p);
  return Math.min(1, sumFrom(successes, 1, trials, p));
}

/** Sums the terms from k away from the mean; each is the one before times a ratio below 1, so the sum converges. */
function sumFrom(k: number, direction: 1 | -1, trials: number, p: number): number {
  const odds = p / (1 - p);
  let term = Math.exp(logChoose(trials, k) + k * Math.log(p) + (trials - k) * Math.log1p(-p));
  let sum = 0;
  for (let i = k; i >= 0 && i <= trials; i += direction) {
    sum += term;
    if (term <= sum * Number.EPSILON) break;
    term *= direction === 1 ? ((trials - i) / (i + 1)) * odds : i / (trials - i + 1) / odds;
  }
  return sum;
}

function logChoose(n: number, k: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

/** ln n!, by Stirling's series from 16 on (error below 1e-13). */
function logFactorial(n: number): number {
  if (n < 16) {
    let product = 1;
    for (let i = 2; i <= n; i++) product *= i;
    return Math.log(product);
  }
  const x = n + 1;
  return (
    (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * x) - 1 / (360 * x ** 3) + 1 / (1260 * x ** 5)
  );
}
