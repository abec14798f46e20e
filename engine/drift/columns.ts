import { roleOf } from '../../domain/monitoring/drift/paired-column.ts';
import type { ProfiledColumn } from '../../domain/profiles/columns.ts';
import type { ProfileType } from '../../domain/profiles/profile.ts';
import type { Column } from '../../domain/spec/columns.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import type { CountedColumn } from './count-side.ts';
import type { Side } from './open-side.ts';

const TYPE_OF: Record<Column['type'], ProfileType> = {
  integer: 'numeric',
  number: 'numeric',
  boolean: 'boolean',
  string: 'string',
  category: 'category',
  timestamp: 'timestamp',
};

/** What to count of a reference file. The id is only counted; text that is a feature is a category to the model. */
export function referenceColumnsOf({ columns, missing }: Side, spec: ModelSpec | undefined): CountedColumn[] {
  return columns.flatMap((column, index) => {
    if (missing.includes(column.name)) return [];
    const type = TYPE_OF[column.type];
    const role = roleOf(column.name, type, spec);
    const isCategory = spec !== undefined && column.type === 'string' && (role === 'feature' || role === 'target');
    const profiled: ProfiledColumn = {
      name: column.name,
      type: role === 'id' ? 'string' : isCategory ? 'category' : type,
    };
    return [{ profiled, column, index }];
  });
}

/** How cells are read that are to be of a profile's type. */
const READ_AS: Record<ProfileType, Column['type']> = {
  numeric: 'number',
  boolean: 'boolean',
  timestamp: 'timestamp',
  category: 'category',
  string: 'string',
};

/**
 * The reference's columns as far as the file has them, read as what they were there: a time in the file's own format.
 *
 * @param reference with the bins and categories to count over
 * @param stated how the reference file's columns were read, if there was a file
 */
export function currentColumnsOf(
  { columns, missing }: Side,
  reference: readonly ProfiledColumn[],
  stated: readonly Column[] = [],
): CountedColumn[] {
  const indexes = new Map(columns.map(({ name }, index) => [name, index]));
  return reference.flatMap((profiled) => {
    const index = indexes.get(profiled.name);
    const own = index === undefined ? undefined : columns[index];
    if (index === undefined || !own || missing.includes(own.name)) return [];
    const before = stated.find(({ name }) => name === profiled.name);
    const type = before?.type ?? READ_AS[profiled.type];
    const column: Column = own.type === type || type !== 'timestamp' ? { ...own, type } : { ...(before ?? own), type };
    return [{ profiled, column, index }];
  });
}
