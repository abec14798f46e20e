import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type * as z from 'zod';
import { DataSpec } from '../../../domain/spec/columns.ts';
import { withDuckDb } from '../../../engine/duckdb.ts';
import { unreadable } from '../../../engine/scan/unreadable.ts';
import { type OpenedSource, openSource, type RefusedSource } from '../../../engine/source/open-source.ts';

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
  bytes: string | Uint8Array | { readonly path: string },
) => Promise<OpenedSource | RefusedSource>;

/** One database of 256 MB for any number of files. */
export function withSources<T>(work: (open: Open, connection: DuckDBConnection, folder: string) => Promise<T>) {
  return inFolder((folder) =>
    withDuckDb({ memoryLimitMb: 256, folders: [folder] }, async (connection) => {
      const open: Open = async (data, bytes) => {
        // rejects of an earlier file would stay
        for (const table of ['reject_errors', 'reject_scans']) await connection.run(`DROP TABLE IF EXISTS ${table}`);
        const given = typeof bytes === 'object' && 'path' in bytes;
        const path = given ? bytes.path : join(folder, 'upload');
        if (!given) await writeFile(path, bytes);
        return openSource(connection, data, path, join(folder, 'work'));
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

/** Reads all of a file through its source. */
export function readSource(data: DataSpec, bytes: string | Uint8Array): Promise<ReadSource> {
  return withSource(data, bytes, readOpened);
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
    query(`SELECT __record, ${cells.join(', ')}${more} FROM ${source.relation('store', 'numbered')}`),
  );
  if ('reasons' in read) return refused(read.reasons);
  const rejected = source.rejects
    ? await query(
        'SELECT line, min(CAST(error_type AS VARCHAR)) AS kind FROM reject_errors GROUP BY line ORDER BY line',
      )
    : [];
  const marked = read.value.filter((row) => source.marksBroken && row.__broken !== null);
  return {
    opened,
    rows: read.value
      .filter((row) => !marked.includes(row))
      .map((row) => source.types.map((_, index) => row[`s${index}`] as string | null)),
    broken: [
      ...rejected.map((row) => [Number(row.line), String(row.kind)] as const),
      ...marked.map((row) => [Number(row.__record), String(row.__broken)] as const),
    ],
  };
}
