import betainc from '@stdlib/math-base-special-betainc';
import gammaln from '@stdlib/math-base-special-gammaln';

/** Jeffreys' prior, of which the part above the limit is taken. */
const PRIOR = 0.5;

/**
 * Evidence that a proportion is above a limit, valid at every look: the likelihood ratio of Bernoulli trials against the
 * limit, mixed over a Beta(1/2, 1/2) cut to (limit, 1). A supermartingale under every proportion at or below the limit, also
 * one that changes from trial to trial. Reject at level alpha once `anytimePValue` of it is at most alpha. One-sided.
 *
 * @param successes within 0 and trials
 * @param trials whole, at least 0
 * @param limit in [0, 1]
 * @returns natural logarithm of the e-process; 0 without trials, Infinity for a success where the limit is 0
 * @throws RangeError
 * @see Robbins (1970), "Statistical methods related to the law of the iterated logarithm": mixtures
 * @see Howard, Ramdas, McAuliffe, Sekhon (2021), "Time-uniform, nonparametric, nonasymptotic confidence sequences", 3.2
 */
export function proportionAboveEvidence(successes: number, trials: number, limit: number): number {
  if (!(Number.isSafeInteger(successes) && Number.isSafeInteger(trials) && successes >= 0 && successes <= trials)) {
    throw new RangeError(`successes must be whole and within 0 and trials, got ${successes} of ${trials}`);
  }
  if (!(limit >= 0 && limit <= 1)) throw new RangeError(`limit must be within 0 and 1, got ${limit}`);
  if (trials === 0 || limit === 1) return 0;
  const failures = trials - successes;
  if (limit === 0 && successes > 0) return Number.POSITIVE_INFINITY;
  const atLimit = (successes === 0 ? 0 : successes * Math.log(limit)) + failures * Math.log1p(-limit);
  return logUpperBeta(successes + PRIOR, failures + PRIOR, limit) - logUpperBeta(PRIOR, PRIOR, limit) - atLimit;
}

/** ln of the incomplete beta function from x to 1; −Infinity where it is too small for a number. */
function logUpperBeta(a: number, b: number, x: number): number {
  return gammaln(a) + gammaln(b) - gammaln(a + b) + Math.log(betainc(x, a, b, true, true));
}
