import type { DuckDBConnection } from '@duckdb/node-api';
import { badRow, type Contract, typedRelation } from '../../domain/datasets/contract.ts';
import { brokenLineCode, type DataSource } from '../../domain/datasets/source-sql.ts';
import { type RuleCount, showCell } from '../../domain/datasets/verdict.ts';
import type { Query } from '../../domain/profiles/profile-sql.ts';
import { quoteIdentifier, quoteLiteral } from '../../domain/sql.ts';

/** A broken line is kept up to this length. */
const MAX_LINE_CHARACTERS = 10_000;

/**
 * Writes the bad rows as Parquet: every cell of the spec's columns as the text it was, `__line` (the record's number in the
 * file; a CSV header is 1), `__reasons` (ids of the rules it broke) and `__raw` (the text of a line without cells).
 */
export async function writeQuarantine(
  connection: DuckDBConnection,
  contract: Contract,
  source: DataSource,
  { path, withBrokenLines }: { path: string; withBrokenLines: boolean },
): Promise<void> {
  const reasons = contract.rules.map(({ id, bad }) => `CASE WHEN ${bad} THEN ${quoteLiteral(id)} END`);
  const cells = contract.columns.map(({ raw }, index) => `${raw} AS q${index}`);
  const bad = `SELECT __record + ${source.headerRecords} AS base,
      list_filter([${reasons.join(', ')}]::VARCHAR[], lambda id: id IS NOT NULL) AS __reasons,
      CAST(NULL AS VARCHAR) AS __raw, ${cells.join(', ')}
    FROM ${typedRelation(contract, source.numbered)} WHERE ${badRow(contract)}`;
  const names = contract.columns.map(({ name }, index) => `q${index} AS ${quoteIdentifier(name)}`);
  const rows = withBrokenLines ? amongBrokenLines(bad) : `SELECT base AS __line, * EXCLUDE (base) FROM (${bad})`;
  await connection.run(
    `COPY (SELECT CAST(__line AS BIGINT) AS __line, __reasons, __raw, ${names.join(', ')} FROM (${rows}) ORDER BY __line)
     TO ${quoteLiteral(path)} (FORMAT parquet, COMPRESSION zstd)`,
  );
}

/** Adds the broken lines, and to each row's number how many of them come before it. */
function amongBrokenLines(bad: string): string {
  const code = brokenLineCode('error_type');
  return `WITH bad AS (${bad}),
    broken AS (
      SELECT line, list(DISTINCT ${code}) AS reasons, any_value(left(csv_line, ${MAX_LINE_CHARACTERS})) AS raw,
        row_number() OVER (ORDER BY line) - 1 AS before
      FROM reject_errors GROUP BY line),
    shifts AS (SELECT line - before AS since, max(before) + 1 AS n FROM broken GROUP BY since)
    SELECT base + coalesce(n, 0) AS __line, bad.* EXCLUDE (base) FROM bad ASOF LEFT JOIN shifts ON base >= since
    UNION ALL BY NAME SELECT line AS __line, reasons AS __reasons, raw AS __raw FROM broken`;
}

/** Adds to each rule that was broken the smallest and the largest cell that broke it, unless its cells are not shown. */
export async function showExamples(
  query: Query,
  contract: Contract,
  quarantine: string,
  counts: readonly RuleCount[],
): Promise<RuleCount[]> {
  const shown = contract.rules.filter((rule) => !rule.hidden && counts.some((count) => isOf(count, rule)));
  if (shown.length === 0) return [...counts];
  const figures = shown.map(({ id, column }, index) => {
    const cells = `${quoteIdentifier(column)}) FILTER (WHERE list_contains(__reasons, ${quoteLiteral(id)}))`;
    return `min(${cells} AS a${index}, max(${cells} AS z${index}`;
  });
  const [row = {}] = await query(`SELECT ${figures.join(', ')} FROM read_parquet(${quoteLiteral(quarantine)})`);
  return counts.map((count) => {
    const index = shown.findIndex((rule) => isOf(count, rule));
    const cells = [row[`a${index}`], row[`z${index}`]].filter((cell) => typeof cell === 'string');
    return { ...count, examples: [...new Set(cells)].map(showCell) };
  });
}

const isOf = (count: RuleCount, rule: { code: string; column: string }): boolean =>
  count.code === rule.code && count.column === rule.column;
