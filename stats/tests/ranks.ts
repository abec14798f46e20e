/** Called for each different value of two samples, in rising order. */
export type TieVisitor = (tied: { readonly inA: number; readonly inB: number; readonly rank: number }) => void;

/**
 * Walks two sorted samples together: how often each value is in either, and the rank that it shares in both together
 * (from 1; ties have the mean of theirs).
 */
export function visitTies(a: Float64Array, b: Float64Array, visit: TieVisitor): void {
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const value = Math.min(a[i] ?? Number.POSITIVE_INFINITY, b[j] ?? Number.POSITIVE_INFINITY);
    const [fromA, fromB] = [i, j];
    while (i < a.length && a[i] === value) i += 1;
    while (j < b.length && b[j] === value) j += 1;
    visit({ inA: i - fromA, inB: j - fromB, rank: (fromA + fromB + 1 + i + j) / 2 });
  }
}
