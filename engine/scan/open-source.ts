import { open } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { csvText, type FileEnds, fileProblem } from '../../domain/datasets/file-format.ts';
import { MAX_HEADER_BYTES, matchColumns, parseHeader } from '../../domain/datasets/header.ts';
import { csvSource, type DataSource, isNested, parquetSource } from '../../domain/datasets/source-sql.ts';
import type { Reason } from '../../domain/registry/entities.ts';
import type { DataSpec } from '../../domain/spec/columns.ts';
import { quoteLiteral } from '../../domain/sql.ts';
import { unreadable } from './unreadable.ts';

const MAX_HEADER_COLUMNS = 10_000;

export type OpenedSource = { readonly source: DataSource } | { readonly reasons: Reason[] };

/** Looks at both ends of a file and at its columns, not yet at its rows. */
export async function openSource(
  connection: DuckDBConnection,
  data: DataSpec,
  path: string,
  file: { size: number; invalidUtf8At?: number | undefined },
): Promise<OpenedSource> {
  const ends = await readEnds(path, file);
  const problem = fileProblem(data.format, ends);
  if (problem) return { reasons: [problem] };
  return data.format === 'csv' ? openCsv(data, path, ends) : openParquet(connection, data, path);
}

async function readEnds(path: string, file: { size: number; invalidUtf8At?: number | undefined }): Promise<FileEnds> {
  const handle = await open(path);
  try {
    const read = async (length: number, position: number): Promise<Uint8Array> => {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
      return buffer.subarray(0, bytesRead);
    };
    const head = await read(Math.min(file.size, MAX_HEADER_BYTES), 0);
    const tail = await read(Math.min(file.size, 4), Math.max(0, file.size - 4));
    return { ...file, head, tail };
  } finally {
    await handle.close();
  }
}

function openCsv(data: DataSpec, path: string, { head, size }: FileEnds): OpenedSource {
  const names = parseHeader(csvText(head), data.delimiter, size === head.length);
  if (names === undefined || names.length > MAX_HEADER_COLUMNS) {
    const message = `the first line has more than ${MAX_HEADER_BYTES} bytes or ${MAX_HEADER_COLUMNS} cells`;
    return { reasons: [{ code: 'wrong-header', message }] };
  }
  const matched = matchColumns(data, names);
  if ('reasons' in matched) return matched;
  return { source: csvSource(path, data.delimiter, names.length, matched.indexes) };
}

async function openParquet(connection: DuckDBConnection, data: DataSpec, path: string): Promise<OpenedSource> {
  const sql = `DESCRIBE SELECT * FROM read_parquet(${quoteLiteral(path)})`;
  const described = await unreadable(async () => (await connection.runAndReadAll(sql)).getRowObjectsJS());
  if ('reasons' in described) return described;
  const columns = described.value.map((row) => ({ name: String(row.column_name), type: String(row.column_type) }));
  const matched = matchColumns(
    data,
    columns.map(({ name }) => name),
  );
  if ('reasons' in matched) return matched;
  const chosen = matched.indexes.map((index) => columns[index] as (typeof columns)[number]);
  const reasons = chosen
    .filter(({ type }) => isNested(type))
    .map(({ name, type }) => ({
      code: 'wrong-column-type',
      message: `column ${name} is ${type.slice(0, 60)}, which no column type can hold`,
      column: name,
    }));
  return reasons.length > 0 ? { reasons } : { source: parquetSource(path, chosen) };
}
