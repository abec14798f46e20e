import { mkdir, open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { compressionOf, csvText, isParquet } from '../../domain/datasets/file-format.ts';
import { readRecord } from '../../domain/datasets/header.ts';
import { blankLine, jsonLines, keysOf } from '../../domain/datasets/jsonl-sql.ts';
import { MAX_HEADER_BYTES } from '../../domain/datasets/limits.ts';
import { isNested, parquetFile } from '../../domain/datasets/source-sql.ts';
import type { Query } from '../../domain/profiles/profile-sql.ts';
import { ColumnName } from '../../domain/spec/column-name.ts';
import { DataSpec } from '../../domain/spec/columns.ts';
import { quoteLiteral } from '../../domain/sql.ts';
import { queryOf } from '../duckdb.ts';
import { brokenRecords } from '../source/broken-records.ts';
import { decompress } from '../source/decompress.ts';
import { openSource } from '../source/open-source.ts';

const DELIMITERS = [',', ';', '\t', '|'];
const SAMPLE_RECORDS = 50;
const SAMPLE_LINES = 1_000;
/** On one's own machine a file may hold more than an upload. */
const MAX_UNPACKED_MB = 1_024 * 1_024;
const MEGABYTE = 1_024 * 1_024;

export interface OpenedData {
  readonly format: DataSpec['format'];
  /** Of CSV. */
  readonly delimiter?: string;
  readonly names: readonly string[];
  /** DuckDB's type of each column; VARCHAR for text. */
  readonly types: readonly string[];
  readonly rows: number;
  readonly brokenLines: number;
  /** Parquet with the columns `s0`, `s1` …, in the folder. */
  readonly path: string;
}

/**
 * Reads a CSV, JSON Lines or Parquet file, compressed or not, once, into a Parquet file that further statements read.
 * @param data the author's columns; without, they are the file's
 * @throws Error saying what is wrong with the file
 */
export async function openData(
  connection: DuckDBConnection,
  path: string,
  folder: string,
  data?: DataSpec,
): Promise<OpenedData> {
  const query = queryOf(connection);
  const { plain, shape } = await shapeOf(connection, path, folder, data);
  const copy = join(folder, 'cells.parquet');
  // what several threads cannot read, one may
  const cells =
    (await copyCells(connection, query, { plain, folder, shape, copy, parallel: true })) ??
    (await copyCells(connection, query, { plain, folder, shape, copy, parallel: false }));
  if (!cells) throw new Error(`${basename(path)}: quoted cells do not end as they must`);
  if ('reasons' in cells)
    throw new Error(`${basename(path)}: ${cells.reasons.map(({ message }) => message).join('; ')}`);
  const { source, facts, rows, broken } = cells;
  return {
    format: shape.format,
    ...(facts.delimiter !== undefined && { delimiter: facts.delimiter }),
    names: shape.columns.map(({ name }) => name),
    types: source.types,
    rows,
    brokenLines: broken,
    path: copy,
  };
}

export interface FileShape {
  /** The file, or what it held, in the folder. */
  readonly plain: string;
  /** Its columns as text, or the author's; nothing is asked of them. */
  readonly shape: DataSpec;
}

/** Unpacks a file and looks at its columns, not yet at its rows. @throws Error saying what is wrong with the file */
export async function shapeOf(
  connection: DuckDBConnection,
  path: string,
  folder: string,
  data?: DataSpec,
): Promise<FileShape> {
  await mkdir(folder, { recursive: true });
  const plain = await unpacked(path, join(folder, 'unpacked'));
  const query = queryOf(connection);
  return { plain, shape: data ? lenient(data, await formatOf(plain, path)) : await discover(query, plain, path) };
}

/** @returns undefined if rows cannot be told apart */
async function copyCells(
  connection: DuckDBConnection,
  query: Query,
  input: { plain: string; folder: string; shape: DataSpec; copy: string; parallel: boolean },
) {
  const { plain, folder, shape, copy, parallel } = input;
  const opened = await openSource(connection, shape, plain, join(folder, 'source'), { parallel });
  if ('reasons' in opened) return opened;
  const { source, facts, file } = opened;
  const cells = shape.columns.map((_, index) => `s${index}`).join(', ');
  const rows = source.marksBroken ? 'WHERE __broken IS NULL' : '';
  await connection.run(
    `COPY (SELECT ${cells} FROM ${source.relation()} ${rows}) TO ${quoteLiteral(copy)} (FORMAT parquet, COMPRESSION zstd)`,
  );
  const count = async (relation: string) => Number((await query(`SELECT count(*) AS n FROM ${relation}`))[0]?.n);
  const readable = await count(`read_parquet(${quoteLiteral(copy)})`);
  const records = await brokenRecords(file, readable, join(folder, 'broken-records.jsonl'));
  if ('reasons' in records) return undefined;
  const marked = source.marksBroken ? await count(`${source.relation()} WHERE __broken IS NOT NULL`) : 0;
  return { source, facts, rows: readable, broken: records.total + marked };
}

async function unpacked(path: string, to: string): Promise<string> {
  const compression = compressionOf(await headOf(path));
  if (!compression) return path;
  const done = await decompress(compression, path, to, {
    maxBytes: MAX_UNPACKED_MB * MEGABYTE,
    text: false,
    refuse: () => undefined,
  });
  if ('reasons' in done) throw new Error(`${basename(path)}: ${done.reasons.map(({ message }) => message).join('; ')}`);
  return to;
}

async function headOf(path: string): Promise<Uint8Array> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAX_HEADER_BYTES), 0, MAX_HEADER_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function formatOf(plain: string, path: string): Promise<DataSpec['format']> {
  const head = await headOf(plain);
  if (isParquet(head)) return 'parquet';
  const name = path.toLowerCase().replace(/\.(gz|zst|zstd)$/, '');
  return /\.(jsonl|ndjson|json)$/.test(name) || /^\s*\{\s*("|\})/.test(csvText(head)) ? 'jsonl' : 'csv';
}

/** Every cell is looked at, so nothing is refused for what the author asks. */
const lenient = (data: DataSpec, format: DataSpec['format']): DataSpec => ({
  ...data,
  format,
  extraColumns: 'ignore',
  missingColumns: 'null',
  columnOrder: 'any',
  columns: data.columns.map((column) => ({ ...column, nullable: true })),
});

async function discover(query: Query, plain: string, path: string): Promise<DataSpec> {
  const format = await formatOf(plain, path);
  const found = await (format === 'csv'
    ? csvNames(plain, path)
    : format === 'jsonl'
      ? jsonlNames(query, plain)
      : parquetNames(query, plain));
  const folded = found.names.map((name) => name.toLowerCase());
  const odd = found.names.find(
    (name, index) =>
      !ColumnName.safeParse(name).success || name !== name.trim() || folded.indexOf(name.toLowerCase()) < index,
  );
  if (odd !== undefined)
    throw new Error(
      `${basename(path)}: give each column a name of its own, in any case and without blanks around it: ${JSON.stringify(odd)}`,
    );
  const text = { type: 'string', nullable: true, unique: false, nan: 'allow', infinity: 'allow' } as const;
  // a spec has two columns at least, a file need not
  const shape = DataSpec.omit({ columns: true }).parse({
    format,
    target: found.names[0] ?? 'none',
    ...found.csv,
    extraColumns: 'ignore',
  });
  return { ...shape, columns: found.names.map((name) => ({ name, ...text })) };
}

interface Found {
  readonly names: readonly string[];
  readonly csv?: { readonly delimiter: string };
}

async function csvNames(plain: string, path: string): Promise<Found> {
  const text = csvText(await headOf(plain)).trimStart();
  const complete = Buffer.byteLength(text) < MAX_HEADER_BYTES;
  let best: { names: readonly string[]; delimiter: string; share: number } | undefined;
  for (const delimiter of DELIMITERS) {
    const records: (readonly string[])[] = [];
    for (let at = 0; at < text.length && records.length < SAMPLE_RECORDS; ) {
      const record = readRecord(text, at, { delimiter, quote: '"' }, complete);
      if (!record) break;
      records.push(record.cells);
      at = record.end;
    }
    const [names] = records;
    if (!names) continue;
    const share = records.filter(({ length }) => length === names.length).length / records.length;
    const wider = names.length > (best?.names.length ?? 0);
    if (
      !best ||
      (names.length > 1 && (best.names.length === 1 || share > best.share || (share === best.share && wider)))
    )
      best = { names, delimiter, share };
  }
  if (text === '') throw new Error(`${basename(path)} is empty: its first line must name the columns`);
  if (!best) throw new Error(`${basename(path)}: the first line is longer than ${MAX_HEADER_BYTES} bytes`);
  if (best.names.some((name) => name.trim() !== '' && Number.isFinite(Number(name))))
    throw new Error(`${basename(path)} has no header: its first line must name the columns`);
  return { names: best.names, csv: { delimiter: best.delimiter } };
}

async function jsonlNames(query: Query, plain: string): Promise<Found> {
  const rows = await query(
    `SELECT CAST(to_json(${keysOf('line')}) AS VARCHAR) AS keys FROM ${jsonLines(plain)} WHERE NOT ${blankLine('line')} LIMIT ${SAMPLE_LINES}`,
  );
  const names = rows.flatMap(({ keys }) =>
    typeof keys === 'string' ? ((JSON.parse(keys) as string[] | null) ?? []) : [],
  );
  return { names: [...new Set(names)] };
}

async function parquetNames(query: Query, plain: string): Promise<Found> {
  const rows = await query(`DESCRIBE FROM ${parquetFile(plain)}`);
  return {
    names: rows
      .filter(({ column_type }) => !isNested(String(column_type)))
      .map(({ column_name }) => String(column_name)),
  };
}
