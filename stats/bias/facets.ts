import type { Confusion } from '../quality/confusion.ts';

/** Rows of one group by their label, or by their prediction. */
export interface FacetCounts {
  readonly positives: number;
  readonly negatives: number;
}

/** What a group's rows are predicted to be. */
export const predictionsOf = ({ tp, fp, fn, tn }: Confusion): FacetCounts => ({
  positives: tp + fp,
  negatives: fn + tn,
});

/** What a group's rows are. */
export const labelsOf = ({ tp, fp, fn, tn }: Confusion): FacetCounts => ({ positives: tp + fn, negatives: fp + tn });

export const rowsOf = ({ positives, negatives }: FacetCounts): number => positives + negatives;

/** @throws RangeError for a count that is negative or not finite */
export function checkCounts(name: string, counts: FacetCounts | Confusion): void {
  for (const [cell, count] of Object.entries(counts)) {
    if (!(count >= 0 && count < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`${name}.${cell} must be a count from 0, got ${count}`);
    }
  }
}

/** Clarify's division: 0/0 = 0, x/0 = Infinity. */
export function ratioOf(part: number, of: number): number {
  if (of !== 0) return part / of;
  return part === 0 ? 0 : Number.POSITIVE_INFINITY;
}

/** Clarify's subtraction: two infinite ratios are equal. */
export const gapOf = (a: number, b: number): number => (a === b ? 0 : a - b);
