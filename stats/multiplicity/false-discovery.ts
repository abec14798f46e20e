import { significantTests } from './adjusted-p-values.ts';

/**
 * Benjamini–Hochberg: of tests that are independent or positively dependent, the share of false ones among those named
 * significant is at most `rate` on average; with no effect anywhere, any is named with probability at most `rate`.
 *
 * @param pValues one per test
 * @returns one per test, in the same order
 * @throws RangeError for a p-value outside of [0, 1]
 * @see Benjamini, Hochberg (1995), "Controlling the false discovery rate"
 */
export function benjaminiHochberg(pValues: ArrayLike<number>, rate: number): boolean[] {
  return significantTests(pValues, rate, 'benjamini-hochberg');
}
