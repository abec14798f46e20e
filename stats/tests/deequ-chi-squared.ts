import { type ChiSquaredResult, chiSquaredGoodnessOfFit } from './chi-squared.ts';
import { checkCounts } from './input.ts';

export interface DeequChiSquaredOptions {
  /** With more than two categories, expected counts below this are small (Yates, Moore, McCabe). @default 5 */
  readonly smallBelow?: number;
  /** Share of small ones that is let stand, with more than two categories. @default 0.2 */
  readonly smallShare?: number;
  /** With two categories, each expected count is at least this (Cochran). @default 10 */
  readonly twoCategoriesAtLeast?: number;
}

/**
 * deequ's and Model Monitor's chi-square of a categorical column. The expected counts are scaled to the sample's total over
 * expected categories (categories that were not expected are left out), then the smallest expected category is merged
 * into the second smallest until few enough are small. Of equally small ones the first given is merged.
 *
 * deequ counts the categories left on the sample's side, so that there a sample of a single value has no figure; here
 * the expected ones are counted.
 *
 * @param sample counts by category
 * @param expected counts by category
 * @returns NaN as statistic and p-value with fewer than two categories left or nothing to compare
 * @throws RangeError for a negative or undefined count
 * @see deequ, analyzers/Distance.scala, `categoricalDistance` with `ChisquareMethod`
 */
export function deequChiSquared(
  sample: ReadonlyMap<string, number>,
  expected: ReadonlyMap<string, number>,
  { smallBelow = 5, smallShare = 0.2, twoCategoriesAtLeast = 10 }: DeequChiSquaredOptions = {},
): ChiSquaredResult {
  checkCounts('sample', [...sample.values()]);
  const expectedTotal = checkCounts('expected', [...expected.values()]);
  const cells = Array.from(expected, ([key, count]) => ({ observed: sample.get(key) ?? 0, expected: count }));
  const total = cells.reduce((sum, { observed }) => sum + observed, 0);
  if (expectedTotal === 0 || total === 0) return { statistic: Number.NaN, pValue: Number.NaN, degrees: 0 };
  for (const each of cells) each.expected *= total / expectedTotal;
  // smallest first; a stable sort keeps the order given among equals
  cells.sort((a, b) => a.expected - b.expected);
  while (cells.length >= 2) {
    const limit = cells.length > 2 ? smallBelow : twoCategoriesAtLeast;
    const allowed = cells.length > 2 ? Math.floor(smallShare * cells.length) : 0;
    if (cells.filter((each) => each.expected < limit).length <= allowed) break;
    const [smallest, second] = cells.splice(0, 2) as [(typeof cells)[0], (typeof cells)[0]];
    const merged = { observed: smallest.observed + second.observed, expected: smallest.expected + second.expected };
    const place = cells.findIndex((each) => each.expected >= merged.expected);
    cells.splice(place < 0 ? cells.length : place, 0, merged);
  }
  if (cells.length < 2) return { statistic: Number.NaN, pValue: Number.NaN, degrees: 0 };
  return chiSquaredGoodnessOfFit(
    cells.map((each) => each.observed),
    cells.map((each) => each.expected),
  );
}
