/** Rows of the holdout that a version is tried with before traffic comes. */
export const SMOKE_ROWS = 20;

/**
 * The lines of a version's `smoke.csv`, which `csvRows` wrote and which is the body of the request byte for byte. None is
 * empty: the line of a missing only feature is `nan`.
 */
export const smokeLines = (csv: string): readonly string[] => (csv === '' ? [] : csv.split('\n'));

/**
 * Lines of a run's holdout as `csvRows` writes them. DuckDB leaves the line of a missing only feature empty, and an empty
 * line is no row to a container.
 */
export const holdoutAsSmokeLines = (lines: readonly string[]): readonly string[] =>
  lines.map((line) => (line === '' ? 'nan' : line));
