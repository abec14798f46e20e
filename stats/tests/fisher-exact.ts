import {
  hypergeometricLowerTail,
  hypergeometricProbability,
  hypergeometricUpperTail,
} from '../distributions/hypergeometric.ts';
import type { Alternative, TestResult } from './result.ts';

/** Tables whose probability is above that of the one seen by no more than this are as likely: rounding. */
const AS_LIKELY = 1 + 1e-10;

/**
 * Fisher's exact test of a 2 × 2 table: scipy's `fisher_exact(table, alternative)`. Two-sided, the p-value sums all tables of
 * these margins that are at most as likely as the one seen.
 *
 * @param table `[[a, b], [c, d]]`, whole counts
 * @param options `greater`: a is larger than by chance
 * @returns statistic a d / (b c), the odds ratio: Infinity if only b c = 0, NaN (and p-value 1) with an empty row or column
 * @throws RangeError for a negative or fractional count
 */
export function fisherExact(
  table: readonly [readonly [number, number], readonly [number, number]],
  { alternative = 'two-sided' }: { readonly alternative?: Alternative } = {},
): TestResult {
  const [[a, b], [c, d]] = table;
  for (const [name, count] of Object.entries({ a, b, c, d })) {
    if (!(Number.isSafeInteger(count) && count >= 0)) {
      throw new RangeError(`${name} must be a whole count of at least 0, got ${count}`);
    }
  }
  if (a + b === 0 || c + d === 0 || a + c === 0 || b + d === 0) return { statistic: Number.NaN, pValue: 1 };
  const [draws, marked, population] = [a + b, a + c, a + b + c + d];
  const upper = (k: number) => hypergeometricUpperTail(k, draws, marked, population);
  const lower = (k: number) => hypergeometricLowerTail(k, draws, marked, population);
  const statistic = (a * d) / (b * c);
  if (alternative !== 'two-sided') return { statistic, pValue: alternative === 'less' ? lower(a) : upper(a) };

  const at = (k: number) => hypergeometricProbability(k, draws, marked, population);
  const limit = at(a) * AS_LIKELY;
  const mode = Math.floor(((draws + 1) * (marked + 1)) / (population + 2));
  if (at(mode) <= limit) return { statistic, pValue: 1 };
  const [least, most] = [Math.max(0, draws + marked - population), Math.min(draws, marked)];
  // on the other side the probabilities fall away from the mode: halve towards the first that is as unlikely
  let [near, far] = [mode, a < mode ? most + 1 : least - 1];
  while (Math.abs(far - near) > 1) {
    const middle = Math.floor((near + far) / 2);
    if (at(middle) <= limit) far = middle;
    else near = middle;
  }
  const other = a < mode ? (far > most ? 0 : upper(far)) : far < least ? 0 : lower(far);
  return { statistic, pValue: Math.min(1, (a < mode ? lower(a) : upper(a)) + other) };
}
