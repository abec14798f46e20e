import { doubleLiteral, quoteIdentifier } from '../sql.ts';
import type { ProfiledColumn } from './columns.ts';
import type { Query } from './profile-sql.ts';

/** Deciles and tails: what is below the first or above the last edge is under- and overflow. */
const QUANTILES = [0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99];
/** A column with no more different values than this gets one bin per value. */
const DISTINCT_LIMIT = 20;
/** Columns whose quantiles are taken in one statement: DuckDB holds their values in memory. */
const BATCH_COLUMNS = 10;
/** Rows and columns of a first look for columns with many values. */
const GLANCE_ROWS = 1_000;
const GLANCE_COLUMNS = 100;

/**
 * One bin per value, between edges half-way to the neighbours, with empty bins at both ends for values never seen.
 * @param values rising, at least one
 */
export function edgesOfValues(values: readonly number[]): number[] {
  const [first, last] = [values[0] as number, values.at(-1) as number];
  const between = values.slice(1).map((value, i) => (values[i] as number) / 2 + value / 2);
  // relative, so that a constant column of any scale notices a change
  const margin = Math.abs(first) * 1e-6 || 1e-6;
  const below = first - (between.length > 0 ? (between[0] as number) - first : margin);
  const above = last + (between.length > 0 ? last - (between.at(-1) as number) : margin);
  return rising([below, ...between, above]);
}

/** Edges for values that are already in memory, such as predictions; not finite ones are left out. Empty = no edges. */
export function edgesOf(values: Float64Array): number[] {
  const sorted = values.filter(Number.isFinite).sort();
  if (sorted.length === 0) return [];
  const distinct: number[] = [];
  for (const value of sorted) {
    if (value !== distinct.at(-1)) distinct.push(value);
    if (distinct.length > DISTINCT_LIMIT) return rising(QUANTILES.map((share) => nearestRank(sorted, share)));
  }
  return edgesOfValues(distinct);
}

const nearestRank = (sorted: Float64Array, share: number): number =>
  sorted[Math.max(Math.ceil(share * sorted.length) - 1, 0)] as number;

const rising = (edges: readonly number[]): number[] =>
  edges.filter((edge, i) => Number.isFinite(edge) && (i === 0 || edge > (edges[i - 1] as number)));

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
    const shares = `[${QUANTILES.join(', ')}]`;
    const list = batch.map((column, i) => `quantile_disc(${finiteSql(column)}, ${shares}) AS q${i}`);
    const [row = {}] = await query(`SELECT ${list.join(', ')} FROM ${relation}`);
    for (const [i, { name }] of batch.entries()) edges.set(name, rising((row[`q${i}`] as unknown[]).map(Number)));
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
