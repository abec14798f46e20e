import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type * as z from 'zod';
import { DataSpec } from '../../../domain/spec/columns.ts';
import { withDuckDb } from '../../../engine/duckdb.ts';
import { unreadable } from '../../../engine/scan/unreadable.ts';
import { brokenRecords, TORN_APART } from '../../../engine/source/broken-records.ts';
import {
  type OpenedSource,
  type OpenOptions,
  openSource,
  type RefusedSource,
} from '../../../engine/source/open-source.ts';

/** A folder for the duration of `work`. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-source-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export function aDataSpec(fields: Partial<z.input<typeof DataSpec>> = {}): DataSpec {
  return DataSpec.parse({
    columns: [
      { name: 'a', type: 'number' },
      { name: 'b', type: 'string', nullable: true },
    ],
    target: 'a',
    ...fields,
  });
}

export type Open = (
  data: DataSpec,
  bytes: string | Uint8Array,
  options?: OpenOptions,
) => Promise<OpenedSource | RefusedSource>;

/** One database of 256 MB for any number of files. */
export function withSources<T>(work: (open: Open, connection: DuckDBConnection, folder: string) => Promise<T>) {
  return inFolder((folder) =>
    withDuckDb({ memoryLimitMb: 256, folders: [folder] }, async (connection) => {
      const open: Open = async (data, bytes, options) => {
        const path = join(folder, 'upload');
        await writeFile(path, bytes);
        return openSource(connection, data, path, join(folder, 'work'), options);
      };
      return work(open, connection, folder);
    }),
  );
}

/** Opens one file. */
export function withSource<T>(
  data: DataSpec,
  bytes: string | Uint8Array,
  use: (opened: OpenedSource | RefusedSource, connection: DuckDBConnection) => Promise<T>,
): Promise<T> {
  return withSources(async (open, connection) => use(await open(data, bytes), connection));
}

export interface ReadSource {
  /** Codes of the reasons, if the file was refused. */
  readonly codes?: string[];
  readonly message?: string;
  readonly rows: (string | null)[][];
  /** Line and code of lines that hold no row. */
  readonly broken: (readonly [line: number, code: string])[];
  readonly opened: OpenedSource | RefusedSource;
}

/** Reads all of a file through its source; with one thread if several tear rows apart. */
export function readSource(data: DataSpec, bytes: string | Uint8Array): Promise<ReadSource> {
  return withSources(async (open, connection) => {
    const read = await readOpened(await open(data, bytes), connection);
    if (read.codes?.[0] !== TORN_APART) return read;
    return readOpened(await open(data, bytes, { parallel: false }), connection);
  });
}

export async function readOpened(
  opened: OpenedSource | RefusedSource,
  connection: DuckDBConnection,
): Promise<ReadSource> {
  const refused = (reasons: readonly { code: string; message: string }[]): ReadSource => ({
    codes: reasons.map(({ code }) => code),
    message: reasons[0]?.message ?? '',
    rows: [],
    broken: [],
    opened,
  });
  if ('reasons' in opened) return refused(opened.reasons);
  const { source } = opened;
  const query = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJS();
  const cells = source.types.map((_, index) => `CAST(s${index} AS VARCHAR) AS s${index}`);
  const more = source.marksBroken ? ', __broken' : '';
  const read = await unreadable(() =>
    query(`SELECT __record, ${cells.join(', ')}${more} FROM ${source.relation('numbered')}`),
  );
  if ('reasons' in read) return refused(read.reasons);
  const records = await brokenRecords(opened.file, read.value.length, `${opened.file.path}.broken`);
  if ('reasons' in records) return refused(records.reasons);
  const rejected = records.relation ? await query(`SELECT line, code FROM ${records.relation} ORDER BY line`) : [];
  const marked = read.value.filter((row) => source.marksBroken && row.__broken !== null);
  return {
    opened,
    rows: read.value
      .filter((row) => !marked.includes(row))
      .map((row) => source.types.map((_, index) => row[`s${index}`] as string | null)),
    broken: [
      ...rejected.map((row) => [Number(row.line), String(row.code)] as const),
      ...marked.map((row) => [Number(row.__record), String(row.__broken)] as const),
    ],
  };
}
