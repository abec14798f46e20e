/** Rows of the two samples that are compared. */
export interface SampleSizes {
  readonly reference: number;
  readonly current: number;
}

/**
 * n m / (n + m): the rows that the two samples are worth together. Every null law here is one of a score times this
 * number or its root.
 *
 * @throws RangeError for a side that is not at least one row
 */
export function effectiveRows({ reference, current }: SampleSizes): number {
  for (const [side, rows] of Object.entries({ reference, current })) {
    if (!(rows >= 1)) throw new RangeError(`${side} must have at least one row, got ${rows}`);
  }
  // a reference of any size, up to Infinity
  return 1 / (1 / reference + 1 / current);
}

/** @throws RangeError for an alpha outside (0, 1) */
export function refuseAlpha(alpha: number): void {
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`alpha must be between 0 and 1, got ${alpha}`);
}
