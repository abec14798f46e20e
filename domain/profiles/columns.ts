import type { Column } from '../spec/columns.ts';
import type { ModelSpec } from '../spec/model-spec.ts';
import type { ColumnProfile, ProfileType } from './profile.ts';

/** What to profile of one column. `edges` and `categories` fix what is counted, so that profiles stay comparable. */
export interface ProfiledColumn {
  readonly name: string;
  readonly type: ProfileType;
  /** Rising. For numeric and timestamp (milliseconds since 1970). */
  readonly edges?: readonly number[];
  /** At most CATEGORY_LIMIT; every other value counts as `other`. */
  readonly categories?: readonly string[];
  /** Every value is known to be finite, and no square of one overflows: less to look at. */
  readonly tame?: boolean;
  /** Values that come as JSON are not looked at: its counts stay 0. */
  readonly uncounted?: boolean;
}

const TYPE_OF: Record<Column['type'], ProfileType> = {
  integer: 'numeric',
  number: 'numeric',
  boolean: 'boolean',
  string: 'string',
  category: 'category',
  timestamp: 'timestamp',
};

export const profileTypeOf = ({ type }: Pick<Column, 'type'>): ProfileType => TYPE_OF[type];

/** Every column of a data set. The id and protected columns are counted but their values are not shown. */
export function profiledColumns(spec: ModelSpec): ProfiledColumn[] {
  const hidden = new Set([...spec.data.protected, ...(spec.data.id === undefined ? [] : [spec.data.id])]);
  return spec.data.columns.map((column) => ({
    name: column.name,
    type: hidden.has(column.name) ? 'string' : profileTypeOf(column),
  }));
}

/** The bins and categories of a stored profile as what later profiles are counted over. */
export function referenceColumns(columns: readonly ColumnProfile[]): ProfiledColumn[] {
  return columns.map(({ name, type, bins, categories }) => ({
    name,
    type,
    ...(bins && { edges: bins.edges }),
    ...(categories && { categories: categories.values.map(([value]) => value) }),
  }));
}
