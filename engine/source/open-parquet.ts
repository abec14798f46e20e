import type { DuckDBConnection } from '@duckdb/node-api';
import { type ColumnMatch, type ColumnMismatch, matchColumns } from '../../domain/datasets/header.ts';
import { MAX_HEADER_COLUMNS, MAX_ROWS } from '../../domain/datasets/limits.ts';
import { type DataSource, isNested, parquetFile, parquetSource } from '../../domain/datasets/source-sql.ts';
import type { Reason } from '../../domain/registry/entities.ts';
import type { DataSpec } from '../../domain/spec/columns.ts';
import { quoteLiteral } from '../../domain/sql.ts';
import { queryOf } from '../duckdb.ts';
import { unreadable } from '../scan/unreadable.ts';

interface ParquetColumn {
  /** As the file spells it. */
  readonly written: string;
  /** As DuckDB spells it: names that differ in case alone get a number. */
  readonly name: string;
  readonly type: string;
}

/** Looks at the footer, and that it agrees with itself. */
export async function openParquet(
  connection: DuckDBConnection,
  data: DataSpec,
  path: string,
): Promise<{ source: DataSource; match: ColumnMatch } | ColumnMismatch> {
  const footer = await unreadable(() => readFooter(connection, path));
  if ('reasons' in footer) return footer;
  const { columns, problem } = footer.value;
  if (problem) return { reasons: [problem] };
  const match = matchColumns(
    data,
    columns.map(({ written }) => written),
  );
  if ('reasons' in match) return match;
  const chosen = match.indexes.map((index) => (index === undefined ? undefined : columns[index]));
  const reasons = chosen
    .filter((column) => column !== undefined)
    .filter(({ type }) => isNested(type))
    .map(({ written, type }) => ({
      code: 'wrong-column-type',
      message: `column ${written} is ${type.slice(0, 60)}, which no column type can hold`,
      column: written,
    }));
  if (reasons.length > 0) return { reasons };
  const names = columns.map(({ name }) => name);
  return { source: parquetSource(path, chosen, names), match };
}

async function readFooter(
  connection: DuckDBConnection,
  path: string,
): Promise<{ columns: ParquetColumn[]; problem: Reason | undefined }> {
  const file = quoteLiteral(path);
  const query = queryOf(connection);
  const [counts = {}] = await query(
    `SELECT num_rows AS rows, (SELECT sum(row_group_num_rows) FROM
        (SELECT DISTINCT row_group_id, row_group_num_rows FROM parquet_metadata(${file}))) AS grouped
     FROM parquet_file_metadata(${file})`,
  );
  const described = await query(`DESCRIBE SELECT * FROM ${parquetFile(path)}`);
  const written = topLevel(await query(`SELECT name, num_children FROM parquet_schema(${file})`));
  const columns = described.map((row, index): ParquetColumn => {
    const name = String(row.column_name);
    return { written: written[index] ?? name, name, type: String(row.column_type) };
  });
  return { columns, problem: footerProblem(Number(counts.rows), Number(counts.grouped ?? 0), columns.length) };
}

function footerProblem(rows: number, grouped: number, columns: number): Reason | undefined {
  if (rows !== grouped || rows < 0)
    return {
      code: 'damaged',
      message: `the footer contradicts itself: ${rows} rows, but its row groups have ${grouped}`,
    };
  if (rows > MAX_ROWS)
    return { code: 'too-large', message: `the footer names ${rows} rows; at most ${MAX_ROWS} are read` };
  if (columns > MAX_HEADER_COLUMNS)
    return { code: 'wrong-header', message: `the file has ${columns} columns; at most ${MAX_HEADER_COLUMNS} are read` };
  return undefined;
}

/** The schema is a tree, written down parents first; its root is the table. */
function topLevel(schema: readonly Record<string, unknown>[]): string[] {
  const names: string[] = [];
  const skip = (index: number): number => {
    let next = index + 1;
    for (let child = 0; child < Number(schema[index]?.num_children ?? 0) && next < schema.length; child++)
      next = skip(next);
    return next;
  };
  for (let index = 1; index < schema.length; index = skip(index)) names.push(String(schema[index]?.name));
  return names;
}
