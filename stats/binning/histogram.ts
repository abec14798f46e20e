/**
 * Counts over left-open bins with both tails, as profiles hold them: the first bin is what is <= edges[0], bin i what is
 * in (edges[i − 1], edges[i]], the last what is above every edge. A 0/1 column drifts visibly over edges at its values.
 *
 * @param values NaN is in no bin, an infinity in a tail
 * @param edges rising
 * @returns one count more than edges
 * @throws RangeError for edges that do not rise
 */
export function countLeftOpen(values: Float64Array, edges: readonly number[]): number[] {
  refuseFalling(edges);
  const counts = new Array<number>(edges.length + 1).fill(0);
  for (const value of values) if (!Number.isNaN(value)) (counts[leftOpenBin(edges, value)] as number) += 1;
  return counts;
}

/** Index of the left-open bin: how many edges are below the value. */
export function leftOpenBin(edges: readonly number[], value: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((edges[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

export interface ClosedCounts {
  /** One less than edges. */
  readonly counts: number[];
  /** Values below the first edge, above the last, and NaN. */
  readonly outside: number;
}

/**
 * Counts over right-open bins, the last one closed, as numpy.histogram(values, edges): bin i is what is in
 * [edges[i], edges[i + 1]), the last [edges[k − 1], edges[k]].
 *
 * @param edges rising, at least two
 * @throws RangeError for fewer than two edges or edges that do not rise
 * @see https://numpy.org/doc/stable/reference/generated/numpy.histogram.html
 */
export function countRightOpenLastClosed(values: Float64Array, edges: readonly number[]): ClosedCounts {
  refuseFalling(edges);
  if (edges.length < 2) throw new RangeError(`bins between edges need at least two, got ${edges.length}`);
  const [first, last] = [edges[0] as number, edges.at(-1) as number];
  const counts = new Array<number>(edges.length - 1).fill(0);
  let outside = 0;
  for (const value of values) {
    if (value >= first && value <= last) (counts[rightOpenBin(edges, value)] as number) += 1;
    else outside += 1;
  }
  return { counts, outside };
}

/** @param value between the outer edges */
function rightOpenBin(edges: readonly number[], value: number): number {
  let low = 0;
  let high = edges.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((edges[middle] as number) <= value) low = middle;
    else high = middle;
  }
  return low;
}

function refuseFalling(edges: readonly number[]): void {
  for (const [i, edge] of edges.entries()) {
    if (Number.isNaN(edge) || (i > 0 && edge <= (edges[i - 1] as number))) {
      throw new RangeError(`edges must rise, got ${edge} at ${i}${i > 0 ? ` after ${edges[i - 1]}` : ''}`);
    }
  }
}
