import { pairCounts, valueCounts } from '../binning/value-counts.ts';
import { checkCounts } from '../tests/input.ts';
import type { CategoryCounts, Column, ColumnComparison, DatasetComparison } from './types.ts';

/** Counts over one bin per value of either side. */
export interface CountPair {
  readonly reference: readonly number[];
  readonly current: readonly number[];
}

/** Of a column of either kind; missing values are in no bin. @throws RangeError for a count that is none */
export function valuePair(column: Column): CountPair {
  if (column.kind === 'numeric') return pairCounts(valueCounts(column.reference), valueCounts(column.current));
  categoryRows(column.name, 'reference', column.reference);
  categoryRows(column.name, 'current', column.current);
  return pairCounts(column.reference.counts, column.current.counts);
}

/** Rows with a value. @throws RangeError for a count that is none */
export function categoryRows(name: string, side: string, { counts, missing }: CategoryCounts): number {
  checkCounts(`column ${name}: ${side}.missing`, [missing]);
  return checkCounts(`column ${name}: ${side}.counts`, [...counts.values()]);
}

/** Rows with a value: of numbers everything but NaN. @throws RangeError for a count that is none */
export function presentRows(column: Column, side: 'reference' | 'current'): number {
  if (column.kind === 'category') return categoryRows(column.name, side, column[side]);
  return column[side].reduce((rows, value) => (Number.isNaN(value) ? rows : rows + 1), 0);
}

export const presentValues = (values: Float64Array): Float64Array => values.filter((value) => !Number.isNaN(value));
export const finiteValues = (values: Float64Array): Float64Array => values.filter(Number.isFinite);

/** Nothing to compare, and why. */
export function incomparable(
  column: Column,
  method: string,
  direction: ColumnComparison['direction'],
  note: string,
): ColumnComparison {
  return { name: column.name, method, detected: false, direction, note };
}

/** The side without any value, if there is one. */
export function emptySide(column: Column): 'reference' | 'current' | undefined {
  if (presentRows(column, 'reference') === 0) return 'reference';
  return presentRows(column, 'current') === 0 ? 'current' : undefined;
}

/** The rule of tools that have none: each column speaks for itself. */
export function anyColumn(columns: readonly ColumnComparison[], rule: string): DatasetComparison {
  const share = driftedShare(columns);
  return {
    columns,
    ...(share !== undefined && { driftedShare: share }),
    detected: columns.some(({ detected }) => detected),
    rule,
  };
}

export function driftedShare(columns: readonly ColumnComparison[]): number | undefined {
  const compared = columns.filter(({ statistic }) => statistic !== undefined);
  if (compared.length === 0) return undefined;
  return compared.filter(({ detected }) => detected).length / compared.length;
}

/** @throws RangeError unless the value is one of those allowed */
export function oneOf<T extends string>(what: string, value: T, allowed: readonly T[]): T {
  if (!allowed.includes(value)) throw new RangeError(`${what} must be one of ${allowed.join(', ')}, got ${value}`);
  return value;
}

/** @throws RangeError for a threshold that is negative or not a number */
export function checkThreshold(threshold: number): number {
  if (!(threshold >= 0)) throw new RangeError(`threshold must be 0 or more, got ${threshold}`);
  return threshold;
}
