type Row = Readonly<Record<string, unknown>>;

/**
 * Labelled rows that do not have the commonest class, or half of all rows of a regression, that a feature must have: among
 * 20 and 20 rows a feature that tells nothing reaches a strength of 0.5 about once in 150 times, and 0.99 never.
 */
export const MIN_ROWS = 20;

/** Strength by signal number; undefined where there are too few rows to tell. */
export type Strengths = Map<number, number | undefined>;

/**
 * Correlation ratio of the ranks with the classes, relative to the largest that classes of these sizes can have, which is
 * reached when each class lies in a stretch of its own. For two classes it is |2 AUC − 1|.
 *
 * @see Kruskal, Wallis (1952), "Use of ranks in one-criterion variance analysis"
 */
export function classRanks(rows: readonly Row[]): Strengths {
  const bySignal = new Map<number, { n: number; ranks: number }[]>();
  for (const { f, n, ranks } of rows) {
    const classes = bySignal.get(Number(f)) ?? [];
    bySignal.set(Number(f), [...classes, { n: Number(n), ranks: Number(ranks) }]);
  }
  return new Map([...bySignal].map(([signal, classes]) => [signal, rankRatio(classes)]));
}

function rankRatio(classes: readonly { n: number; ranks: number }[]): number | undefined {
  const sizes = classes.map(({ n }) => n);
  const rows = total(sizes);
  if (rows - Math.max(...sizes) < MIN_ROWS) return undefined;
  const middle = (rows + 1) / 2;
  const between = total(classes.map(({ n, ranks }) => n * (ranks / n - middle) ** 2));
  const largest = (rows ** 3 - total(sizes.map((n) => n ** 3))) / 12;
  return Math.sqrt(Math.min(1, between / largest));
}

/** Spearman's rank correlation without its sign. */
export function rankCorrelation(rows: readonly Row[]): Strengths {
  return strengths(rows, ({ n, correlation }) => {
    if (Number(n) < 2 * MIN_ROWS) return undefined;
    const size = Math.abs(Number(correlation ?? 0));
    // a column of one value has none
    return Number.isNaN(size) ? 0 : Math.min(1, size);
  });
}

/** 2 AUC − 1; what is worse than chance on rows it has not seen tells nothing. */
export function categoryWins(rows: readonly Row[]): Strengths {
  return strengths(rows, (row) => {
    const [positives, negatives, wins] = [Number(row.positives), Number(row.negatives), Number(row.wins)];
    if (Math.min(positives, negatives) < MIN_ROWS) return undefined;
    return Math.max(0, (2 * wins) / (positives * negatives) - 1);
  });
}

/** Root of the share of the squared error that knowing the category takes away. */
export function categoryShareErrors(rows: readonly Row[]): Strengths {
  return strengths(rows, ({ n, largest, sse, sst }) =>
    Number(n) - Number(largest) < MIN_ROWS ? undefined : explained(Number(sse), Number(sst)),
  );
}

/** The same of a number. */
export function categoryMeanErrors(rows: readonly Row[]): Strengths {
  return strengths(rows, ({ n, sse, sst }) =>
    Number(n) < 2 * MIN_ROWS ? undefined : explained(Number(sse), Number(sst)),
  );
}

function strengths(rows: readonly Row[], of: (row: Row) => number | undefined): Strengths {
  return new Map(rows.map((row) => [Number(row.f), of(row)]));
}

const explained = (sse: number, sst: number): number => (sst > 0 ? Math.sqrt(Math.max(0, 1 - sse / sst)) : 0);
const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
