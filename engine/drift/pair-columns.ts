import { type PairedColumn, roleOf } from '../../domain/monitoring/drift/paired-column.ts';
import { profileTypeOf } from '../../domain/profiles/columns.ts';
import type { ColumnProfile } from '../../domain/profiles/profile.ts';
import type { Query } from '../../domain/profiles/profile-sql.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { quoteIdentifier, quoteLiteral } from '../../domain/sql.ts';
import type { CountedColumn } from './count-side.ts';
import { namedRelation, type Side } from './open-side.ts';

const NEW_VALUES = 5;

/** A column of the reference, and of the current file if that has it. */
export interface Counterparts {
  readonly reference: ColumnProfile;
  readonly current?: ColumnProfile;
  readonly counted?: CountedColumn;
  readonly misfits: PairedColumn['misfits'];
  readonly importance?: number | undefined;
}

/** Says whether the two can be compared, and of categories some that the reference does not have. */
export async function pairColumn(
  query: Query,
  side: Side,
  { reference, current, counted, misfits, importance }: Counterparts,
  spec: ModelSpec | undefined,
): Promise<PairedColumn> {
  const { name, type } = reference;
  const shared = { name, type, role: roleOf(name, type, spec), reference, misfits };
  const known = importance === undefined ? shared : { ...shared, importance };
  if (!current || !counted)
    return { ...known, state: 'disappeared', why: 'the current data have no such column', newValues: [] };
  const why = await retyped(side, reference, current, misfits.current, spec);
  if (why !== undefined) return { ...known, current, state: 'retyped', why, newValues: [] };
  return { ...known, current, state: 'compared', newValues: await newValues(query, side, reference, current, counted) };
}

/** A column that the reference does not have. */
export async function appearedColumns(
  side: Side,
  names: readonly string[],
  spec: ModelSpec | undefined,
): Promise<PairedColumn[]> {
  return (await side.columns(names)).map((column): PairedColumn => {
    const { name } = column;
    const type = profileTypeOf(column);
    const why = 'the reference has no such column';
    const misfits = { reference: 0, current: 0 };
    return { name, type, role: roleOf(name, type, spec), state: 'appeared', why, misfits, newValues: [] };
  });
}

/** More than half of the cells that are there say so. Text may hold anything, but where most of it became numbers or times. */
async function retyped(
  side: Side,
  reference: ColumnProfile,
  current: ColumnProfile,
  misfits: number,
  spec: ModelSpec | undefined,
): Promise<string | undefined> {
  const { name, type, categories } = reference;
  const present = current.count + current.nans + current.infinities + misfits;
  if (reference.count === 0) return undefined;
  if (misfits > present / 2)
    return `it was ${type} in the reference, and ${misfits === present ? 'none' : 'less than half'} of the ${present} values now are`;
  const isUnknown = (current.categories?.other ?? 0) > current.count / 2;
  if (spec || type !== 'category' || !isUnknown) return undefined;
  if (categories?.values.some(([value]) => Number.isFinite(Number(value)))) return undefined;
  const [own] = await side.columns([name]);
  const isText = own?.type === 'string' || own?.type === 'category';
  return own && !isText ? `it was text in the reference and is ${own.type} now` : undefined;
}

async function newValues(
  query: Query,
  side: Side,
  reference: ColumnProfile,
  current: ColumnProfile,
  { column, index }: CountedColumn,
): Promise<string[]> {
  if (reference.type !== 'category' || reference.categories?.other !== 0 || !current.categories?.other) return [];
  const cells = `(SELECT s${index} AS s0 FROM ${await side.sample()})`;
  const relation = namedRelation([column], [side.types[index] ?? 'VARCHAR'], cells);
  const known = reference.categories.values.map(([value]) => quoteLiteral(value)).join(', ');
  const cell = `CAST(${quoteIdentifier(column.name)} AS VARCHAR)`;
  const found = await query(
    `SELECT ${cell} AS v, count(*) AS n FROM ${relation}
     WHERE ${cell} IS NOT NULL AND NOT list_contains([${known}]::VARCHAR[], ${cell})
     GROUP BY v ORDER BY n DESC, v LIMIT ${NEW_VALUES}`,
  );
  return found.map(({ v }) => String(v));
}
