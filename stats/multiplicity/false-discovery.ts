/**
 * Benjamini–Hochberg: of tests that are independent or positively dependent, the share of false ones among those named
 * significant is at most `rate` on average; with no effect anywhere, any is named with probability at most `rate`.
 *
 * @param pValues one per test
 * @returns one per test, in the same order
 * @see Benjamini, Hochberg (1995), "Controlling the false discovery rate"
 */
export function benjaminiHochberg(pValues: readonly number[], rate: number): boolean[] {
  const rising = pValues.toSorted((a, b) => a - b);
  const last = rising.findLastIndex((p, i) => p <= (rate * (i + 1)) / rising.length);
  const limit = last < 0 ? Number.NEGATIVE_INFINITY : (rising[last] as number);
  return pValues.map((p) => p <= limit);
}
