import { plainShares } from './epsilon.ts';

export interface BinnedDistance {
  /** With the rows of a bin spread evenly over it. */
  readonly distance: number;
  /** No values in these bins can be nearer to each other. */
  readonly atLeast: number;
  /** No values in these bins can be further apart. Both bounds are sharp. */
  readonly atMost: number;
}

/**
 * Wasserstein-1 of samples of which only counts per bin are left, with what the binning can hide.
 *
 * Between two edges the difference of the distribution functions may take any path that their shares allow: one side's
 * rows at the lower edge and the other's at the upper edge give the bounds.
 *
 * @param edges rising and finite, one more than bins; the outer ones are the least and the greatest value
 * @param reference counts or shares per bin; each side is divided by its total
 * @param current counts or shares over the same bins
 * @returns in the unit of the edges, 0 <= atLeast <= distance <= atMost
 * @throws RangeError for edges that do not rise or do not fit the bins, an empty side, or a negative or infinite weight
 */
export function binnedWasserstein(
  edges: readonly number[],
  reference: readonly number[],
  current: readonly number[],
): BinnedDistance {
  if (reference.length !== current.length || edges.length !== reference.length + 1) {
    throw new RangeError(
      `cannot compare ${reference.length} bins with ${current.length} over ${edges.length} edges: edges are one more`,
    );
  }
  const [p, q] = [plainShares(reference), plainShares(current)];
  let [ahead, distance, atLeast, atMost] = [0, 0, 0, 0];
  for (const [bin, here] of p.entries()) {
    const there = q[bin] as number;
    const width = (edges[bin + 1] as number) - (edges[bin] as number);
    if (!(width >= 0 && Number.isFinite(width))) {
      throw new RangeError(`edges must be finite and rise, got ${edges[bin]} before ${edges[bin + 1]}`);
    }
    const after = ahead + here - there;
    distance += width * meanHeight(ahead, after);
    atLeast += width * Math.max(0, ahead - there, -(ahead + here));
    atMost += width * Math.max(ahead + here, there - ahead);
    ahead = after;
  }
  return { distance, atLeast, atMost };
}

/** Mean of |h| while h goes evenly from one value to the other. */
function meanHeight(from: number, to: number): number {
  if (from * to >= 0) return Math.abs(from + to) / 2;
  return (from ** 2 + to ** 2) / (2 * Math.abs(from - to));
}
