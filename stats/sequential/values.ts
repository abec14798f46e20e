/** @throws RangeError unless all are in [0, 1] */
export function checkValues(values: readonly number[]): void {
  const outside = values.find((value) => !(value >= 0 && value <= 1));
  if (outside !== undefined) throw new RangeError(`values must be within 0 and 1, got ${outside}`);
}

/** @throws RangeError unless there is one finite count of at least 0 per value */
export function checkCounts(counts: readonly number[], values: number): void {
  if (counts.length !== values || counts.some((count) => !(count >= 0 && Number.isFinite(count)))) {
    throw new RangeError(`counts must be ${values} numbers of at least 0, got [${counts.join(', ')}]`);
  }
}
