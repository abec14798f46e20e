import { basename, join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { typedColumnsOf } from '../../domain/contracts/typed-columns.ts';
import type { DataSource } from '../../domain/datasets/source-sql.ts';
import type { Query } from '../../domain/profiles/profile-sql.ts';
import type { Column, DataSpec } from '../../domain/spec/columns.ts';
import { columnKind } from '../../domain/spec/infer.ts';
import { quoteIdentifier, quoteLiteral } from '../../domain/sql.ts';
import { queryOf } from '../duckdb.ts';
import { brokenRecords } from '../source/broken-records.ts';
import { type Metered, meterFile } from '../source/meter.ts';
import { type OpenedSource, openSource } from '../source/open-source.ts';
import { asColumn, guessColumns } from '../statistics/guess-columns.ts';
import { shapeOf } from '../statistics/open-data.ts';
import { sampleText } from './sample-text.ts';

/** Rows of a Parquet file that types and bins are found by. */
const SAMPLE_ROWS = 12_000;
const SAMPLE_CELLS = 4_000_000;
/** Text columns of one statement: a count of distinct values keeps them all. */
const BATCH_COLUMNS = 20;

/** Lines that hold no row, by the code of what is wrong with them, the most frequent first. */
export type BrokenLines = ReadonlyMap<string, number>;

/** A data file with its columns known, before its rows are counted. */
export interface Side {
  /** Without folders. */
  readonly name: string;
  readonly format: DataSpec['format'];
  /** In the order of `s0`, `s1` … */
  readonly names: readonly string[];
  /** Of the spec, and not in the file. */
  readonly missing: readonly string[];
  /** DuckDB's types of the columns. */
  readonly types: readonly string[];
  /** Some of the columns, in the order asked for; types as the spec says, or as the sample shows. */
  columns(names: readonly string[]): Promise<readonly Column[]>;
  /** Relation of some rows with `s0`, `s1` …, cheap to read again and again; made when it is first asked for. */
  sample(): Promise<string>;
  /**
   * Reads the rows once. What several threads cannot tell apart, one may.
   * @param rows how many there were, of what was read
   * @throws Error saying what is wrong with the file
   */
  read<T>(
    work: (source: DataSource) => Promise<T>,
    rows: (result: T) => number,
  ): Promise<{ result: T; broken: BrokenLines }>;
}

/** @throws Error saying what is wrong with the file */
export async function openSide(
  connection: DuckDBConnection,
  path: string,
  folder: string,
  data?: DataSpec,
): Promise<Side> {
  const query = queryOf(connection);
  const { plain, shape } = await shapeOf(connection, path, folder, data);
  let metered: Promise<Metered> | undefined;
  const openRows = async (parallel: boolean): Promise<OpenedSource> => {
    metered ??= meterFile(plain);
    const opened = await openSource(connection, shape, plain, folder, { parallel, metered: await metered });
    if ('source' in opened) return opened;
    throw new Error(`${basename(path)}: ${opened.reasons.map(({ message }) => message).join('; ')}`);
  };
  const { source, facts } = await openRows(true);
  const names = shape.columns.map(({ name }) => name);
  let sample: Promise<string> | undefined;
  const sampled = (): Promise<string> => {
    sample ??= sampleOf(connection, source, { plain, folder, shape });
    return sample;
  };
  return {
    name: basename(path),
    format: shape.format,
    names,
    missing: facts.missingColumns,
    types: source.types,
    sample: sampled,
    async columns(wanted) {
      const indexes = wanted.map((name) => names.indexOf(name));
      if (data) return indexes.map((index) => shape.columns[index] as Column);
      if (wanted.length === 0) return [];
      const cells = indexes.map((index, i) => `s${index} AS s${i}`);
      const types = indexes.map((index) => source.types[index] ?? 'VARCHAR');
      return guessed(query, `(SELECT ${cells.join(', ')} FROM ${await sampled()})`, wanted, types);
    },
    async read(work, rows) {
      for (const parallel of [true, false]) {
        const { source, file } = await openRows(parallel);
        const result = await work(source);
        const records = await brokenRecords(file, rows(result), join(folder, 'broken-records.jsonl'));
        if ('reasons' in records) continue;
        const marked = file.text?.lines === rows(result) ? [] : await markedLines(query, source);
        return { result, broken: new Map([...records.counts, ...marked]) };
      }
      throw new Error(`${basename(path)}: quoted cells do not end as they must`);
    },
  };
}

/** The typed columns of a relation with `s0`, `s1` …, under their own names. */
export function namedRelation(columns: readonly Column[], types: readonly string[], relation: string): string {
  const cells = typedColumnsOf(columns, types).map(({ name, typed }) => `${typed} AS ${quoteIdentifier(name)}`);
  return `(SELECT ${cells.join(', ')} FROM ${relation})`;
}

/** Lines that the source says hold no row: another pass, which a file with a row in every line needs none of. */
async function markedLines(query: Query, source: DataSource): Promise<[string, number][]> {
  if (!source.marksBroken) return [];
  const rows = await query(
    `SELECT __broken AS code, count(*) AS n FROM ${source.relation()} WHERE __broken IS NOT NULL GROUP BY 1 ORDER BY n DESC, 1`,
  );
  return rows.map(({ code, n }) => [String(code), Number(n)]);
}

async function sampleOf(
  connection: DuckDBConnection,
  source: DataSource,
  { plain, folder, shape }: { plain: string; folder: string; shape: DataSpec },
): Promise<string> {
  const copy = quoteLiteral(join(folder, 'sample.parquet'));
  const cells = shape.columns.map((_, index) => `s${index}`).join(', ');
  const rows = source.columnar
    ? await everySoMany(connection, source, shape.columns.length)
    : await sampledLines(connection, shape, plain, folder);
  const first = source.marksBroken ? `${source.relation()} WHERE __broken IS NULL` : source.relation();
  const from = rows ?? `${first} LIMIT ${SAMPLE_ROWS}`;
  await connection.run(`COPY (SELECT ${cells} FROM ${from}) TO ${copy} (FORMAT parquet)`);
  return `read_parquet(${copy})`;
}

/** The same rows each time, from all over the file. */
async function everySoMany(connection: DuckDBConnection, source: DataSource, columns: number): Promise<string> {
  const [row = {}] = await queryOf(connection)(`SELECT count(*) AS n FROM ${source.relation()}`);
  const every = Math.ceil(Number(row.n) / Math.min(SAMPLE_ROWS, SAMPLE_CELLS / columns));
  return every <= 1 ? source.relation() : `${source.relation('numbered')} WHERE hash(__record) % ${every} = 0`;
}

async function sampledLines(
  connection: DuckDBConnection,
  shape: DataSpec,
  plain: string,
  folder: string,
): Promise<string | undefined> {
  const path = await sampleText(plain, join(folder, 'sample.txt'));
  const opened = await openSource(connection, shape, path, folder, { parallel: false });
  if (!('source' in opened)) return undefined;
  const { source } = opened;
  return source.marksBroken ? `${source.relation()} WHERE __broken IS NULL` : source.relation();
}

/** Text of few values that repeat is a category. */
async function guessed(
  query: Query,
  sample: string,
  names: readonly string[],
  types: readonly string[],
): Promise<Column[]> {
  const columns = (await guessColumns(query, sample, names, types)).map(asColumn).map((column, index): Column => {
    // that text holds whole numbers only is more than a sample tells
    return column.type === 'integer' && types[index] === 'VARCHAR' ? { ...column, type: 'number' } : column;
  });
  const texts = columns.flatMap(({ type }, index) => (type === 'string' || type === 'category' ? [index] : []));
  for (let start = 0; start < texts.length; start += BATCH_COLUMNS) {
    const batch = texts.slice(start, start + BATCH_COLUMNS);
    const list = batch.map((index) => `[count(*), count(s${index}), count(DISTINCT s${index})] AS k${index}`);
    const [row = {}] = await query(`SELECT ${list.join(', ')} FROM ${sample}`);
    for (const index of batch) {
      const [rows = 0, present = 0, distinct = 0] = (row[`k${index}`] as unknown[]).map(Number);
      const { name } = columns[index] as Column;
      const type = columnKind({ name, type: 'VARCHAR', rows, nulls: rows - present, distinct });
      columns[index] = { ...(columns[index] as Column), type };
    }
  }
  return columns;
}
