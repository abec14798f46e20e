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
  const expected = (count: number) => (count / rows) * smaller;
  const ends = groupEnds(reference, expected);
  if (ends.length > 1) {
    return { reference: sumsUpTo(ends, reference), current: sumsUpTo(ends, current), sparse: false };
  }
  const isRare = reference.map((count) => expected(count) < MIN_EXPECTED_ROWS);
  if (!(isRare.includes(true) && isRare.includes(false))) return undefined;
  const split = (counts: readonly number[]) => [
    sum(counts.filter((_, i) => !isRare[i])),
    sum(counts.filter((_, i) => isRare[i])),
  ];
  return { reference: split(reference), current: split(current), sparse: true };
}

/** The bin after the last of each group. */
function groupEnds(reference: readonly number[], expected: (count: number) => number): number[] {
  const ends: number[] = [];
  let held = 0;
  for (let i = 0; i < reference.length; i++) {
    held += expected(reference[i] as number);
    if (held >= MIN_EXPECTED_ROWS) {
      ends.push(i + 1);
      held = 0;
    }
  }
  // what is left joins the last group
  if (ends.length > 0) ends[ends.length - 1] = reference.length;
  return ends;
}

function sumsUpTo(ends: readonly number[], counts: readonly number[]): number[] {
  let start = 0;
  return ends.map((end) => {
    let total = 0;
    for (; start < end; start++) total += counts[start] as number;
    return total;
  });
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
