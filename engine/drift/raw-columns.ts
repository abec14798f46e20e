import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { PairedColumn } from '../../domain/monitoring/drift/paired-column.ts';
import type { Column as FileColumn } from '../../domain/spec/columns.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { quoteIdentifier, quoteLiteral } from '../../domain/sql.ts';
import type { CategoryCounts, Column } from '../../stats/presets/types.ts';
import { queryOf } from '../duckdb.ts';
import { type OpenedData, openData } from '../statistics/open-data.ts';
import { namedRelation } from './open-side.ts';

/** NannyML's default. */
const CHUNKS = 10;

/** A file whose columns can be read one by one. */
export interface RawSide {
  readonly data: OpenedData;
  readonly columns: readonly FileColumn[];
}

/** Copies a file to Parquet, so that a column can be read without the others. @throws Error saying what is wrong with it */
export async function openRaw(
  connection: DuckDBConnection,
  path: string,
  folder: string,
  columns: readonly FileColumn[],
  spec: ModelSpec | undefined,
): Promise<RawSide> {
  return { data: await openData(connection, path, join(folder, 'raw'), spec?.data), columns };
}

/**
 * The values of one column of both files, as presets take them: numbers row by row, categories and booleans counted.
 *
 * @returns undefined for what no preset compares: times, and text that is only counted
 */
export async function rawColumn(
  connection: DuckDBConnection,
  { name, type, reference: profile }: PairedColumn,
  reference: RawSide,
  current: RawSide,
): Promise<Column | undefined> {
  const [before, now] = [relationOf(reference, name), relationOf(current, name)];
  if (!before || !now) return undefined;
  if (type === 'numeric') {
    const values = await numbers(connection, before, name, reference.data.rows);
    const isWhole = profile?.nulls === 0 && values.every(Number.isInteger);
    return {
      ...{ name, kind: 'numeric', reference: values, integer: isWhole },
      current: await numbers(connection, now, name, current.data.rows),
    };
  }
  if (type !== 'category' && type !== 'boolean') return undefined;
  return {
    ...{ name, kind: 'category' },
    reference: await counts(connection, before, name),
    current: await counts(connection, now, name),
    ...(reference.data.rows >= CHUNKS && { referenceChunks: await chunks(connection, reference, name) }),
  };
}

/** With the one column, under its own name. */
function relationOf({ data, columns }: RawSide, name: string, more = ''): string | undefined {
  const index = data.names.indexOf(name);
  const column = columns.find((one) => one.name === name);
  if (index < 0 || !column) return undefined;
  const file = more === '' ? `read_parquet(${quoteLiteral(data.path)})` : more;
  return namedRelation([column], [data.types[index] ?? 'VARCHAR'], `(SELECT s${index} AS s0 FROM ${file})`);
}

async function numbers(
  connection: DuckDBConnection,
  relation: string,
  name: string,
  rows: number,
): Promise<Float64Array> {
  const values = new Float64Array(rows);
  const result = await connection.stream(
    `SELECT coalesce(CAST(${quoteIdentifier(name)} AS DOUBLE), 'nan'::DOUBLE) FROM ${relation}`,
  );
  let at = 0;
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    values.set(chunk.getColumnValues(0) as number[], at);
    at += chunk.rowCount;
  }
  return values;
}

async function counts(connection: DuckDBConnection, relation: string, name: string): Promise<CategoryCounts> {
  const column = quoteIdentifier(name);
  const rows = await queryOf(connection)(
    `SELECT CAST(${column} AS VARCHAR) AS v, count(*) AS n FROM ${relation} GROUP BY ALL ORDER BY n DESC, v`,
  );
  const missing = rows.find(({ v }) => v === null);
  return {
    counts: new Map(rows.flatMap(({ v, n }) => (v === null ? [] : [[String(v), Number(n)]]))),
    missing: Number(missing?.n ?? 0),
  };
}

/** The reference in its rows' order; what is left over is one chunk more. */
async function chunks(connection: DuckDBConnection, side: RawSide, name: string): Promise<CategoryCounts[]> {
  const size = Math.floor(side.data.rows / CHUNKS);
  const parts: CategoryCounts[] = [];
  for (let from = 0; from < side.data.rows; from += size) {
    const file = `read_parquet(${quoteLiteral(side.data.path)}, file_row_number = true) WHERE file_row_number >= ${from} AND file_row_number < ${from + size}`;
    parts.push(await counts(connection, relationOf(side, name, file) as string, name));
  }
  return parts;
}
