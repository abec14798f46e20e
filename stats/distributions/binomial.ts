import betainc from '@stdlib/math-base-special-betainc';

/**
 * P(X >= successes) for X ~ Binomial(trials, p): the regularised incomplete beta function I_p(successes, trials −
 * successes + 1).
 *
 * @returns in [0, 1]
 * @throws RangeError
 * @see https://dlmf.nist.gov/8.17#E5
 */
export function binomialUpperTail(successes: number, trials: number, p: number): number {
  if (!(Number.isSafeInteger(successes) && Number.isSafeInteger(trials) && trials >= 0 && p >= 0 && p <= 1)) {
    throw new RangeError(`no binomial distribution with ${successes} of ${trials}, p = ${p}`);
  }
  if (successes <= 0) return 1;
  if (successes > trials || p === 0) return 0;
  if (p === 1) return 1;
  return betainc(p, successes, trials - successes + 1, true, false);
}
