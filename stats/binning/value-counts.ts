/** Counts of two samples over the same values, one bin per value. */
export interface PairedCounts<V> {
  /** Those of the reference in its order, then those that only the current sample has. */
  readonly values: readonly V[];
  readonly reference: readonly number[];
  readonly current: readonly number[];
}

/**
 * One bin per value that either side has.
 *
 * @param reference rows per value; a value with 0 rows counts as one that the side does not have
 */
export function pairCounts<V>(reference: ReadonlyMap<V, number>, current: ReadonlyMap<V, number>): PairedCounts<V> {
  const has = (counts: ReadonlyMap<V, number>) => [...counts].flatMap(([value, count]) => (count === 0 ? [] : [value]));
  const values = [...new Set([...has(reference), ...has(current)])];
  const over = (counts: ReadonlyMap<V, number>) => values.map((value) => counts.get(value) ?? 0);
  return { values, reference: over(reference), current: over(current) };
}

/** Rows per value, in rising order of the values; NaN is not counted, −0 is 0. */
export function valueCounts(values: Float64Array): Map<number, number> {
  const counts = new Map<number, number>();
  for (const value of values.toSorted()) {
    if (!Number.isNaN(value)) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return counts;
}
