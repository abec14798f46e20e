export type Correction = 'benjamini-hochberg' | 'benjamini-yekutieli' | 'holm' | 'bonferroni';

/** What the i-th smallest (from 1) of n p-values is multiplied by. */
const FACTOR: Readonly<Record<Correction, (i: number, n: number) => number>> = {
  'benjamini-hochberg': (i, n) => n / i,
  'benjamini-yekutieli': (i, n) => (n * harmonic(n)) / i,
  holm: (i, n) => n - i + 1,
  bonferroni: (_, n) => n,
};

/**
 * p-values corrected for their number: at most `rate` exactly where the procedure names a test significant at `rate`.
 * As statsmodels' `multipletests` (`fdr_bh`, `fdr_by`, `holm`, `bonferroni`) and scipy's `false_discovery_control`.
 *
 * - `benjamini-hochberg`: false discovery rate; tests independent or positively dependent;
 * - `benjamini-yekutieli`: false discovery rate under any dependence;
 * - `holm`, `bonferroni`: the probability of a single false one, under any dependence; Holm's names at least as many.
 *
 * @param pValues one per test, in [0, 1]
 * @returns one per test, in the same order, in [0, 1]
 * @throws RangeError naming the first that is no probability
 * @see Benjamini, Hochberg (1995); Benjamini, Yekutieli (2001); Holm (1979)
 */
export function adjustedPValues(pValues: ArrayLike<number>, method: Correction): number[] {
  const n = pValues.length;
  const order = Array.from({ length: n }, (_, i) => i);
  for (const i of order) {
    const p = pValues[i] as number;
    if (!(p >= 0 && p <= 1)) throw new RangeError(`pValues[${i}] must be within 0 and 1, got ${p}`);
  }
  order.sort((a, b) => (pValues[a] as number) - (pValues[b] as number));
  const adjusted = order.map((at, i) => Math.min(1, (pValues[at] as number) * FACTOR[method](i + 1, n)));
  // step up: a larger p that passes takes the smaller along; step down: a smaller p that fails stops the larger
  if (method.startsWith('benjamini')) {
    for (let i = n - 2; i >= 0; i--) adjusted[i] = Math.min(adjusted[i] as number, adjusted[i + 1] as number);
  } else {
    for (let i = 1; i < n; i++) adjusted[i] = Math.max(adjusted[i] as number, adjusted[i - 1] as number);
  }
  const result = new Array<number>(n);
  for (const [i, at] of order.entries()) result[at] = adjusted[i] as number;
  return result;
}

/**
 * Which tests are significant at `rate` after correction.
 *
 * @returns one per test, in the same order
 * @throws RangeError as {@link adjustedPValues}
 */
export function significantTests(pValues: ArrayLike<number>, rate: number, method: Correction): boolean[] {
  return adjustedPValues(pValues, method).map((p) => p <= rate);
}

function harmonic(n: number): number {
  let total = 0;
  for (let i = n; i >= 1; i--) total += 1 / i;
  return total;
}
