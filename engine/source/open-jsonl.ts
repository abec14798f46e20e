import type { DuckDBConnection } from '@duckdb/node-api';
import { type ColumnMatch, type ColumnMismatch, matchColumns } from '../../domain/datasets/header.ts';
import { blankLine, jsonLines, jsonlSource, keysOf } from '../../domain/datasets/jsonl-sql.ts';
import { MAX_HEADER_COLUMNS } from '../../domain/datasets/limits.ts';
import type { DataSource } from '../../domain/datasets/source-sql.ts';
import type { DataSpec } from '../../domain/spec/columns.ts';
import { queryOf } from '../duckdb.ts';
import { unreadable } from '../scan/unreadable.ts';

/** Lines whose keys are the columns of the file. */
const SAMPLE_LINES = 1_000;

/** The columns of JSON Lines are the keys of its first objects. Keys have no order, so `columnOrder` says nothing here. */
export async function openJsonl(
  connection: DuckDBConnection,
  data: DataSpec,
  path: string,
): Promise<{ source: DataSource; match: ColumnMatch } | ColumnMismatch> {
  const sample = `SELECT ${keysOf('line')} AS keys FROM ${jsonLines(path)} WHERE NOT ${blankLine('line')} LIMIT ${SAMPLE_LINES}`;
  const sql = `SELECT CAST(to_json(keys) AS VARCHAR) AS keys, count(*) AS n FROM (${sample})
    WHERE keys IS NOT NULL GROUP BY ALL ORDER BY n DESC, 1 LIMIT ${SAMPLE_LINES}`;
  const read = await unreadable(() => queryOf(connection)(sql));
  if ('reasons' in read) return read;
  const objects = read.value.map((row) => JSON.parse(String(row.keys)) as string[]);
  const [usual] = objects;
  if (usual === undefined)
    return {
      reasons: [{ code: 'wrong-format', message: `none of the first ${SAMPLE_LINES} lines is a JSON object` }],
    };
  const names = new Set(objects.flat());
  if (names.size > MAX_HEADER_COLUMNS) {
    const message = `the first lines have ${names.size} keys; at most ${MAX_HEADER_COLUMNS} are read`;
    return { reasons: [{ code: 'wrong-header', message }] };
  }
  // an odd object among others is a bad row, not a bad file
  const wanted = new Set(data.columns.map(({ name }) => name));
  const columns = data.extraColumns === 'ignore' ? names : new Set([...usual, ...names].filter(isOf(usual, wanted)));
  const match = matchColumns({ ...data, columnOrder: 'any' }, [...columns], { place: 'the first lines' });
  if ('reasons' in match) return match;
  return { source: jsonlSource(path, data, usual), match: { ...match, reordered: false } };
}

const isOf =
  (usual: readonly string[], wanted: ReadonlySet<string>) =>
  (name: string): boolean =>
    usual.includes(name) || wanted.has(name);
