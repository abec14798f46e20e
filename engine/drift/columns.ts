import { roleOf } from '../../domain/monitoring/drift/paired-column.ts';
import { type ProfiledColumn, profileTypeOf } from '../../domain/profiles/columns.ts';
import type { ProfileType } from '../../domain/profiles/profile.ts';
import type { Column } from '../../domain/spec/columns.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { asColumn } from '../statistics/guess-columns.ts';
import type { CountedColumn } from './count-side.ts';
import type { Side } from './open-side.ts';

/** What to count of a reference file. The id is only counted; text that is a feature is a category to the model. */
export async function referenceColumnsOf(
  { names, missing, columns }: Side,
  spec: ModelSpec | undefined,
  isWanted: (name: string) => boolean,
): Promise<CountedColumn[]> {
  const wanted = names.filter((name) => isWanted(name) && !missing.includes(name));
  return (await columns(wanted)).map((column) => {
    const type = profileTypeOf(column);
    const role = roleOf(column.name, type, spec);
    const isCategory = spec !== undefined && column.type === 'string' && (role === 'feature' || role === 'target');
    const counted = role === 'id' ? 'string' : isCategory ? 'category' : type;
    return { profiled: { name: column.name, type: counted }, column, index: names.indexOf(column.name) };
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
 * The reference's columns as far as the file has them, read as what they were there: times in the file's own format.
 *
 * @param reference with the bins and categories to count over
 */
export async function currentColumnsOf(
  side: Side,
  reference: readonly ProfiledColumn[],
  spec: ModelSpec | undefined,
): Promise<CountedColumn[]> {
  const there = reference.filter(({ name }) => side.names.includes(name) && !side.missing.includes(name));
  const open = there.filter(({ type }) => spec !== undefined || type === 'timestamp').map(({ name }) => name);
  const known = new Map((await side.columns(open)).map((column) => [column.name, column]));
  return there.map((profiled) => {
    const { name, type } = profiled;
    const index = side.names.indexOf(name);
    const own = known.get(name);
    if (own && (spec || own.type === 'timestamp')) return { profiled, column: own, index };
    const isWhole = type === 'numeric' && WHOLE.test(side.types[index] ?? '');
    const column = asColumn({ name, type: isWhole ? 'integer' : READ_AS[type], duckType: '' });
    return { profiled, column, index };
  });
}

const WHOLE = /^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/;
