import type { ColumnProfile } from '../../profiles/profile.ts';
import { protectedLabel } from '../../protected.ts';
import { featureNames, type ModelSpec } from '../../spec/model-spec.ts';
import type { DriftColumn } from '../drift-report.ts';

/** A column of either side, counted, before anything is decided. */
export interface PairedColumn extends Pick<DriftColumn, 'name' | 'type' | 'role' | 'state' | 'misfits'> {
  /** Why it could not be compared. Absent if it can. */
  readonly why?: string;
  readonly reference?: ColumnProfile;
  readonly current?: ColumnProfile;
  /** Some values that the reference does not have. */
  readonly newValues: readonly string[];
  readonly importance?: number;
}

/** What a column is to the model of a spec; without one, a feature, but for times, which move on by themselves. */
export function roleOf(name: string, type: DriftColumn['type'], spec: ModelSpec | undefined): DriftColumn['role'] {
  if (!spec) return type === 'timestamp' ? 'timestamp' : 'feature';
  const { target, id, timestamp, protected: hidden } = spec.data;
  if (hidden.includes(name)) return 'protected';
  if (name === target) return 'target';
  if (name === id) return 'id';
  if (name === timestamp) return 'timestamp';
  return featureNames(spec).includes(name) ? 'feature' : 'ignored';
}

/** A protected column as it may be shown: categories under labels, of numbers and times only how many there are. */
export function withoutValues(column: ColumnProfile): ColumnProfile {
  const { name, type, count, nulls, nans, infinities, categories } = column;
  return {
    ...{ name, type, count, nulls, nans, infinities },
    ...(categories && {
      categories: {
        values: categories.values.map(([value, rows]): [string, number] => [protectedLabel(name, value), rows]),
        other: categories.other,
      },
    }),
  };
}
