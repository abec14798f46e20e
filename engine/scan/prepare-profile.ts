import { join } from 'node:path';
import type { ValidationContext } from '../../domain/contracts/context.ts';
import { type ProfiledColumn, profiledColumns, referenceColumns } from '../../domain/profiles/columns.ts';
import type { Query } from '../../domain/profiles/profile-sql.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { listLiteral, quoteIdentifier, quoteLiteral } from '../../domain/sql.ts';
import { edgesOf } from '../../stats/binning/reference-quantiles.ts';
import { COLUMNS_AT_ONCE } from './relations.ts';

/** Cells of a first look, at the beginning of the data. */
const GLANCE_CELLS = 400_000;
const GLANCE_ROWS = 20_000;
/** Values of a category that are counted in the pass itself; more take a pass of their own, which can spill. */
const ENUM_LIMIT = 1_000;

export interface ProfilePlan {
  readonly columns: readonly ProfiledColumn[];
  /** ENUM type of a category column, by its index. */
  readonly enums: ReadonlyMap<number, string>;
}

/**
 * What to count of each column: over the bins of the champion's baseline, else over those of the last accepted version,
 * so that versions stay comparable, else over bins that suit the first rows.
 *
 * @param relation the rows, typed, under the spec's names
 * @param file.folder for a file of the first rows, unless the relation gives some columns without reading the others
 */
export async function prepareProfile(
  query: Query,
  spec: ModelSpec,
  relation: string,
  context: Pick<ValidationContext, 'champion' | 'history'>,
  file: { readonly folder: string; readonly columnar: boolean },
): Promise<ProfilePlan> {
  const fixed = withReference(profiledColumns(spec), context);
  const rows = Math.max(1, Math.min(GLANCE_ROWS, Math.floor(GLANCE_CELLS / fixed.length)));
  let glance = `(SELECT * FROM ${relation} LIMIT ${rows})`;
  if (!file.columnar) {
    // a table takes 256 kB a column at least: too much for a thousand
    const path = quoteLiteral(join(file.folder, 'glance.parquet'));
    await query(`COPY ${glance} TO ${path} (FORMAT parquet)`);
    glance = `read_parquet(${path})`;
  }
  const open = fixed.filter(({ type, edges }) => type === 'numeric' && edges === undefined);
  const edges = await glanceEdges(query, glance, open);
  const columns = fixed.map((column) => {
    const own = column.edges ?? edges.get(column.name);
    return own && own.length > 0 ? { ...column, edges: own } : column;
  });
  const enums = new Map<number, string>();
  for (const [index, column] of columns.entries())
    if (column.type === 'category' && (await createEnum(query, glance, column, `__enum${index}`)))
      enums.set(index, `__enum${index}`);
  return { columns, enums };
}

/** Edges that suit the first rows, by the column's name. */
async function glanceEdges(query: Query, glance: string, columns: readonly ProfiledColumn[]) {
  const edges = new Map<string, number[]>();
  for (let start = 0; start < columns.length; start += COLUMNS_AT_ONCE) {
    const batch = columns.slice(start, start + COLUMNS_AT_ONCE);
    const lists = batch.map(({ name }, i) => `list(CAST(${quoteIdentifier(name)} AS DOUBLE)) AS v${i}`);
    const [row = {}] = await query(`SELECT ${lists.join(', ')} FROM ${glance}`);
    for (const [i, { name }] of batch.entries()) {
      const values = ((row[`v${i}`] ?? []) as (number | null)[]).filter((value) => value !== null);
      edges.set(name, edgesOf(Float64Array.from(values)));
    }
  }
  return edges;
}

/** An ENUM of the fixed categories, or of those in the first rows. @returns whether there are any, and few enough */
export async function createEnum(
  query: Query,
  glance: string,
  { name, categories }: ProfiledColumn,
  type: string,
): Promise<boolean> {
  // an ENUM ends a value at a NUL
  if (categories?.length === 0 || categories?.some((value) => value.includes('\0'))) return false;
  const column = quoteIdentifier(name);
  const values = categories
    ? `SELECT unnest(${listLiteral(categories.map(quoteLiteral), 'VARCHAR')})`
    : `SELECT DISTINCT ${column} FROM ${glance} WHERE NOT contains(${column}, chr(0))`;
  const [found] = await query(`SELECT count(*) AS n FROM (${values} LIMIT ${ENUM_LIMIT + 1})`);
  const count = Number(found?.n);
  if (count === 0 || count > ENUM_LIMIT) return false;
  await query(`CREATE TYPE ${quoteIdentifier(type)} AS ENUM (${values})`);
  return true;
}

/** Bins and categories of the champion's baseline, which has only what is shown; of other columns the newest bins. */
function withReference(
  columns: readonly ProfiledColumn[],
  { champion, history }: Pick<ValidationContext, 'champion' | 'history'>,
): ProfiledColumn[] {
  const baseline = champion ? [...champion.baseline.features, champion.baseline.label] : [];
  const ofChampion = byName(referenceColumns(baseline));
  const newest = history.find(({ profile }) => profile)?.profile?.columns ?? [];
  const ofHistory = byName(referenceColumns(newest));
  return columns.map((column) => {
    const reference = ofChampion.get(column.name);
    // a feature of free text is a category to the model
    if (reference && (reference.type === column.type || isText(reference) === isText(column))) return reference;
    const { type, edges } = ofHistory.get(column.name) ?? {};
    return type === column.type && column.type === 'numeric' && edges ? { ...column, edges } : column;
  });
}

const isText = ({ type }: ProfiledColumn): boolean => type === 'string' || type === 'category';
const byName = (columns: readonly ProfiledColumn[]) => new Map(columns.map((column) => [column.name, column]));
