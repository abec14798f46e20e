import type { DuckDBConnection } from '@duckdb/node-api';
import { badRow, type Contract, type ContractRule } from '../../domain/contracts/contract.ts';
import { showCell } from '../../domain/contracts/judge.ts';
import { brokenLineCode } from '../../domain/datasets/source-sql.ts';
import type { Query } from '../../domain/profiles/profile-sql.ts';
import type { Reason } from '../../domain/registry/entities.ts';
import { quoteIdentifier, quoteLiteral } from '../../domain/sql.ts';
import type { SourceFile } from '../source/open-source.ts';
import { type LineShift, sourceLines } from '../source/source-lines.ts';
import type { Rows } from './relations.ts';

/** A broken line is kept up to this length. */
const MAX_LINE_CHARACTERS = 10_000;

export interface QuarantineInput {
  readonly path: string;
  readonly file: SourceFile;
  readonly rows: Rows;
  /** Rules that were broken: the others need not be looked at again. */
  readonly broken: readonly ContractRule[];
  /** Readable records of the file. */
  readonly readable: number;
  /** Lines that hold no row, of which the table reject_errors tells; whether they are written, too. */
  readonly rejects: 'none' | 'written' | 'left out';
}

/**
 * Writes the bad rows as Parquet: every cell of the spec's columns as the text it was, `__line` (in which the record begins,
 * from 1; of Parquet the row's number), `__reasons` (ids of all rules it broke) and `__raw` (the text of a line without
 * cells).
 * @returns reasons if nobody can tell the rows of the file apart
 */
export async function writeQuarantine(
  connection: DuckDBConnection,
  query: Query,
  contract: Contract,
  input: QuarantineInput,
): Promise<{ reasons: Reason[] } | undefined> {
  const { path, file, readable, rejects } = input;
  const unlined = `${path}.records`;
  await connection.run(`COPY (${badRows(contract, input)}) TO ${quoteLiteral(unlined)} (FORMAT parquet)`);
  const numbers = async (sql: string) => (await query(sql)).map(({ n }) => Number(n));
  const wanted = await numbers(`SELECT __record AS n FROM read_parquet(${quoteLiteral(unlined)}) ORDER BY n`);
  const broken = rejects === 'none' ? [] : await numbers('SELECT DISTINCT line AS n FROM reject_errors ORDER BY n');
  const lines = await sourceLines(file, { readable, broken, wanted });
  if ('reasons' in lines) return lines;
  await keepShifts(query, '__row_lines', lines.rows);
  await keepShifts(query, '__broken_lines', lines.broken);

  const names = contract.columns.map(({ name }, index) => `q${index} AS ${quoteIdentifier(name)}`).join(', ');
  const rows = `SELECT r.* EXCLUDE (__record), r.__record + l.shift AS __line
    FROM read_parquet(${quoteLiteral(unlined)}) AS r ASOF JOIN __row_lines AS l ON r.__record >= l.since`;
  const all = rejects === 'written' ? `${rows} UNION ALL BY NAME ${rejectedLines()}` : rows;
  await connection.run(
    `COPY (SELECT CAST(__line AS BIGINT) AS __line, __reasons, __raw, ${names} FROM (${all}) ORDER BY __line)
     TO ${quoteLiteral(path)} (FORMAT parquet, COMPRESSION zstd)`,
  );
  return undefined;
}

function badRows(contract: Contract, { rows, broken }: QuarantineInput): string {
  const ids = broken.map(({ id, bad }) => `CASE WHEN ${bad} THEN ${quoteLiteral(id)} END`);
  const reasons = `list_filter([${ids.join(', ')}]::VARCHAR[], lambda id: id IS NOT NULL)`;
  const cells = contract.columns.map(({ raw }, index) => `${raw} AS q${index}`).join(', ');
  const errors = badRow(broken);
  if (rows.isRow === undefined)
    return `SELECT __record, ${reasons} AS __reasons, CAST(NULL AS VARCHAR) AS __raw, ${cells}
      FROM ${rows.typed('skip', true)} WHERE ${errors}`;
  return `SELECT __record, CASE WHEN ${rows.isRow} THEN ${reasons} ELSE [__broken] END AS __reasons,
      left(__raw, ${MAX_LINE_CHARACTERS}) AS __raw, ${cells}
    FROM ${rows.typed('skip', true)} WHERE NOT (${rows.isRow}) OR ${errors}`;
}

const rejectedLines = (): string =>
  `SELECT b.line + l.shift AS __line, b.reasons AS __reasons, b.raw AS __raw
   FROM (SELECT line, list(DISTINCT ${brokenLineCode('error_type')}) AS reasons,
           any_value(left(csv_line, ${MAX_LINE_CHARACTERS})) AS raw
         FROM reject_errors GROUP BY line) AS b
   ASOF JOIN __broken_lines AS l ON b.line >= l.since`;

/** As a table; a record below the first entry is none. */
async function keepShifts(query: Query, table: string, shifts: readonly LineShift[]): Promise<void> {
  await query(`CREATE OR REPLACE TEMP TABLE ${table} (since BIGINT, shift BIGINT)`);
  for (let start = 0; start < shifts.length; start += 10_000) {
    const values = shifts.slice(start, start + 10_000).map(({ since, shift }) => `(${since}, ${shift})`);
    await query(`INSERT INTO ${table} VALUES ${values.join(', ')}`);
  }
}

/** The smallest and the largest cell that broke each rule, by its id, unless its cells are not shown. */
export async function quarantinedExamples(
  query: Query,
  quarantine: string,
  broken: readonly ContractRule[],
): Promise<Map<string, string[]>> {
  const shown = broken.filter(({ shown, column }) => shown !== undefined && column !== undefined);
  if (shown.length === 0) return new Map();
  const figures = shown.map(({ id, column }, index) => {
    const cells = `${quoteIdentifier(column as string)}) FILTER (WHERE list_contains(__reasons, ${quoteLiteral(id)}))`;
    return `min(${cells} AS a${index}, max(${cells} AS z${index}`;
  });
  const [row = {}] = await query(`SELECT ${figures.join(', ')} FROM read_parquet(${quoteLiteral(quarantine)})`);
  return new Map(
    shown.map(({ id }, index) => {
      const cells = [row[`a${index}`], row[`z${index}`]].filter((cell) => typeof cell === 'string');
      return [id, [...new Set(cells)].map(showCell)];
    }),
  );
}
