import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withDuckDb } from '../../engine/duckdb.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duckdb-test-'));
  await writeFile(join(folder, 'rows.csv'), 'a,b\n1,x\n2,y\n');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('withDuckDb', () => {
  it('reads and writes files below its folders', async () => {
    const rows = await withDuckDb({ folders: [folder] }, async (connection) => {
      await connection.run(`COPY (FROM read_csv('${folder}/rows.csv')) TO '${folder}/rows.parquet' (COMPRESSION zstd)`);
      return (await connection.runAndReadAll(`FROM read_parquet('${folder}/rows.parquet')`)).getRowsJson();
    });
    expect(rows).toEqual([
      ['1', 'x'],
      ['2', 'y'],
    ]);
  });

  const refused = {
    'a file outside its folders': "FROM read_text('/etc/hostname')",
    'a path that climbs out': `FROM read_text('${tmpdir()}/../etc/hostname')`,
    'a URL': "FROM read_csv('https://127.0.0.1:1/a.csv')",
    'an extension': 'INSTALL httpfs',
    'switching access back on': 'SET enable_external_access = true',
    'another folder': "SET allowed_directories = ['/']",
  };
  for (const [what, sql] of Object.entries(refused)) {
    it(`refuses ${what}`, async () => {
      await expect(withDuckDb({ folders: [folder] }, (connection) => connection.run(sql))).rejects.toThrow(
        /Permission Error|disabled by configuration|[Cc]annot (be )?change|Cannot enable|database is running/,
      );
    });
  }

  it('reads times as UTC', async () => {
    const rows = await withDuckDb({}, async (connection) =>
      (await connection.runAndReadAll("SELECT CAST('2026-01-01 00:00:00+02'::TIMESTAMPTZ AS VARCHAR)")).getRows(),
    );
    expect(rows).toEqual([['2025-12-31 22:00:00+00']]);
  });

  it('closes the connection and leaves no spill folder, also when the work fails', async () => {
    let kept: DuckDBConnection | undefined;
    const work = withDuckDb({ memoryLimitMb: 64, threads: 1 }, async (connection) => {
      kept = connection;
      const spill = (await connection.runAndReadAll("SELECT current_setting('temp_directory')")).getRows()[0]?.[0];
      throw new Error(String(spill));
    });
    const spill = await work.then(String, (error: Error) => error.message);
    expect(spill).toContain('millrace-duckdb-');
    await expect(readdir(spill)).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(async () => kept?.run('SELECT 1')).rejects.toThrow();
  });
});
