import { doubleLiteral, listLiteral, quoteIdentifier, quoteLiteral } from '../sql.ts';
import type { ProfiledColumn } from './columns.ts';
import { booleanCounts, CATEGORY_LIMIT, type ColumnProfile, MOMENT_LIMIT, type Profile } from './profile.ts';

/** Columns of one statement: 1,000 in one go need more than 1 GB on Parquet (measured, DuckDB 1.5). */
const BATCH_COLUMNS = 100;

/** Runs one SELECT and gives its rows, column values by name; lists as arrays, integers as number or bigint. */
export type Query = (sql: string) => Promise<Record<string, unknown>[]>;

/**
 * Profiles a relation in bounded memory: one statement per BATCH_COLUMNS columns, one GROUP BY per category column.
 *
 * Columns have the types that validated data has: BIGINT or DOUBLE, BOOLEAN, TIMESTAMP, VARCHAR.
 * @param relation anything that goes after FROM, quoted by the caller
 */
export async function profileRelation(
  query: Query,
  relation: string,
  columns: readonly ProfiledColumn[],
): Promise<Profile> {
  let rows = 0;
  const profiles: ColumnProfile[] = [];
  for (let start = 0; start === 0 || start < columns.length; start += BATCH_COLUMNS) {
    const batch = columns.slice(start, start + BATCH_COLUMNS);
    const [row = {}] = await query(`SELECT ${profileSql(batch)} FROM ${relation}`);
    const profile = profileFromRow(batch, row);
    rows = profile.rows;
    for (const [i, column] of batch.entries()) {
      const counted = profile.columns[i] as ColumnProfile;
      if (column.type !== 'category') profiles.push(counted);
      else profiles.push(withCategories(column, counted, await query(categoriesSql(column, relation))));
    }
  }
  return { rows, columns: profiles };
}

export interface ProfileSqlOptions {
  /** Name of an ENUM type by index of the column: its values are counted in the same pass, in bounded memory. */
  readonly enums?: ReadonlyMap<number, string>;
  /** Rows the profile is about. @default `count(*)` */
  readonly rows?: string;
}

/**
 * Select list that `profileFromRow` reads: everything but the counts of category columns (`categoriesSql`), unless their
 * values are enumerated.
 */
export function profileSql(
  columns: readonly ProfiledColumn[],
  { enums, rows = 'count(*)' }: ProfileSqlOptions = {},
): string {
  return [`${rows} AS n`, ...columns.flatMap((column, i) => columnSql(column, i, enums?.get(i)))].join(',\n');
}

function columnSql(column: ProfiledColumn, i: number, enumName: string | undefined): string[] {
  const raw = quoteIdentifier(column.name);
  if (enumName !== undefined)
    return [`count(${raw}) AS c${i}`, `histogram(TRY_CAST(${raw} AS ${quoteIdentifier(enumName)})) AS h${i}`];
  if (column.type === 'category' || column.type === 'string') return [`count(${raw}) AS c${i}`];
  if (column.type === 'boolean') return [`[count(${raw}), count_if(${raw})] AS c${i}`];
  if (column.tame) return tameSql(column, raw, i);
  const value = column.type === 'timestamp' ? `CAST(epoch_ms(${raw}) AS DOUBLE)` : `CAST(${raw} AS DOUBLE)`;
  const finite = `CASE WHEN isfinite(${value}) THEN ${value} END`;
  // DuckDB fails on a variance beyond DOUBLE
  const small = `CASE WHEN abs(${value}) <= ${doubleLiteral(MOMENT_LIMIT)} THEN ${value} END`;
  const figures = [
    `count(${finite})`,
    `count_if(isnan(${value}))`,
    `count_if(isinf(${value}))`,
    `count(${small})`,
    `min(${finite})`,
    `max(${finite})`,
    `avg(${small})`,
    `var_pop(${small})`,
  ];
  return [figureList(figures, i), ...binsSql(column, finite, i)];
}

/** The same figures of values that need no sorting out. The variance fails on a value beyond MOMENT_LIMIT. */
function tameSql(column: ProfiledColumn, raw: string, i: number): string[] {
  const value = column.type === 'timestamp' ? `CAST(epoch_ms(${raw}) AS DOUBLE)` : `CAST(${raw} AS DOUBLE)`;
  const count = `count(${value})`;
  const figures = [count, '0', '0', count, `min(${value})`, `max(${value})`, `avg(${value})`, `var_pop(${value})`];
  return [figureList(figures, i), ...binsSql(column, value, i)];
}

const figureList = (figures: readonly string[], i: number): string =>
  `[${figures.map((figure) => `CAST(${figure} AS DOUBLE)`).join(', ')}] AS c${i}`;

function binsSql({ edges }: ProfiledColumn, value: string, i: number): string[] {
  if (!edges) return [];
  return [`map_values(histogram(${value}, ${listLiteral(edges.map(doubleLiteral), 'DOUBLE')})) AS b${i}`];
}

/** @param row the one row of `SELECT <profileSql(columns)> FROM …` */
export function profileFromRow(columns: readonly ProfiledColumn[], row: Record<string, unknown>): Profile {
  const rows = Number(row.n);
  return { rows, columns: columns.map((column, i) => columnFromRow(column, rows, row[`c${i}`], row[`b${i}`])) };
}

function columnFromRow(column: ProfiledColumn, rows: number, cell: unknown, binCell: unknown): ColumnProfile {
  const { name, type } = column;
  const none = { nans: 0, infinities: 0 };
  if (type === 'category' || type === 'string') {
    const count = Number(cell);
    return { name, type, count, nulls: rows - count, ...none };
  }
  const figures = itemsOf(cell);
  const at = (i: number): number => Number(figures[i] ?? 0);
  if (type === 'boolean') {
    const [count, trues] = [at(0), at(1)];
    return { name, type, count, nulls: rows - count, ...none, categories: booleanCounts(count - trues, trues) };
  }
  const [count, nans, infinities, small] = [at(0), at(1), at(2), at(3)];
  return {
    name,
    type,
    count,
    nulls: rows - count - nans - infinities,
    nans,
    infinities,
    // + 0: a minimum of -0 and of 0 are one
    ...(count > 0 && { min: at(4) + 0, max: at(5) + 0 }),
    ...(count > 0 && small === count && isSmall(at(4), at(5)) && { mean: at(6), m2: at(7) * count }),
    ...(column.edges && { bins: { edges: [...column.edges], counts: binCounts(column.edges.length, binCell) } }),
  };
}

/** Of tame columns nothing else says so: few values beyond the limit make no variance that fails. */
const isSmall = (min: number, max: number): boolean => Math.max(-min, max) <= MOMENT_LIMIT;

/** Counts of an enumerated column in a row of `profileSql`. Values that are not enumerated are not among them. */
export function enumCounts(row: Record<string, unknown>, i: number): Map<string, number> {
  return new Map(entriesOf(row[`h${i}`]));
}

/** A map of counts as getRowObjectsJS gives it. */
export function entriesOf(cell: unknown): [string, number][] {
  const entries = (cell ?? []) as readonly { key: unknown; value: unknown }[];
  return entries.map(({ key, value }) => [String(key), Number(value)]);
}

/** DuckDB's histogram has no entry above the last edge if nothing is there, and none at all without values. */
function binCounts(edges: number, cell: unknown): number[] {
  const counts = itemsOf(cell).map(Number);
  while (counts.length <= edges) counts.push(0);
  return counts;
}

/** Rows `{value, n}` of the categories to count. A GROUP BY spills to disk; DuckDB's own histogram() does not. */
export function categoriesSql(column: ProfiledColumn, relation: string): string {
  const raw = quoteIdentifier(column.name);
  const only = column.categories && listLiteral(column.categories.map(quoteLiteral), 'VARCHAR');
  const where = only ? `list_contains(${only}, ${raw})` : `${raw} IS NOT NULL`;
  const from = `FROM ${relation} WHERE ${where} GROUP BY ALL ORDER BY n DESC, value`;
  return `SELECT CAST(${raw} AS VARCHAR) AS value, count(*) AS n ${from} LIMIT ${CATEGORY_LIMIT}`;
}

function withCategories(
  column: ProfiledColumn,
  profile: ColumnProfile,
  found: readonly Record<string, unknown>[],
): ColumnProfile {
  const counts = new Map(found.map(({ value, n }) => [String(value), Number(n)]));
  const names = column.categories ?? [...counts.keys()];
  const values = names.map((name): [string, number] => [name, counts.get(name) ?? 0]);
  const other = values.reduce((left, [, count]) => left - count, profile.count);
  return { ...profile, categories: { values, other } };
}

/** Lists come as arrays from getRowObjectsJS and as `{items}` from getRowObjects. */
function itemsOf(cell: unknown): readonly unknown[] {
  if (Array.isArray(cell)) return cell;
  const items = (cell as { items?: unknown } | null)?.items;
  return Array.isArray(items) ? items : [];
}
