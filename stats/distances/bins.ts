import { checkCounts, checkSameLength } from '../tests/input.ts';

/** @throws RangeError without a bin, or for a count that is negative or not finite */
export function totalOf(counts: readonly number[]): number {
  if (counts.length === 0) throw new RangeError('counts must have at least one bin, got none');
  return checkCounts('counts', counts);
}

/** @throws RangeError if the two have different numbers of bins */
export function sumOver(
  reference: readonly number[],
  current: readonly number[],
  term: (p: number, q: number) => number,
): number {
  checkSameLength('reference', reference, 'current', current);
  return reference.reduce((sum, p, bin) => sum + term(p, current[bin] as number), 0);
}
