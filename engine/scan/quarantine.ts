import type { DuckDBConnection } from '@duckdb/node-api';
import type { Contract, ContractRule } from '../../domain/contracts/contract.ts';
import { showCell } from '../../domain/contracts/judge.ts';
import { typedRelation } from '../../domain/contracts/typed-columns.ts';
import type { Query } from '../../domain/profiles/profile-sql.ts';
import { quoteIdentifier, quoteLiteral } from '../../domain/sql.ts';
import type { SourceFile } from '../source/open-source.ts';
import { brokenIds, createReasons, findReasons, REASONS, RULES_AT_ONCE, reasonsSql } from './broken-rules.ts';
import { lineShift } from './line-shift.ts';
import { COLUMNS_AT_ONCE, type Rows, rowGroupSize } from './relations.ts';

/** A broken line is kept up to this length. */
const MAX_LINE_CHARACTERS = 10_000;

export interface QuarantineInput {
  readonly path: string;
  readonly file: SourceFile;
  readonly rows: Rows;
  /** True for a bad row. */
  readonly bad: string;
  /** Readable records of the file. */
  readonly readable: number;
  /** Relation of the records that hold no row, with `line`, `code` and `raw`, if they are to be written, too. */
  readonly rejected: string | undefined;
}

/**
 * Writes the bad rows as Parquet: every cell of the spec's columns as the text it was, `__line` (in which the record begins,
 * from 1; of Parquet the row's number), `__reasons` (ids of all rules it broke) and `__raw` (the text of a line without
 * cells).
 * @returns rows that break each rule, by its index in the contract
 */
export async function writeQuarantine(
  connection: DuckDBConnection,
  query: Query,
  contract: Contract,
  input: QuarantineInput,
): Promise<ReadonlyMap<number, number>> {
  const { path, file, rows, readable, rejected } = input;
  // records are numbered in order anyway; keeping them in order while they are written takes a gigabyte for wide rows
  await connection.run('SET preserve_insertion_order = false');
  const bad = await copyBadRows(connection, contract, input);
  await connection.run('SET preserve_insertion_order = true');
  const shift = await lineShift(query, file, readable, () => bitPerRow(connection, bad, readable));
  const inline = !rows.byColumns && contract.rules.length <= RULES_AT_ONCE;
  if (!rows.byColumns && !inline) {
    await createReasons(query);
    await findReasons(query, contract.rules, typedRelation(contract.columns, bad), rows.isRow);
  }
  const cells = contract.columns.map(({ raw }, index) => `${raw} AS q${index}`).join(', ');
  const marked = rows.isRow === undefined ? 'CAST(NULL AS VARCHAR) AS __broken, CAST(NULL AS VARCHAR) AS __raw, ' : '';
  const found = `(SELECT __record, ${marked}b.* EXCLUDE (__record) FROM ${bad} AS b)`;
  // to gather the reasons of millions of rows takes gigabytes; to find them once more takes none
  const [judged, reasons] = inline
    ? [`${typedRelation(contract.columns, found)} AS r`, brokenIds(contract.rules)]
    : [`${found} AS r LEFT JOIN ${reasonsSql(contract.rules)} AS f ON f.record = r.__record`, 'f.reasons'];
  const all = `SELECT ${shift.sql} AS __line, CASE WHEN __broken IS NULL THEN ${reasons} ELSE [__broken] END AS __reasons,
    left(__raw, ${MAX_LINE_CHARACTERS}) AS __raw, ${cells} FROM ${judged} ${shift.join}`;
  const more = rejected === undefined ? '' : ` UNION ALL BY NAME ${rejectedLines(rejected)}`;
  const names = contract.columns.map(({ name }, index) => `q${index} AS ${quoteIdentifier(name)}`).join(', ');
  await connection.run(
    `COPY (SELECT CAST(__line AS BIGINT) AS __line, __reasons, __raw, ${names} FROM (${all}${more}) ORDER BY __line)
     TO ${quoteLiteral(path)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${rowGroupSize(contract)})`,
  );
  // by columns, it tells the accepted rows, too
  if (!inline && !rows.byColumns) await query(`DROP TABLE ${REASONS}`);
  return countReasons(query, contract, path);
}

/** Rows that break each rule, by its index. */
async function countReasons(query: Query, { rules }: Contract, path: string): Promise<Map<number, number>> {
  const ids = `SELECT unnest(__reasons) AS id FROM read_parquet(${quoteLiteral(path)})`;
  const counts = await query(`SELECT id, count(*) AS n FROM (${ids}) GROUP BY id`);
  const byId = new Map(counts.map(({ id, n }) => [id, Number(n)]));
  return new Map(rules.flatMap(({ id }, index) => (byId.has(id) ? [[index, byId.get(id) as number]] : [])));
}

/** A bit for each row: there may be a hundred million, and as many of them bad. */
async function bitPerRow(
  connection: DuckDBConnection,
  bad: string,
  readable: number,
): Promise<(row: number) => boolean> {
  const wanted = new Uint8Array(Math.floor(readable / 8) + 1);
  const records = await connection.stream(`SELECT __record FROM ${bad}`);
  for await (const rows of records.yieldRows())
    for (const [record] of rows) {
      const row = Number(record);
      wanted[row >> 3] = (wanted[row >> 3] as number) | (1 << (row & 7));
    }
  return (row) => ((wanted[row >> 3] as number) & (1 << (row & 7))) !== 0;
}

/**
 * Copies the bad rows as they came, so that nobody has to look for them again.
 * @returns them as a relation with `__record`, `s0` … and `__later0` …
 */
async function copyBadRows(
  connection: DuckDBConnection,
  contract: Contract,
  { rows, bad, path }: QuarantineInput,
): Promise<string> {
  const cells = contract.columns.map((_, index) => `s${index}`);
  const size = rows.byColumns ? COLUMNS_AT_ONCE : cells.length;
  const more = [...contract.keys.map(({ later }) => later), ...(rows.isRow === undefined ? [] : ['__broken', '__raw'])];
  const files: string[] = [];
  for (let start = 0; start < cells.length; start += size) {
    const file = quoteLiteral(`${path}.${files.length}`);
    const selected = ['__record', ...cells.slice(start, start + size), ...(start === 0 ? more : [])].join(', ');
    await connection.run(
      `COPY (SELECT ${selected} FROM ${rows.typed(true)} WHERE ${bad})
       TO ${file} (FORMAT parquet, ROW_GROUP_SIZE ${rowGroupSize(contract)})`,
    );
    files.push(`read_parquet(${file})`);
  }
  const [first, ...others] = files;
  return others.length === 0
    ? (first as string)
    : `(SELECT * FROM ${first} AS p0 ${others.map((file, i) => `JOIN ${file} AS p${i + 1} USING (__record)`).join(' ')})`;
}

const rejectedLines = (rejected: string): string =>
  `SELECT line AS __line, [code] AS __reasons, raw AS __raw FROM ${rejected}`;

/** The smallest and the largest cell that broke each rule, by its id, unless its cells are not shown. */
export async function quarantinedExamples(
  query: Query,
  quarantine: string,
  broken: readonly ContractRule[],
): Promise<Map<string, string[]>> {
  const shown = broken.filter(({ shown, column }) => shown !== undefined && column !== undefined);
  const examples = new Map<string, string[]>();
  for (let start = 0; start < shown.length; start += COLUMNS_AT_ONCE) {
    const batch = shown.slice(start, start + COLUMNS_AT_ONCE);
    const figures = batch.map(({ id, column }, index) => {
      const cells = `${quoteIdentifier(column as string)}) FILTER (WHERE list_contains(__reasons, ${quoteLiteral(id)}))`;
      return `min(${cells} AS a${index}, max(${cells} AS z${index}`;
    });
    const [row = {}] = await query(`SELECT ${figures.join(', ')} FROM read_parquet(${quoteLiteral(quarantine)})`);
    for (const [index, { id }] of batch.entries()) {
      const cells = [row[`a${index}`], row[`z${index}`]].filter((cell) => typeof cell === 'string');
      examples.set(id, [...new Set(cells)].map(showCell));
    }
  }
  return examples;
}
