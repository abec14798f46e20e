/** Fewest rows a bin must be expected to hold on the smaller side: Cochran's rule for the chi-squared test (1954). */
export const MIN_EXPECTED_ROWS = 5;

export interface JoinedBins {
  /** Counts per group of bins. */
  readonly reference: readonly number[];
  /** Over the same groups. */
  readonly current: readonly number[];
  /** The last group is expected to hold fewer than MIN_EXPECTED_ROWS: only an exact test applies. */
  readonly sparse: boolean;
}

/**
 * Joins each bin that is expected to hold too few rows (the reference's proportion times the rows of the smaller side)
 * with the bins after it until they hold MIN_EXPECTED_ROWS; what is left at the end joins the last group. Only the
 * reference and the sample sizes decide, never where the current rows fell. If all ends up in one group, the bins that
 * hold enough by themselves are one group and the rest the other, so that a nearly constant column is still compared.
 *
 * @param reference counts per bin
 * @param current counts over the same bins
 * @returns undefined if there are not enough rows for two groups
 */
export function joinSparseBins(reference: readonly number[], current: readonly number[]): JoinedBins | undefined {
  const rows = sum(reference);
  const smaller = Math.min(rows, sum(current));
  if (smaller < 2 * MIN_EXPECTED_ROWS) return undefined;
  const expected = reference.map((count) => (count / rows) * smaller);
  const over = (counts: readonly number[], groups: readonly (readonly number[])[]) =>
    groups.map((group) => sum(group.map((i) => counts[i] as number)));
  const joined = (groups: readonly (readonly number[])[]) => ({
    reference: over(reference, groups),
    current: over(current, groups),
  });
  const neighbours = groupNeighbours(expected);
  if (neighbours.length > 1) return { ...joined(neighbours), sparse: false };
  const indexes = [...reference.keys()];
  const common = indexes.filter((i) => (expected[i] as number) >= MIN_EXPECTED_ROWS);
  const rare = indexes.filter((i) => (expected[i] as number) < MIN_EXPECTED_ROWS);
  if (common.length === 0 || rare.length === 0) return undefined;
  return { ...joined([common, rare]), sparse: true };
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

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
