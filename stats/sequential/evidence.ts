/**
 * The p-value of an e-process that may be looked at after every observation: min(1, exp(−log evidence)). Under the null
 * hypothesis the chance that it is ever at or below alpha, at any of endlessly many looks, is at most alpha (Ville's
 * inequality), so that whoever looks may stop at the first look that rejects.
 *
 * @param logEvidence natural logarithm of the e-process, −Infinity to Infinity
 * @returns in [0, 1]
 * @throws RangeError
 * @see Ramdas, Grünwald, Vovk, Shafer (2023), "Game-theoretic statistics and safe anytime-valid inference", section 3
 * @see Johari, Koomen, Pekelis, Walsh (2022), "Always valid inference: continuous monitoring of A/B tests"
 */
export function anytimePValue(logEvidence: number): number {
  if (Number.isNaN(logEvidence)) throw new RangeError('logEvidence must be a number, got NaN');
  return Math.min(1, Math.exp(-logEvidence));
}
