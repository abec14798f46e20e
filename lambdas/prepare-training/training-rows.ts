import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { InvalidInputError } from '../../domain/common-errors.ts';
import { labelSql } from '../../domain/features/featurizer-sql.ts';
import { labelOf } from '../../domain/features/fit.ts';
import type { Query } from '../../domain/profiles/profile-sql.ts';
import { SQL_TYPE } from '../../domain/spec/column-sql.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { quoteIdentifier, quoteLiteral } from '../../domain/sql.ts';
import { rowHashSql, type Side, sideSql, splitHashSql } from '../../domain/training/split.ts';
import { queryOf } from '../../engine/duckdb.ts';

export const LABEL_COLUMN = '__label';
const SIDE_COLUMN = '__side';

export interface TrainingRows {
  /** Labelled rows of each side. */
  readonly counts: Readonly<Record<Side, number>>;
  readonly trainLabels: number;
  readonly unlabelled: number;
  readonly outsideWindow: number;
}

/** One side of the split in a fixed order, raw columns and label: something that goes after FROM. */
export const sideRelation = (folder: string, side: Side): string =>
  `(SELECT * EXCLUDE (${SIDE_COLUMN}) FROM read_parquet(${rowsFile(folder)}) WHERE ${SIDE_COLUMN} = '${side}')`;

const rowsFile = (folder: string): string => quoteLiteral(join(folder, 'rows.parquet'));

/**
 * Unites the data sets, leaves out what is outside the window or has no label, and writes what is left to one file,
 * sorted by the split's hash: sides are then contiguous, and the order is the same however often this runs.
 *
 * @param files Parquet files of accepted data, those of one data set together: they have the same columns
 * @throws InvalidInputError if a column that must not be missing is in none of a file's
 */
export async function writeTrainingRows(
  connection: DuckDBConnection,
  spec: ModelSpec,
  folder: string,
  { files, from }: { files: readonly (readonly string[])[]; from: Date | undefined },
): Promise<TrainingRows> {
  const query = queryOf(connection);
  const selects: string[] = [];
  for (const each of files) selects.push(await selectColumns(query, spec, each));
  await connection.run(`CREATE VIEW united AS ${selects.join(' UNION ALL ')}`);

  const inWindow = from ? windowSql(spec, from) : 'true';
  const label = labelSql(labelOf(spec));
  const total = await query(
    `SELECT count(*) AS n, count_if(${inWindow}) AS kept, count_if(${inWindow} AND ${label} IS NOT NULL) AS labelled FROM united`,
  );
  const [n, kept, labelled] = [Number(total[0]?.n), Number(total[0]?.kept), Number(total[0]?.labelled)];

  const hashed = `SELECT *, ${label} AS ${LABEL_COLUMN}, ${splitHashSql(spec)} AS __hash, ${rowHashSql(spec)} AS __row FROM united WHERE ${inWindow}`;
  const sorted = `SELECT * EXCLUDE (__hash, __row), ${sideSql(spec, '__hash')} AS ${SIDE_COLUMN} FROM (${hashed}) WHERE ${LABEL_COLUMN} IS NOT NULL ORDER BY __hash, __row`;
  await connection.run(`COPY (${sorted}) TO ${rowsFile(folder)} (FORMAT parquet)`);

  const sides = await query(
    `SELECT ${SIDE_COLUMN} AS side, count(*) AS n, count(DISTINCT ${LABEL_COLUMN}) AS labels FROM read_parquet(${rowsFile(folder)}) GROUP BY ALL`,
  );
  const of = (side: Side) => sides.find((row) => row.side === side);
  const count = (side: Side) => Number(of(side)?.n ?? 0);
  return {
    counts: { train: count('train'), validation: count('validation'), holdout: count('holdout') },
    trainLabels: Number(of('train')?.labels ?? 0),
    unlabelled: kept - labelled,
    outsideWindow: n - kept,
  };
}

function windowSql(spec: ModelSpec, from: Date): string {
  const { timestamp } = spec.data;
  if (timestamp === undefined) throw new InvalidInputError(['training.window.last needs data.timestamp']);
  return `coalesce(epoch_ms(${quoteIdentifier(timestamp)}) > ${from.getTime()}, false)`;
}

/** The spec's columns with the spec's types; data of an earlier spec may lack some or hold them otherwise. */
async function selectColumns(query: Query, spec: ModelSpec, files: readonly string[]): Promise<string> {
  const from = `FROM read_parquet([${files.map(quoteLiteral).join(', ')}])`;
  const present = new Set((await query(`DESCRIBE SELECT * ${from}`)).map((row) => String(row.column_name)));
  const columns = spec.data.columns.map(({ name, type, nullable }) => {
    const column = quoteIdentifier(name);
    if (present.has(name)) return `TRY_CAST(${column} AS ${SQL_TYPE[type]}) AS ${column}`;
    if (nullable) return `CAST(NULL AS ${SQL_TYPE[type]}) AS ${column}`;
    throw new InvalidInputError([`a data set lacks the column ${name}, which is not nullable: narrow training.window`]);
  });
  return `SELECT ${columns.join(', ')} ${from}`;
}
