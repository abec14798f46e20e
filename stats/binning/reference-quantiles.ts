/** Deciles and tails: what is below the first or above the last edge is under- and overflow. */
export const REFERENCE_QUANTILES: readonly number[] = [
  0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99,
];
/** A column with no more different values than this gets one bin per value. */
export const DISTINCT_LIMIT = 20;

/**
 * Edges of left-open bins fixed by a reference: REFERENCE_QUANTILES by nearest rank, or one bin per value where there are
 * at most DISTINCT_LIMIT of them. Made once and kept, so that scores of different windows compare.
 *
 * @param values in any order; those that are not finite are left out
 * @returns rising; empty without a finite value
 */
export function edgesOf(values: Float64Array): number[] {
  const sorted = values.filter(Number.isFinite).sort();
  if (sorted.length === 0) return [];
  const distinct: number[] = [];
  for (const value of sorted) {
    if (value !== distinct.at(-1)) distinct.push(value);
    if (distinct.length > DISTINCT_LIMIT) {
      return risingEdges(REFERENCE_QUANTILES.map((share) => nearestRank(sorted, share)));
    }
  }
  return edgesOfValues(distinct);
}

/**
 * One bin per value, between edges half-way to the neighbours, with empty bins at both ends for values never seen.
 *
 * @param values rising, at least one
 */
export function edgesOfValues(values: readonly number[]): number[] {
  const [first, last] = [values[0] as number, values.at(-1) as number];
  const between = values.slice(1).map((value, i) => (values[i] as number) / 2 + value / 2);
  // relative, so that a constant column of any scale notices a change
  const margin = Math.abs(first) * 1e-6 || 1e-6;
  const below = first - (between.length > 0 ? (between[0] as number) - first : margin);
  const above = last + (between.length > 0 ? last - (between.at(-1) as number) : margin);
  return risingEdges([below, ...between, above]);
}

/** Without edges that are not finite or do not rise, as where values pile up. */
export const risingEdges = (edges: readonly number[]): number[] =>
  edges.filter((edge, i) => Number.isFinite(edge) && (i === 0 || edge > (edges[i - 1] as number)));

const nearestRank = (sorted: Float64Array, share: number): number =>
  sorted[Math.max(Math.ceil(share * sorted.length) - 1, 0)] as number;
