import { CATEGORY_LIMIT, type ColumnProfile, cutCategories, type Profile } from '../../domain/profiles/profile.ts';
import { enumCounts, type Query } from '../../domain/profiles/profile-sql.ts';
import type { Pass } from './count-rows.ts';

/** Each takes more than a megabyte of each thread, however few its values. */
const COLUMNS_AT_ONCE = 100;

interface Counted {
  /** Index of the first column. */
  readonly start: number;
  /** What the pass gave. */
  readonly row: Record<string, unknown>;
  readonly profile: Profile;
}

/** Categories were counted in the pass as far as they are enumerated; the others take passes of their own. */
export async function countedCategories(
  query: Query,
  pass: Pass,
  { start, row: figures, profile }: Counted,
): Promise<ColumnProfile[]> {
  const { plan } = pass;
  const open: number[] = [];
  const columns = profile.columns.map((column, i): ColumnProfile => {
    if (column.type !== 'category') return column;
    const fixed = plan.columns[start + i]?.categories;
    const counts = enumCounts(figures, i);
    const other = [...counts.values()].reduce((left, count) => left - count, column.count);
    if (fixed) return { ...column, categories: { values: fixed.map((name) => [name, counts.get(name) ?? 0]), other } };
    if (other > 0) open.push(i);
    return { ...column, categories: cutCategories(counts, other) };
  });
  if (open.length === 0) return columns;
  const found: Record<string, unknown>[] = [];
  for (let first = 0; first < open.length; first += COLUMNS_AT_ONCE) {
    const batch = open.slice(first, first + COLUMNS_AT_ONCE).map((i) => start + i);
    found.push(...(await query(categoriesSql(pass, batch))));
  }
  for (const i of open) {
    const column = columns[i] as ColumnProfile;
    const rows = found.filter((row) => Number(row.c) === start + i);
    const values = rows.map((row): [string, number] => [String(row.v), Number(row.n)]);
    const other = values.reduce((left, [, count]) => left - count, column.count);
    columns[i] = { ...column, categories: { values, other } };
  }
  return columns;
}

/** Rows `{c: index of the column, v: value, n}` of the most frequent values. A GROUP BY spills; histogram() does not. */
function categoriesSql({ rows }: Pass, open: readonly number[]): string {
  const names = open.map((i) => `t${i}`);
  const sets = names.map((name) => `(${name})`).join(', ');
  const which = `CASE ${open.map((i) => `WHEN grouping(t${i}) = 0 THEN ${i}`).join(' ')} END`;
  const grouped = `SELECT ${which} AS c, coalesce(${names.join(', ')}) AS v, count(*) AS n
    FROM (SELECT ${names.join(', ')} FROM ${rows.typed()} WHERE NOT ${rows.bad}) GROUP BY GROUPING SETS (${sets})`;
  return `SELECT c, v, n FROM (${grouped}) WHERE v IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY c ORDER BY n DESC, v) <= ${CATEGORY_LIMIT} ORDER BY c, n DESC, v`;
}
