import { doaneEdges, equalWidthEdges } from '../binning/equal-width.ts';
import { type ClosedCounts, countRightOpenLastClosed } from '../binning/histogram.ts';
import { pairCounts } from '../binning/value-counts.ts';
import { hellinger, lInfinity } from '../distances/differences.ts';
import { jensenShannonDistance } from '../distances/divergences.ts';
import { wasserstein } from '../distances/samples.ts';
import { rangeOf } from '../moments.ts';
import { kolmogorovSmirnov } from '../tests/kolmogorov-smirnov.ts';

/** Reference rows from which NannyML estimates Kolmogorov–Smirnov and Wasserstein over bins. */
const ESTIMATED_FROM = 10_000;
const ESTIMATION_BINS = 10_000;

/** Fitted on a reference; scores a chunk. Neither is empty, and both are without missing values. */
export type ContinuousMethod = (reference: Float64Array) => (chunk: Float64Array) => number;

/** NannyML's methods for numbers, by its names. */
export const CONTINUOUS_METHODS = {
  /** Distance to base 2 over Doane's bins of the reference and one for what lies outside of them. */
  jensen_shannon: overDoaneBins((p, q) => jensenShannonDistance(p, q, '2')),
  hellinger: overDoaneBins(hellinger),
  kolmogorov_smirnov: (reference) =>
    reference.length < ESTIMATED_FROM
      ? (chunk) => kolmogorovSmirnov(reference, chunk, { method: 'limit' }).statistic
      : estimatedKolmogorovSmirnov(reference),
  wasserstein: (reference) =>
    reference.length < ESTIMATED_FROM ? (chunk) => wasserstein(reference, chunk) : estimatedWasserstein(reference),
} satisfies Record<string, ContinuousMethod>;
export type ContinuousMethodName = keyof typeof CONTINUOUS_METHODS;

type Counts = ReadonlyMap<string, number>;

/** NannyML's methods for categories, by its names; chi2 stands apart, since it alerts by a p-value. */
export const CATEGORICAL_METHODS = {
  /** Distance to base 2; categories that the reference does not have are one bin. */
  jensen_shannon: overReferenceCategories((p, q) => jensenShannonDistance(p, q, '2')),
  hellinger: overReferenceCategories(hellinger),
  l_infinity: (reference: Counts, chunk: Counts): number => {
    const pair = pairCounts(reference, chunk);
    return lInfinity(pair.reference, pair.current);
  },
};
export type CategoricalMethodName = keyof typeof CATEGORICAL_METHODS | 'chi2';

type Distance = (reference: readonly number[], current: readonly number[]) => number;

function overDoaneBins(distance: Distance): ContinuousMethod {
  return (reference) => {
    // of the values as floats, also of a column of integers
    const edges = doaneEdges(reference);
    const inReference = countRightOpenLastClosed(reference, edges).counts;
    return (chunk) => {
      const { counts, outside } = countRightOpenLastClosed(chunk, edges);
      return distance([...inReference, 0], [...counts, outside]);
    };
  };
}

function overReferenceCategories(distance: Distance) {
  return (reference: Counts, chunk: Counts): number => {
    let unseen = 0;
    for (const [value, count] of chunk) if (!reference.get(value)) unseen += count;
    const inChunk = [...reference.keys()].map((value) => (reference.get(value) ? (chunk.get(value) ?? 0) : 0));
    return distance([...reference.values(), 0], [...inChunk, unseen]);
  };
}

/** Distribution functions at the upper edges of 10,000 bins of equal width over the reference's range. */
function estimatedKolmogorovSmirnov(reference: Float64Array): (chunk: Float64Array) => number {
  const edges = referenceEdges(reference);
  const cdf = cumulative(countRightOpenLastClosed(reference, edges), 0, reference.length);
  return (chunk) => {
    const below = chunk.reduce((rows, value) => (value < (edges[0] as number) ? rows + 1 : rows), 0);
    const other = cumulative(countRightOpenLastClosed(chunk, edges), below / chunk.length, chunk.length);
    return cdf.reduce((most, share, i) => Math.max(most, Math.abs(share - (other[i] as number))), 0);
  };
}

/**
 * The area between the same distribution functions within the reference's range, and what lies outside of it by itself.
 * To the letter NannyML's, which counts one row too many below the range where there are any.
 */
function estimatedWasserstein(reference: Float64Array): (chunk: Float64Array) => number {
  const edges = referenceEdges(reference);
  const [least, greatest] = [edges[0] as number, edges.at(-1) as number];
  const width = (edges[1] as number) - least;
  const cdf = cumulative(countRightOpenLastClosed(reference, edges), 0, reference.length);
  return (chunk) => {
    const outside = chunk.filter((value) => value < least || value > greatest);
    const below = outside.reduce((rows, value) => (value < least ? rows + 1 : rows), 0);
    const from = below > 0 ? (below + 1) / chunk.length : 0;
    const other = cumulative(countRightOpenLastClosed(chunk, edges), from, chunk.length);
    const within = cdf.reduce((area, share, i) => area + Math.abs(share - (other[i] as number)) * width, 0);
    const ways = outside.reduce((sum, value) => sum + (value < least ? least - value : value - greatest), 0);
    return within + ways / chunk.length;
  };
}

function cumulative({ counts }: ClosedCounts, from: number, rows: number): number[] {
  let sum = from;
  return counts.map((count) => {
    sum += count / rows;
    return sum;
  });
}

function referenceEdges(reference: Float64Array): number[] {
  const { least, greatest } = rangeOf(reference);
  return least === greatest
    ? equalWidthEdges(least - 0.5, greatest + 0.5, ESTIMATION_BINS)
    : equalWidthEdges(least, greatest, ESTIMATION_BINS);
}
