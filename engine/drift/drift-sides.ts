import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { brokenLineMessage } from '../../domain/datasets/source-sql.ts';
import type { PairedColumn } from '../../domain/monitoring/drift/paired-column.ts';
import type { StoredProfile } from '../../domain/monitoring/drift/reference-profile.ts';
import type { DriftSide } from '../../domain/monitoring/drift-report.ts';
import { type ProfiledColumn, referenceColumns } from '../../domain/profiles/columns.ts';
import type { ColumnProfile } from '../../domain/profiles/profile.ts';
import { withReferenceEdges } from '../../domain/profiles/reference-bins.ts';
import type { Column } from '../../domain/spec/columns.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { queryOf } from '../duckdb.ts';
import { currentColumnsOf, referenceColumnsOf } from './columns.ts';
import { type CountedColumn, type CountedSide, countSide } from './count-side.ts';
import { namedRelation, openSide, type Side } from './open-side.ts';
import { appearedColumns, pairColumn } from './pair-columns.ts';

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
  const counted = await currentColumnsOf(side, referenceColumns(before.profiles), spec);
  onStep('counting the current data');
  const now = await countSide(connection, side, counted, own);
  const query = queryOf(connection);
  const columns: PairedColumn[] = [];
  for (const reference of before.profiles) {
    const { name } = reference;
    const at = counted.findIndex(({ profiled }) => profiled.name === name);
    const found =
      at < 0 ? {} : { current: now.profile.columns[at] as ColumnProfile, counted: counted[at] as CountedColumn };
    const misfits = { reference: before.misfits.get(name) ?? 0, current: now.misfits[at] ?? 0 };
    const importance = before.importances.get(name);
    columns.push(await pairColumn(query, side, { reference, ...found, misfits, importance }, spec));
  }
  const known = new Set(before.profiles.map(({ name }) => name));
  // by a spec, a column that it does not name is none of the model's in either file
  const appeared = side.names.filter(
    (name) => !known.has(name) && !side.missing.includes(name) && isWanted(input, name),
  );
  return {
    reference: before.side,
    current: sideOf(side, now),
    stated: { reference: before.stated, current: counted.map(({ column }) => column) },
    columns: [...columns, ...(await appearedColumns(side, appeared, spec))],
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
  const wanted = await referenceColumnsOf(side, spec, (name) => isWanted(input, name));
  const sample = await sampleOf(side, wanted);
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

function sideOf({ name, format }: Side, { profile, broken }: CountedSide): DriftSide {
  const brokenLines = [...broken.values()].reduce((sum, lines) => sum + lines, 0);
  const side = { name, kind: format, rows: profile.rows, brokenLines };
  return broken.size === 0 ? side : { ...side, brokenBy: [...broken.keys()].map(brokenLineMessage) };
}

/** The sample of a reference, typed, with the columns that are counted. */
async function sampleOf(side: Side, columns: readonly CountedColumn[]): Promise<string> {
  const cells = columns.map(({ index }, i) => `s${index} AS s${i}`).join(', ') || '1';
  return namedRelation(
    columns.map(({ column }) => column),
    columns.map(({ index }) => side.types[index] ?? 'VARCHAR'),
    `(SELECT ${cells} FROM ${await side.sample()})`,
  );
}
