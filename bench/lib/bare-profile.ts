import type { DuckDBConnection } from '@duckdb/node-api';
import { profiledColumns } from '../../domain/profiles/columns.ts';
import type { ColumnProfile, Profile } from '../../domain/profiles/profile.ts';
import { entriesOf, profileFromRow, profileSql } from '../../domain/profiles/profile-sql.ts';
import type { Column } from '../../domain/spec/columns.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { quoteIdentifier, quoteLiteral } from '../../domain/sql.ts';

export interface BareProfile {
  readonly spec: ModelSpec;
  readonly path: string;
  /** Whose edges are counted over. */
  readonly like: Profile;
  /**
   * `recommended`: NaN and infinity told apart, and lengths of categories. `least`: the cheapest query with the same
   * figures, for values known to be finite.
   */
  readonly figures: 'recommended' | 'least';
  /** Columns of one statement. @default all of them */
  readonly columnsAtOnce?: number;
}

const NATIVE: Record<Column['type'], string> = {
  integer: 'BIGINT',
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
  timestamp: 'TIMESTAMP',
  string: 'VARCHAR',
  category: 'VARCHAR',
};

/** The file as the engine reads it when nothing may be wrong with it. */
export function nativeRelation({ data }: ModelSpec, path: string): string {
  if (data.format === 'parquet') return `read_parquet(${quoteLiteral(path)})`;
  const types = data.columns.map(({ name, type }) => `${quoteLiteral(name)}: '${NATIVE[type]}'`);
  return `read_csv(${quoteLiteral(path)}, auto_detect = false, header = true, columns = {${types.join(', ')}})`;
}

/** Profiles a good file with DuckDB alone. The names of category values beyond the profile's limit are counted, too. */
export async function bareProfile(connection: DuckDBConnection, input: BareProfile): Promise<Profile> {
  const { spec, path, like, figures, columnsAtOnce = spec.data.columns.length } = input;
  const edges = new Map(like.columns.map(({ name, bins }) => [name, bins?.edges]));
  const tame = figures === 'least';
  const columns = profiledColumns(spec).map((column) => {
    const own = edges.get(column.name);
    return { ...column, tame, ...(own && { edges: own }) };
  });
  const profiles: ColumnProfile[] = [];
  let rows = 0;
  for (let start = 0; start < columns.length; start += columnsAtOnce) {
    const batch = columns.slice(start, start + columnsAtOnce);
    const more = batch.flatMap(({ name, type }, i) => {
      const cell = quoteIdentifier(name);
      const lengths = tame ? [] : [`min(length(${cell})) AS short${i}`, `max(length(${cell})) AS long${i}`];
      return type === 'category' ? [`histogram(${cell}) AS h${i}`, ...lengths] : [];
    });
    const list = [profileSql(batch), ...more].join(', ');
    const reader = await connection.runAndReadAll(`SELECT ${list} FROM ${nativeRelation(spec, path)}`);
    const [row = {}] = reader.getRowObjectsJS();
    const profile = profileFromRow(batch, row);
    rows = profile.rows;
    for (const [i, column] of profile.columns.entries()) {
      const values = entriesOf(row[`h${i}`]);
      profiles.push(column.type === 'category' ? { ...column, categories: { values, other: 0 } } : column);
    }
  }
  return { rows, columns: profiles };
}

/** @throws Error naming the first column of which the two tell different counts, extremes, bins or categories */
export function assertSameProfile(ours: Profile, bare: Profile): void {
  const comparable = ({ mean, m2, categories, ...exact }: ColumnProfile) => JSON.stringify(exact);
  for (const [i, column] of ours.columns.entries()) {
    const other = bare.columns[i] as ColumnProfile;
    const counts = new Map(other.categories?.values);
    const sameValues =
      column.type !== 'category' || (column.categories?.values ?? []).every(([value, n]) => counts.get(value) === n);
    if (comparable(column) !== comparable(other) || !sameValues)
      throw new Error(`the profiles of ${column.name} differ: ${comparable(column)} and ${comparable(other)}`);
  }
  if (ours.rows !== bare.rows) throw new Error(`one has profiled ${ours.rows} rows, the other ${bare.rows}`);
}
