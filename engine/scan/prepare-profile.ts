import type { ValidationContext } from '../../domain/contracts/context.ts';
import { type ProfiledColumn, profiledColumns, referenceColumns } from '../../domain/profiles/columns.ts';
import type { ColumnProfile } from '../../domain/profiles/profile.ts';
import type { Query } from '../../domain/profiles/profile-sql.ts';
import { withReferenceEdges } from '../../domain/profiles/reference-bins.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { listLiteral, quoteIdentifier, quoteLiteral } from '../../domain/sql.ts';

/** Cells of a first look, at the beginning of the data. */
const GLANCE_CELLS = 400_000;
const GLANCE_ROWS = 20_000;
/** Values of a category that are counted in the pass itself; more take a pass of their own, which can spill. */
const ENUM_LIMIT = 1_000;
const GLANCE = '__glance';

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
 */
export async function prepareProfile(
  query: Query,
  spec: ModelSpec,
  relation: string,
  context: Pick<ValidationContext, 'champion' | 'history'>,
): Promise<ProfilePlan> {
  const fixed = withReference(profiledColumns(spec), context);
  const rows = Math.max(1, Math.min(GLANCE_ROWS, Math.floor(GLANCE_CELLS / fixed.length)));
  await query(`CREATE OR REPLACE TEMP TABLE ${GLANCE} AS SELECT * FROM ${relation} LIMIT ${rows}`);
  const open = fixed.filter(({ type, edges }) => type === 'numeric' && edges === undefined);
  const edges = new Map((await withReferenceEdges(query, GLANCE, open)).map((column) => [column.name, column.edges]));
  const columns = fixed.map((column) => {
    const own = column.edges ?? edges.get(column.name);
    return own && own.length > 0 ? { ...column, edges: own } : column;
  });
  const enums = new Map<number, string>();
  for (const [index, column] of columns.entries())
    if (column.type === 'category' && (await createEnum(query, column, `__enum${index}`)))
      enums.set(index, `__enum${index}`);
  await query(`DROP TABLE ${GLANCE}`);
  return { columns, enums };
}

/** An ENUM of the fixed categories, or of those in the first rows. @returns whether there are any, and few enough */
async function createEnum(query: Query, { name, categories }: ProfiledColumn, type: string): Promise<boolean> {
  if (categories?.length === 0) return false;
  const column = quoteIdentifier(name);
  const values = categories
    ? `SELECT unnest(${listLiteral(categories.map(quoteLiteral), 'VARCHAR')})`
    : `SELECT DISTINCT ${column} FROM ${GLANCE} WHERE ${column} IS NOT NULL`;
  const [found] = await query(`SELECT count(*) AS n FROM (${values} LIMIT ${ENUM_LIMIT + 1})`);
  const count = Number(found?.n);
  if (count === 0 || count > ENUM_LIMIT) return false;
  await query(`CREATE TYPE ${quoteIdentifier(type)} AS ENUM (${values})`);
  return true;
}

/** Bins and categories of the champion's baseline; of other columns the bins of the newest version. */
function withReference(
  columns: readonly ProfiledColumn[],
  { champion, history }: Pick<ValidationContext, 'champion' | 'history'>,
): ProfiledColumn[] {
  const baseline = champion ? [...champion.baseline.features, champion.baseline.label] : [];
  const ofChampion = byName(referenceColumns(baseline));
  const newest = history.find(({ profile }) => profile)?.profile?.columns ?? [];
  const ofHistory = byName(referenceColumns(newest as ColumnProfile[]));
  return columns.map((column) => {
    const reference = ofChampion.get(column.name);
    if (reference?.type === column.type) return reference;
    const { type, edges } = ofHistory.get(column.name) ?? {};
    return type === column.type && column.type === 'numeric' && edges ? { ...column, edges } : column;
  });
}

const byName = (columns: readonly ProfiledColumn[]) => new Map(columns.map((column) => [column.name, column]));
