import type { ColumnProfile } from '../profiles/profile.ts';

/** Fewest rows a bin must be expected to hold on the smaller side: Cochran's rule for the chi-squared test (1954). */
export const MIN_EXPECTED_ROWS = 5;

/** Counts of a baseline and a live window over the same bins. */
export interface BinnedPair {
  readonly baseline: readonly number[];
  readonly live: readonly number[];
}

/**
 * Counts over the baseline's bins: the bins of numbers and times; the categories in the baseline's order and then all
 * others. Missing values are in no bin.
 *
 * @returns undefined for a column without bins or categories
 * @throws RangeError if the live profile was not counted over the baseline's bins
 */
export function binnedPair(baseline: ColumnProfile, live: ColumnProfile): BinnedPair | undefined {
  const differ = () => new RangeError(`column ${baseline.name}: the window was not counted over the baseline's bins`);
  if (baseline.bins) {
    const { edges, counts } = baseline.bins;
    const same = live.bins?.edges.length === edges.length && edges.every((edge, i) => edge === live.bins?.edges[i]);
    if (!same || !live.bins) throw differ();
    return { baseline: counts, live: live.bins.counts };
  }
  if (!baseline.categories) return undefined;
  const { values, other } = baseline.categories;
  if (!live.categories || live.categories.values.some(([value], i) => value !== values[i]?.[0])) throw differ();
  return {
    baseline: [...values.map(([, count]) => count), other],
    live: [...live.categories.values.map(([, count]) => count), live.categories.other],
  };
}

export interface JoinedPair extends BinnedPair {
  /** The last group is expected to hold fewer than MIN_EXPECTED_ROWS: only an exact test applies. */
  readonly sparse: boolean;
}

/**
 * Joins each bin that is expected to hold too few rows (the baseline's proportion times the rows of the smaller side)
 * with the bins after it until they hold MIN_EXPECTED_ROWS; what is left at the end joins the last group. Only the
 * baseline and the sample sizes decide, never where the live rows fell. If all ends up in one group, the bins that
 * hold enough by themselves are one group and the rest the other, so that a nearly constant column is still compared.
 *
 * @returns undefined if there are not enough rows for two groups
 */
export function joinSparseBins({ baseline, live }: BinnedPair): JoinedPair | undefined {
  const rows = sum(baseline);
  const smaller = Math.min(rows, sum(live));
  if (smaller < 2 * MIN_EXPECTED_ROWS) return undefined;
  const expected = baseline.map((count) => (count / rows) * smaller);
  const neighbours = groupNeighbours(expected);
  if (neighbours.length > 1) return { ...joined({ baseline, live }, neighbours), sparse: false };
  const indexes = [...baseline.keys()];
  const common = indexes.filter((i) => (expected[i] as number) >= MIN_EXPECTED_ROWS);
  const rare = indexes.filter((i) => (expected[i] as number) < MIN_EXPECTED_ROWS);
  if (common.length === 0 || rare.length === 0) return undefined;
  return { ...joined({ baseline, live }, [common, rare]), sparse: true };
}

function groupNeighbours(expected: readonly number[]): number[][] {
  const groups: number[][] = [];
  let open: number[] = [];
  let held = 0;
  for (const [i, rows] of expected.entries()) {
    open.push(i);
    held += rows;
    if (held >= MIN_EXPECTED_ROWS) {
      groups.push(open);
      open = [];
      held = 0;
    }
  }
  const last = groups.at(-1);
  if (last) last.push(...open);
  else groups.push(open);
  return groups;
}

function joined({ baseline, live }: BinnedPair, groups: readonly (readonly number[])[]): BinnedPair {
  const over = (counts: readonly number[]) => groups.map((group) => sum(group.map((i) => counts[i] as number)));
  return { baseline: over(baseline), live: over(live) };
}

/** Live rows in bins in which the baseline has none: new categories, values out of the range seen in training. */
export const unseenRows = ({ baseline, live }: BinnedPair): number => sum(live.filter((_, i) => baseline[i] === 0));

export const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
