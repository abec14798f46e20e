import { logMeanExp } from './log-sum-exp.ts';
import { checkCounts, checkValues } from './values.ts';

/** Of the largest stake that cannot lose everything: small ones find a mean a little above the limit. */
const STAKES = [0.005, 0.015, 0.05, 0.15, 0.45, 0.9];

/**
 * Evidence that the mean of values in [0, 1] is above a limit, valid at every look: an observation x multiplies the wealth of
 * a stake λ by 1 + λ (x ⁄ limit − 1), which is expected not to exceed 1 while the mean of each observation is at most the
 * limit, also one that changes from observation to observation. The evidence is the mean wealth over some stakes: reject at
 * level alpha once `anytimePValue` of it is at most alpha. One-sided.
 *
 * @param values in [0, 1], those that an observation can have
 * @param counts observations per value
 * @param limit above 0 and at most 1
 * @returns natural logarithm of the e-process
 * @throws RangeError
 * @see Waudby-Smith, Ramdas (2024), "Estimating means of bounded random variables by betting"
 */
export function meanAboveEvidence(values: readonly number[], counts: readonly number[], limit: number): number {
  if (!(limit > 0 && limit <= 1)) throw new RangeError(`limit must be above 0 and at most 1, got ${limit}`);
  checkValues(values);
  checkCounts(counts, values.length);
  return logMeanExp(
    STAKES.map((stake) =>
      counts.reduce((sum, count, i) => {
        if (count === 0) return sum;
        return sum + count * Math.log1p(stake * ((values[i] as number) / limit - 1));
      }, 0),
    ),
  );
}
