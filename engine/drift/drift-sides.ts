import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { type PairedColumn, roleOf } from '../../domain/monitoring/drift/paired-column.ts';
import type { StoredProfile } from '../../domain/monitoring/drift/reference-profile.ts';
import type { DriftSide } from '../../domain/monitoring/drift-report.ts';
import { type ProfiledColumn, referenceColumns } from '../../domain/profiles/columns.ts';
import type { ColumnProfile } from '../../domain/profiles/profile.ts';
import { withReferenceEdges } from '../../domain/profiles/reference-bins.ts';
import type { Column } from '../../domain/spec/columns.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { quoteIdentifier, quoteLiteral } from '../../domain/sql.ts';
import { queryOf } from '../duckdb.ts';
import { currentColumnsOf, referenceColumnsOf } from './columns.ts';
import { type CountedSide, countSide } from './count-side.ts';
import { namedRelation, openSide, type Side } from './open-side.ts';

/** A file, or a stored profile and its name. */
export type DriftSource = { readonly path: string } | { readonly stored: StoredProfile; readonly name: string };

export interface SidesInput {
  readonly reference: DriftSource;
  /** A file: two profiles need no engine. */
  readonly current: { readonly path: string };
  readonly spec?: ModelSpec | undefined;
  /** Only these columns. @default all */
  readonly columns?: readonly string[] | undefined;
  /** For what is written on the way. */
  readonly folder: string;
  readonly onStep: (step: string) => void;
}

export interface CountedSides {
  readonly reference: DriftSide;
  readonly current: DriftSide;
  readonly columns: readonly PairedColumn[];
  /** How the cells of the files were read. */
  readonly stated: { readonly reference: readonly Column[]; readonly current: readonly Column[] };
}

/** A file of a reference, or a stored profile, with what its columns are counted over. */
interface Reference {
  readonly side: DriftSide;
  readonly profiles: readonly ColumnProfile[];
  readonly misfits: ReadonlyMap<string, number>;
  /** How a file's cells were read. */
  readonly stated: readonly Column[];
  readonly importances: ReadonlyMap<string, number>;
}

/** Counts the reference and then the current file over its bins, in one pass each. @throws Error saying what is wrong with a file */
export async function countSides(connection: DuckDBConnection, input: SidesInput): Promise<CountedSides> {
  const { spec, folder, onStep } = input;
  const before = await referenceOf(connection, input);
  onStep('reading the current data');
  const own = join(folder, 'current');
  const side = await openSide(connection, input.current.path, own, spec?.data);
  const counted = currentColumnsOf(side, referenceColumns(before.profiles), before.stated);
  onStep('counting the current data');
  const now = await countSide(connection, side, counted, own);
  const columns = before.profiles.map((reference): Omit<PairedColumn, 'newValues'> => {
    const { name, type } = reference;
    const at = counted.findIndex(({ profiled }) => profiled.name === name);
    const role = roleOf(name, type, spec);
    const importance = before.importances.get(name);
    const shared = { name, type, role, reference, ...(importance !== undefined && { importance }) };
    const misfits = { reference: before.misfits.get(name) ?? 0, current: now.misfits[at] ?? 0 };
    if (at < 0) return { ...shared, misfits, state: 'disappeared', why: 'the current data have no such column' };
    const current = now.profile.columns[at] as ColumnProfile;
    const why = retyped(reference, current, misfits.current, side, spec);
    return {
      ...shared,
      misfits,
      current,
      state: why === undefined ? 'compared' : 'retyped',
      ...(why !== undefined && { why }),
    };
  });
  const known = new Set(before.profiles.map(({ name }) => name));
  const appeared = [
    ...side.columns.map(({ name }) => name).filter((name) => !side.missing.includes(name)),
    ...side.extra,
  ]
    .filter((name) => !known.has(name) && isWanted(input, name))
    // by the spec an extra column is none of the model's, in either file
    .filter((name) => spec === undefined || spec.data.columns.some((column) => column.name === name));
  return {
    reference: before.side,
    current: sideOf(side, now),
    stated: { reference: before.stated, current: counted.map(({ column }) => column) },
    columns: [
      ...(await withNewValues(connection, side, columns)),
      ...appeared.map((name) => appearedColumn(name, side, spec)),
    ],
  };
}

async function referenceOf(connection: DuckDBConnection, input: SidesInput): Promise<Reference> {
  const { reference, spec, folder, onStep } = input;
  if ('stored' in reference) {
    const { kind, profile, importances } = reference.stored;
    const profiles = profile.columns.filter(({ name }) => isWanted(input, name));
    const side = { name: reference.name, kind, rows: profile.rows, brokenLines: 0 };
    return { side, profiles, misfits: new Map(), stated: [], importances };
  }
  onStep('reading the reference');
  const own = join(folder, 'reference');
  const side = await openSide(connection, reference.path, own, spec?.data);
  const wanted = referenceColumnsOf(side, spec).filter(({ profiled }) => isWanted(input, profiled.name));
  const sample = namedRelation(side.columns, side.types, side.sample);
  const withEdges = await withReferenceEdges(
    queryOf(connection),
    sample,
    wanted.map(({ profiled }) => profiled),
  );
  onStep('counting the reference');
  const columns = wanted.map((column, i) => ({ ...column, profiled: withEdges[i] as ProfiledColumn }));
  const counted = await countSide(connection, side, columns, own);
  return {
    side: sideOf(side, counted),
    profiles: counted.profile.columns,
    misfits: new Map(columns.map(({ profiled }, i) => [profiled.name, counted.misfits[i] as number])),
    stated: columns.map(({ column }) => column),
    importances: new Map(),
  };
}

const isWanted = ({ columns }: SidesInput, name: string): boolean => columns === undefined || columns.includes(name);

const sideOf = ({ name, format }: Side, { profile, brokenLines }: CountedSide): DriftSide => ({
  ...{ name, kind: format, rows: profile.rows, brokenLines },
});

/** More than half of the cells that are there say so. Text may hold anything, but for text that became numbers or times. */
function retyped(
  reference: ColumnProfile,
  current: ColumnProfile,
  misfits: number,
  side: Side,
  spec: ModelSpec | undefined,
): string | undefined {
  const { name, type, categories } = reference;
  const present = current.count + current.nans + current.infinities + misfits;
  const own = side.columns.find((column) => column.name === name);
  if (reference.count === 0) return undefined;
  if (misfits > present / 2)
    return `it was ${type} in the reference, and ${misfits === present ? 'none' : 'less than half'} of the ${present} values now are`;
  const isText = own?.type === 'string' || own?.type === 'category';
  if (spec || type !== 'category' || isText || !own || current.count === 0) return undefined;
  const numbers = categories?.values.some(([value]) => Number.isFinite(Number(value)));
  return numbers ? undefined : `it was text in the reference and is ${own.type} now`;
}

function appearedColumn(name: string, side: Side, spec: ModelSpec | undefined): PairedColumn {
  const column = side.columns.find((one) => one.name === name);
  const type = column?.type === 'integer' || column?.type === 'number' ? 'numeric' : (column?.type ?? 'string');
  const why = 'the reference has no such column';
  const misfits = { reference: 0, current: 0 };
  return { name, type, role: roleOf(name, type, spec), state: 'appeared', why, misfits, newValues: [] };
}

const NEW_VALUES = 5;

/** Names some values of the sample that the reference does not have, where there are any. */
async function withNewValues(
  connection: DuckDBConnection,
  side: Side,
  columns: readonly Omit<PairedColumn, 'newValues'>[],
): Promise<PairedColumn[]> {
  const query = queryOf(connection);
  const named: PairedColumn[] = [];
  for (const column of columns) {
    const { name, reference, current, type } = column;
    const index = side.columns.findIndex((one) => one.name === name);
    const isNew = reference?.categories?.other === 0 && (current?.categories?.other ?? 0) > 0;
    if (type !== 'category' || !isNew) {
      named.push({ ...column, newValues: [] });
      continue;
    }
    const cells = namedRelation(side.columns, side.types, side.sample);
    const known = reference.categories?.values.map(([value]) => quoteLiteral(value)) ?? [];
    const cell = `CAST(${quoteIdentifier((side.columns[index] as Column).name)} AS VARCHAR)`;
    const found = await query(
      `SELECT ${cell} AS v, count(*) AS n FROM ${cells} WHERE ${cell} IS NOT NULL AND NOT list_contains([${known.join(', ')}]::VARCHAR[], ${cell})
       GROUP BY v ORDER BY n DESC, v LIMIT ${NEW_VALUES}`,
    );
    named.push({ ...column, newValues: found.map(({ v }) => String(v)) });
  }
  return named;
}
