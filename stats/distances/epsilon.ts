import { totalOf } from './bins.ts';

/**
 * What is put into an empty bin before shares are compared: PSI and KL are infinite wherever one side is 0. Each rule is
 * a named function from counts per bin to shares per bin; the score depends on it, so say which one made a figure.
 */
export type EpsilonRule = (counts: readonly number[]) => number[];

/**
 * Rows added to every bin of either side by `pseudoCountShares`. Of the order of one row: under no drift PSI then follows
 * its chi-squared law down to five expected rows a bin (simulated).
 */
export const PSEUDO_COUNT = 0.5;

/**
 * Millrace's rule: half a row in every bin, empty or not, on either side.
 *
 * @param counts rows per bin, >= 0
 * @returns shares, each above 0, summing to 1
 * @throws RangeError without a bin, or for a count that is negative or not finite
 */
export const pseudoCountShares: EpsilonRule = (counts) => {
  const total = totalOf(counts) + PSEUDO_COUNT * counts.length;
  return counts.map((count) => (count + PSEUDO_COUNT) / total);
};

/** The share an empty bin gets by `evidentlyShares`, unless a bin that holds something has no more than this itself. */
const EVIDENTLY_ZERO = 0.0001;
const EVIDENTLY_SMALLER = 1e6;

/**
 * Evidently's rule for PSI and KL: a share of 0 becomes 0.0001, or a millionth of the smallest other share if that one is
 * at most 0.0001. Each side by itself; not renormalised, so that the shares sum to a little more than 1.
 *
 * @param counts rows per bin, >= 0
 * @returns shares, each above 0
 * @throws RangeError if all bins are empty, or for a count that is negative or not finite
 * @see Evidently 0.7.23, legacy/calculations/stattests/utils.py, get_binned_data
 */
export const evidentlyShares: EpsilonRule = (counts) => {
  const shares = plainShares(counts);
  const least = shares.reduce((least, share) => (share > 0 && share < least ? share : least), 1);
  const filler = least <= EVIDENTLY_ZERO ? least / EVIDENTLY_SMALLER : EVIDENTLY_ZERO;
  return shares.map((share) => (share === 0 ? filler : share));
};

/**
 * No rule, as in deequ: what is empty has share 0, and PSI is Infinity where only one side is empty.
 *
 * @param counts rows per bin, >= 0
 * @returns shares summing to 1
 * @throws RangeError if all bins are empty, or for a count that is negative or not finite
 */
export const plainShares: EpsilonRule = (counts) => {
  const total = totalOf(counts);
  if (total === 0) throw new RangeError(`counts must hold at least one row, got ${counts.length} empty bins`);
  return counts.map((count) => count / total);
};
