import { basename, join } from 'node:path';
import { type TypedColumn, typedColumnsOf, typedRelation } from '../../domain/contracts/typed-columns.ts';
import type { Query } from '../../domain/profiles/profile-sql.ts';
import type { DataSpec } from '../../domain/spec/columns.ts';
import { type ColumnStatistics, MAX_CLASSES } from '../../domain/spec/infer.ts';
import { quoteLiteral } from '../../domain/sql.ts';
import { queryOf, withDuckDb } from '../duckdb.ts';
import { withWorkFolder } from '../work-folder.ts';
import { asColumn, guessColumns } from './guess-columns.ts';
import { openData } from './open-data.ts';

const MEMORY_LIMIT_MB = 2_048;
/** Columns of one statement: a count of distinct values keeps them all. */
const BATCH_COLUMNS = 20;

export interface DataStatistics {
  readonly format: DataSpec['format'];
  readonly delimiter?: string;
  readonly columns: readonly ColumnStatistics[];
}

/** Reads a whole file for a first spec. @throws Error saying what is wrong with it */
export async function dataStatistics(path: string): Promise<DataStatistics> {
  return withWorkFolder('init', (folder) =>
    withDuckDb({ memoryLimitMb: MEMORY_LIMIT_MB, folders: [folder], files: [path] }, async (connection) => {
      const query = queryOf(connection);
      const {
        format,
        delimiter,
        names,
        types,
        rows,
        path: cells,
      } = await openData(connection, path, join(folder, 'data'));
      if (rows === 0) throw new Error(`${basename(path)} has no row`);
      const file = `read_parquet(${quoteLiteral(cells)})`;
      const guessed = await guessColumns(query, file, names, types);
      const typed = typedColumnsOf(guessed.map(asColumn), types);
      const columns: ColumnStatistics[] = [];
      for (let start = 0; start < guessed.length; start += BATCH_COLUMNS) {
        const batch = guessed.slice(start, start + BATCH_COLUMNS);
        const relation = typedRelation(typed, file);
        const list = batch.map((_, i) => `count(t${start + i}) AS c${i}, count(DISTINCT t${start + i}) AS d${i}`);
        const [counts = {}] = await query(`SELECT ${list.join(', ')} FROM ${relation}`);
        for (const [i, { name, duckType, format: time }] of batch.entries()) {
          const distinct = Number(counts[`d${i}`]);
          const { typed: value } = typed[start + i] as TypedColumn;
          columns.push({
            name,
            type: duckType,
            rows,
            nulls: rows - Number(counts[`c${i}`]),
            distinct,
            ...(distinct <= MAX_CLASSES && { values: await valuesOf(query, value, file) }),
            ...(time !== undefined && { format: time }),
          });
        }
      }
      return { format, columns, ...(delimiter !== undefined && { delimiter }) };
    }),
  );
}

async function valuesOf(query: Query, value: string, from: string): Promise<string[]> {
  const rows = await query(
    `SELECT DISTINCT CAST(${value} AS VARCHAR) AS value FROM ${from} WHERE ${value} IS NOT NULL ORDER BY 1`,
  );
  return rows.map((row) => String(row.value));
}
