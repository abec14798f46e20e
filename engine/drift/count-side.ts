import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { typedColumnsOf } from '../../domain/contracts/typed-columns.ts';
import type { DataSource } from '../../domain/datasets/source-sql.ts';
import type { ProfiledColumn } from '../../domain/profiles/columns.ts';
import { type ColumnProfile, cutCategories, type Profile } from '../../domain/profiles/profile.ts';
import {
  categoriesSql,
  enumCounts,
  profileFromRow,
  profileSql,
  type Query,
} from '../../domain/profiles/profile-sql.ts';
import type { Column } from '../../domain/spec/columns.ts';
import { quoteIdentifier, quoteLiteral } from '../../domain/sql.ts';
import { queryOf } from '../duckdb.ts';
import { createEnum } from '../scan/prepare-profile.ts';
import { COLUMNS_AT_ONCE } from '../scan/relations.ts';
import { type BrokenLines, namedRelation, type Side } from './open-side.ts';

/** What to count of a column of a file. */
export interface CountedColumn {
  readonly profiled: ProfiledColumn;
  /** How its cells are read; of its name in the file. */
  readonly column: Column;
  /** Of `s0`, `s1` … */
  readonly index: number;
}

export interface CountedSide {
  readonly profile: Profile;
  /** Cells that are there but not of the column's type, by column; the profile counts them as nulls. */
  readonly misfits: readonly number[];
  readonly broken: BrokenLines;
}

/** Counts a file in one pass; categories that the sample did not show take another over their columns alone. */
export async function countSide(
  connection: DuckDBConnection,
  side: Side,
  columns: readonly CountedColumn[],
  folder: string,
): Promise<CountedSide> {
  const query = queryOf(connection);
  const enums = await enumerated(query, side, columns);
  try {
    const { result, broken } = await side.read(
      async (source) => {
        const passed = await passes(query, side, source, columns, enums);
        return {
          ...passed,
          columns: await withCategories(connection, side, source, { columns, enums, passed, folder }),
        };
      },
      ({ rows }) => rows,
    );
    const { rows, misfits } = result;
    return { profile: { rows, columns: result.columns }, misfits, broken };
  } finally {
    for (const name of enums.values()) await connection.run(`DROP TYPE ${quoteIdentifier(name)}`);
  }
}

async function enumerated(query: Query, side: Side, columns: readonly CountedColumn[]): Promise<Map<number, string>> {
  const enums = new Map<number, string>();
  for (const [i, { profiled, column, index }] of columns.entries()) {
    if (profiled.type !== 'category') continue;
    // fixed categories need no sample
    const cells = profiled.categories ? '(SELECT NULL AS s0)' : `(SELECT s${index} AS s0 FROM ${await side.sample()})`;
    const sample = namedRelation([column], [side.types[index] ?? 'VARCHAR'], cells);
    if (await createEnum(query, sample, profiled, `__enum${i}`)) enums.set(i, `__enum${i}`);
  }
  return enums;
}

interface Passed {
  readonly rows: number;
  readonly columns: readonly ColumnProfile[];
  readonly misfits: readonly number[];
  /** Of the enumerated columns. */
  readonly counts: ReadonlyMap<number, ReadonlyMap<string, number>>;
}

/** One statement over text, one for so many columns over Parquet, of which the others need not be read. */
async function passes(
  query: Query,
  side: Side,
  source: DataSource,
  columns: readonly CountedColumn[],
  enums: ReadonlyMap<number, string>,
): Promise<Passed> {
  const size = source.columnar ? COLUMNS_AT_ONCE : Math.max(1, columns.length);
  const profiles: ColumnProfile[] = [];
  const misfits: number[] = [];
  const counts = new Map<number, ReadonlyMap<string, number>>();
  let rows = 0;
  for (let start = 0; start === 0 || start < columns.length; start += size) {
    const batch = columns.slice(start, start + size);
    const row = await onePass(query, side, source, batch, (i) => enums.get(start + i));
    const profile = profileFromRow(
      batch.map(({ profiled }) => profiled),
      row,
    );
    rows = profile.rows;
    const present = ((row.present ?? []) as unknown[]).map(Number);
    for (const [i, column] of profile.columns.entries()) {
      profiles.push(column);
      misfits.push((present[i] as number) - column.count - column.nans - column.infinities);
      if (enums.has(start + i)) counts.set(start + i, enumCounts(row, i));
    }
  }
  return { rows, columns: profiles, misfits, counts };
}

async function onePass(
  query: Query,
  side: Side,
  source: DataSource,
  batch: readonly CountedColumn[],
  enumOf: (i: number) => string | undefined,
): Promise<Record<string, unknown>> {
  const enums = new Map(batch.flatMap((_, i) => (enumOf(i) === undefined ? [] : [[i, enumOf(i) as string]])));
  const where = source.marksBroken ? ' WHERE __broken IS NULL' : '';
  const types = batch.map(({ index }) => side.types[index] ?? 'VARCHAR');
  const renamed = batch.map(({ index }, i) => `s${index} AS s${i}`);
  const relation = `(SELECT ${renamed.join(', ') || '1'} FROM ${source.relation()}${where})`;
  const typed = typedColumnsOf(
    batch.map(({ column }) => column),
    types,
  );
  const cells = typed.map(
    ({ typed }, i) => `${typed} AS ${quoteIdentifier((batch[i] as CountedColumn).profiled.name)}`,
  );
  const from = `(SELECT ${[...cells, ...batch.map((_, i) => `s${i} AS __s${i}`)].join(', ') || '1'} FROM ${relation})`;
  const statement = (tame: boolean): string => {
    const profiled = batch.map((one) => ({ ...one.profiled, tame }));
    const present = batch.map((_, i) => `count(__s${i})`).join(', ');
    return `SELECT ${profileSql(profiled, { enums })}, [${present}]::BIGINT[] AS present FROM ${from}`;
  };
  // mostly all numbers are finite and small, which is a fifth less to compute
  const row = await quick(query, statement(true));
  return row && batch.every((_, i) => isFiniteCell(row[`c${i}`])) ? row : ((await query(statement(false)))[0] ?? {});
}

/** @returns undefined for a number that is infinite or too large for the variance */
async function quick(query: Query, sql: string): Promise<Record<string, unknown> | undefined> {
  try {
    return (await query(sql))[0] ?? {};
  } catch (error) {
    if (error instanceof Error && /^Out of Range Error/.test(error.message)) return undefined;
    throw error;
  }
}

/** NaN is the greatest number to DuckDB. */
const isFiniteCell = (cell: unknown): boolean =>
  !Array.isArray(cell) || cell.every((figure) => figure === null || Number.isFinite(Number(figure)));

interface Counting {
  readonly columns: readonly CountedColumn[];
  readonly enums: ReadonlyMap<number, string>;
  readonly passed: Passed;
  readonly folder: string;
}

async function withCategories(
  connection: DuckDBConnection,
  side: Side,
  source: DataSource,
  { columns, enums, passed, folder }: Counting,
): Promise<ColumnProfile[]> {
  const open: number[] = [];
  const profiles = passed.columns.map((profile, i): ColumnProfile => {
    if (profile.type !== 'category') return profile;
    const counts = passed.counts.get(i) ?? new Map<string, number>();
    const fixed = columns[i]?.profiled.categories;
    const other = [...counts.values()].reduce((left, count) => left - count, profile.count);
    if (fixed && enums.has(i))
      return { ...profile, categories: { values: fixed.map((name) => [name, counts.get(name) ?? 0]), other } };
    if (other > 0) open.push(i);
    return { ...profile, categories: cutCategories(counts, other) };
  });
  if (open.length === 0) return profiles;
  const copy = quoteLiteral(join(folder, 'categories.parquet'));
  const where = source.marksBroken ? ' WHERE __broken IS NULL' : '';
  const cells = open.map((i) => `s${columns[i]?.index} AS s${i}`);
  await connection.run(
    `COPY (SELECT ${cells.join(', ')} FROM ${source.relation()}${where}) TO ${copy} (FORMAT parquet)`,
  );
  for (const i of open) {
    const { profiled, column, index } = columns[i] as CountedColumn;
    const cell = `(SELECT s${i} AS s0 FROM read_parquet(${copy}))`;
    const relation = namedRelation([column], [side.types[index] ?? 'VARCHAR'], cell);
    const found = await queryOf(connection)(categoriesSql({ ...profiled, name: column.name }, relation));
    const counted = new Map(found.map(({ value, n }) => [String(value), Number(n)]));
    const names = profiled.categories ?? [...counted.keys()];
    const values = names.map((name): [string, number] => [name, counted.get(name) ?? 0]);
    const profile = profiles[i] as ColumnProfile;
    const other = values.reduce((left, [, count]) => left - count, profile.count);
    profiles[i] = { ...profile, categories: { values, other } };
  }
  return profiles;
}
