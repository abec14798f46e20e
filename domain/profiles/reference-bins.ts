import {
  DISTINCT_LIMIT,
  edgesOfValues,
  REFERENCE_QUANTILES,
  risingEdges,
} from '../../stats/binning/reference-quantiles.ts';
import { doubleLiteral, quoteIdentifier } from '../sql.ts';
import type { ProfiledColumn } from './columns.ts';
import type { Query } from './profile-sql.ts';

/** Columns whose quantiles are taken in one statement: DuckDB holds their values in memory. */
const BATCH_COLUMNS = 10;
/** Rows and columns of a first look for columns with many values. */
const GLANCE_ROWS = 1_000;
const GLANCE_COLUMNS = 100;

/** Gives numeric and timestamp columns edges by the values of a relation; a column without values gets none. */
export async function withReferenceEdges(
  query: Query,
  relation: string,
  columns: readonly ProfiledColumn[],
): Promise<ProfiledColumn[]> {
  const edges = new Map<string, number[]>();
  const measured = columns.filter(({ type }) => type === 'numeric' || type === 'timestamp');
  const open = await manyValued(query, relation, measured);
  for (const column of measured.filter((one) => !open.includes(one))) {
    const value = finiteSql(column);
    const where = `FROM ${relation} WHERE ${value} IS NOT NULL ORDER BY v LIMIT ${DISTINCT_LIMIT + 1}`;
    const values = (await query(`SELECT DISTINCT ${value} AS v ${where}`)).map(({ v }) => Number(v) + 0);
    if (values.length > DISTINCT_LIMIT) open.push(column);
    else if (values.length > 0) edges.set(column.name, edgesOfValues(values));
  }
  for (let start = 0; start < open.length; start += BATCH_COLUMNS) {
    const batch = open.slice(start, start + BATCH_COLUMNS);
    const shares = `[${REFERENCE_QUANTILES.join(', ')}]`;
    const list = batch.map((column, i) => `quantile_disc(${finiteSql(column)}, ${shares}) AS q${i}`);
    const [row = {}] = await query(`SELECT ${list.join(', ')} FROM ${relation}`);
    for (const [i, { name }] of batch.entries()) edges.set(name, risingEdges((row[`q${i}`] as unknown[]).map(Number)));
  }
  return columns.map((column) => {
    const own = edges.get(column.name);
    return own ? { ...column, edges: own } : column;
  });
}

/** Columns that show too many values at a first glance already: most of a wide table, and a statement each is saved. */
async function manyValued(
  query: Query,
  relation: string,
  columns: readonly ProfiledColumn[],
): Promise<ProfiledColumn[]> {
  const found: ProfiledColumn[] = [];
  for (let start = 0; start < columns.length; start += GLANCE_COLUMNS) {
    const batch = columns.slice(start, start + GLANCE_COLUMNS);
    const list = batch.map((column, i) => `count(DISTINCT ${finiteSql(column)}) AS n${i}`);
    const [row = {}] = await query(`SELECT ${list.join(', ')} FROM (SELECT * FROM ${relation} LIMIT ${GLANCE_ROWS})`);
    found.push(...batch.filter((_, i) => Number(row[`n${i}`]) > DISTINCT_LIMIT));
  }
  return found;
}

function finiteSql({ name, type }: ProfiledColumn): string {
  const column = quoteIdentifier(name);
  const value = type === 'timestamp' ? `CAST(epoch_ms(${column}) AS DOUBLE)` : `CAST(${column} AS DOUBLE)`;
  return `CASE WHEN abs(${value}) <= ${doubleLiteral(Number.MAX_VALUE)} THEN ${value} END`;
}
