import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { Query } from '../domain/profiles/profile-sql.ts';
import { quoteLiteral } from '../domain/sql.ts';

export interface DuckDbOptions {
  /** @default 1,024 */
  readonly memoryLimitMb?: number;
  /** @default 2 */
  readonly threads?: number;
  /** The only folders files are read from and written to. @default the system's folder for temporary files */
  readonly folders?: readonly string[];
  /** Single files elsewhere. @default none */
  readonly files?: readonly string[];
}

/**
 * One in-memory DuckDB for the duration of `work`; connection and database are closed whatever happens.
 * It cannot reach the network, load extensions or touch files outside `folders`, so a file name or a value that
 * finds its way into SQL text has nothing to reach.
 */
export async function withDuckDb<T>(
  options: DuckDbOptions,
  work: (connection: DuckDBConnection) => Promise<T>,
): Promise<T> {
  // a folder of its own: an instance clears its spill files by pattern when it closes
  const spillFolder = await mkdtemp(join(tmpdir(), 'millrace-duckdb-'));
  try {
    return await withInstance(await openInstance(options, spillFolder), options, work);
  } finally {
    await rm(spillFolder, { recursive: true, force: true });
  }
}

function openInstance(options: DuckDbOptions, spillFolder: string): Promise<DuckDBInstance> {
  return DuckDBInstance.create(':memory:', {
    memory_limit: `${options.memoryLimitMb ?? 1_024}MB`,
    threads: String(options.threads ?? 2),
    temp_directory: spillFolder,
    autoload_known_extensions: 'false',
    autoinstall_known_extensions: 'false',
    allow_community_extensions: 'false',
    preserve_insertion_order: 'true',
  });
}

async function withInstance<T>(
  instance: DuckDBInstance,
  options: DuckDbOptions,
  work: (connection: DuckDBConnection) => Promise<T>,
): Promise<T> {
  try {
    const connection = await instance.connect();
    try {
      const list = (paths: readonly string[]) => `[${paths.map(quoteLiteral).join(', ')}]`;
      await connection.run(`SET allowed_directories = ${list(options.folders ?? [tmpdir()])}`);
      if (options.files) await connection.run(`SET allowed_paths = ${list(options.files)}`);
      await connection.run('SET enable_external_access = false'); // cannot be switched back on
      await connection.run("SET TimeZone = 'UTC'");
      return await work(connection);
    } finally {
      connection.closeSync();
    }
  } finally {
    instance.closeSync();
  }
}

/** Column values by name; lists as arrays, integers as number or bigint. */
export const queryOf =
  (connection: DuckDBConnection): Query =>
  async (sql) =>
    (await connection.runAndReadAll(sql)).getRowObjectsJS();
