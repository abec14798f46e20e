import type { DuckDBConnection } from '@duckdb/node-api';
import { type UniqueKey, uniqueKeys } from '../../domain/contracts/contract.ts';
import { typedColumnsOf, typedRelation } from '../../domain/contracts/typed-columns.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { quoteIdentifier, quoteLiteral } from '../../domain/sql.ts';

/** The rows of one part, as validation left them. */
export interface PartFiles {
  readonly index: number;
  /** Parquet of the accepted rows. */
  readonly data: string;
  /** Parquet of the rows set aside, if there are any. */
  readonly quarantine?: string | undefined;
}

/** Separates the cells of a key in text. */
const UNIT = 'chr(31)';

/** Whether anything about rows of different parts is compared. */
export const comparesRows = (spec: ModelSpec): boolean =>
  uniqueKeys(spec).length > 0 || spec.data.checks.some(({ type }) => type === 'duplicate-rows');

/**
 * Writes what rows of different parts are compared by, as Parquet: `part`, `row` (number of an accepted row in its file,
 * from 0) or `line` (of a row that was set aside), for each unique key 128 bits of hashes `a0`, `b0` … (missing where a cell
 * is) and `whole`, the hash by which engine/measure/duplicate-rows.ts takes rows for equal.
 */
export async function writeKeyHashes(
  connection: DuckDBConnection,
  spec: ModelSpec,
  { index, data, quarantine }: PartFiles,
  path: string,
): Promise<void> {
  const names = spec.data.columns.map(({ name }) => quoteIdentifier(name));
  const keys = uniqueKeys(spec);
  const accepted = `SELECT __row AS row, NULL::BIGINT AS line, hash(${names.join(', ')}) AS whole,
      ${names.map((name, i) => `${name} AS t${i}`).join(', ')}
    FROM ${numberedRows(data)}`;
  const columns = [
    `${index}::INTEGER AS part`,
    'row',
    'line',
    'whole',
    ...keys.flatMap((key, i) => hashes(spec, key, i)),
  ];
  const parts = [`SELECT ${columns.join(', ')} FROM (${accepted})`];
  // a row that was set aside still came first
  if (quarantine !== undefined && keys.length > 0)
    parts.push(`SELECT ${columns.join(', ')} FROM (${aside(spec, names, quarantine)})`);
  await connection.run(
    `COPY (${parts.join(' UNION ALL ')}) TO ${quoteLiteral(path)} (FORMAT parquet, COMPRESSION zstd)`,
  );
}

function aside(spec: ModelSpec, names: readonly string[], quarantine: string): string {
  const typed = names.map((_, i) => `t${i}`).join(', ');
  return `SELECT NULL::BIGINT AS row, __line AS line, NULL::UBIGINT AS whole, ${typed} FROM ${asideRows(spec, quarantine)}`;
}

/**
 * The rows of a file with their numbers from 0 as `__row`. DuckDB's own `file_row_number` would meet a column of that name;
 * none begins with `__`.
 */
export const numberedRows = (path: string): string =>
  `(SELECT row_number() OVER () - 1 AS __row, * FROM read_parquet(${quoteLiteral(path)}))`;

/** Rows that were set aside, typed once more, as `s0`, `t0` …: they are kept as the text they were. */
export function asideRows(spec: ModelSpec, quarantine: string): string {
  const cells = spec.data.columns.map(({ name }, i) => `${quoteIdentifier(name)} AS s${i}`).join(', ');
  const rows = `(SELECT __line, __reasons, ${cells} FROM read_parquet(${quoteLiteral(quarantine)}) WHERE __raw IS NULL)`;
  return typedRelation(typedColumnsOf(spec.data.columns, []), rows);
}

function hashes(spec: ModelSpec, { columns }: UniqueKey, i: number): string[] {
  // + 0: 0 and -0 are equal, but not as text
  const cells = columns.map((column) =>
    spec.data.columns[column]?.type === 'number' ? `(t${column} + 0)` : `t${column}`,
  );
  const present = columns.map((column) => `t${column} IS NOT NULL`).join(' AND ');
  const text = `concat_ws(${UNIT}, ${cells.map((cell) => `CAST(${cell} AS VARCHAR)`).join(', ')})`;
  return [
    `CASE WHEN ${present} THEN hash(${cells.join(', ')}) END AS a${i}`,
    `CASE WHEN ${present} THEN md5_number_lower(${text}) END AS b${i}`,
  ];
}

/** Makes the table `millrace_keys` of any number of files of key hashes. */
export async function loadKeyHashes(connection: DuckDBConnection, paths: readonly string[]): Promise<void> {
  const files = `[${paths.map(quoteLiteral).join(', ')}]`;
  await connection.run(`CREATE OR REPLACE TEMP VIEW millrace_keys AS SELECT * FROM read_parquet(${files})`);
}

/** Rows of a part whose key is in an earlier part, also such that were set aside. */
export interface LaterRows {
  readonly part: number;
  /** Index into `uniqueKeys(spec)`. */
  readonly key: number;
  readonly rows: number;
}

/** Fills the table `millrace_later` (`part`, `row` or `line`, `key`) and says how many there are of each part and key. */
export async function findLaterRows(connection: DuckDBConnection, keys: number): Promise<LaterRows[]> {
  await connection.run(
    'CREATE OR REPLACE TEMP TABLE millrace_later (part INTEGER, row BIGINT, line BIGINT, key INTEGER)',
  );
  for (let key = 0; key < keys; key++) {
    const [a, b] = [`a${key}`, `b${key}`];
    await connection.run(
      `INSERT INTO millrace_later
       WITH first AS (
         SELECT ${a} AS a, ${b} AS b, min(part) AS part FROM millrace_keys WHERE ${a} IS NOT NULL
         GROUP BY ALL HAVING min(part) < max(part))
       SELECT k.part, k.row, k.line, ${key} FROM millrace_keys AS k
       JOIN first AS f ON k.${a} = f.a AND k.${b} = f.b WHERE k.part > f.part`,
    );
  }
  const found = await connection.runAndReadAll(
    'SELECT part, key, count(*) AS n FROM millrace_later GROUP BY ALL ORDER BY part, key',
  );
  return found.getRowObjectsJS().map(({ part, key, n }) => ({ part: Number(part), key: Number(key), rows: Number(n) }));
}

/** Rows equal to an earlier one in any part, among those that are not in `millrace_aside`. */
export async function countRepeatedRows(connection: DuckDBConnection): Promise<number> {
  const found = await connection.runAndReadAll(
    `SELECT coalesce(sum(n - 1), 0)::BIGINT AS repeated FROM (
       SELECT count(*) AS n FROM millrace_keys AS k
       WHERE k.row IS NOT NULL AND NOT EXISTS (SELECT 1 FROM millrace_aside AS l WHERE l.part = k.part AND l.row = k.row)
       GROUP BY whole)`,
  );
  return Number(found.getRowObjectsJS()[0]?.repeated);
}
