import type { ModelSpec } from '../../spec/model-spec.ts';
import { sameBins } from '../bins.ts';
import { type PairedColumn, roleOf } from './paired-column.ts';
import type { StoredProfile } from './reference-profile.ts';

/**
 * Two stored profiles side by side.
 *
 * @param wanted only these columns; all without
 * @throws RangeError for columns that were not counted over the same bins or categories
 */
export function pairProfiles(
  reference: StoredProfile,
  current: StoredProfile,
  spec: ModelSpec | undefined,
  wanted?: readonly string[],
): PairedColumn[] {
  const is = new Map(current.profile.columns.map((column) => [column.name, column]));
  const was = new Set(reference.profile.columns.map(({ name }) => name));
  const none = { misfits: { reference: 0, current: 0 }, newValues: [] };
  const pairs = reference.profile.columns.map((before): PairedColumn => {
    const { name, type } = before;
    const now = is.get(name);
    const importance = reference.importances.get(name);
    const shared = { name, type, role: roleOf(name, type, spec), ...none, reference: before };
    const known = importance === undefined ? shared : { ...shared, importance };
    if (!now) return { ...known, state: 'disappeared', why: 'the current profile has no such column' };
    if (now.type !== type)
      return { ...known, state: 'retyped', why: `it was ${type} in the reference and is ${now.type} now` };
    return { ...known, state: 'compared', current: now };
  });
  const appeared = current.profile.columns
    .filter(({ name }) => !was.has(name))
    .map(({ name, type }): PairedColumn => {
      const why = 'the reference profile has no such column';
      return { name, type, role: roleOf(name, type, spec), ...none, state: 'appeared', why };
    });
  const columns = [...pairs, ...appeared].filter(({ name }) => wanted === undefined || wanted.includes(name));
  const other = columns.filter(({ reference, current }) => reference && current && !sameBins(reference, current));
  if (other.length > 0)
    throw new RangeError(
      `the two profiles were not counted over the same bins: ${other
        .map(({ name }) => name)
        .slice(0, 5)
        .join(
          ', ',
        )}${other.length > 5 ? ` and ${other.length - 5} more` : ''}; profile the current data over the reference's bins, or give their file`,
    );
  return columns;
}
