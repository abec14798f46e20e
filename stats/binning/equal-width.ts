import { populationMoments, rangeOf } from '../moments.ts';

/** Options of numpy's automatic bins. */
export interface NumpyBinsOptions {
  /**
   * The values were an integer column to numpy, whose bins are then at least 1 wide.
   *
   * @default false
   */
  readonly integer?: boolean;
}

/**
 * Edges by Sturges' rule, as numpy.histogram_bin_edges(values, 'sturges'): ⌈log2 n + 1⌉ bins of equal width from the
 * least to the greatest value; one bin of width 1 around a constant.
 *
 * @param values finite, in any order; Evidently passes reference and current together
 * @returns rising, one more than bins
 * @throws RangeError for no value or one that is not finite
 * @see numpy 2.4, lib/_histograms_impl.py
 */
export function sturgesEdges(values: Float64Array, options: NumpyBinsOptions = {}): number[] {
  const { least, greatest } = rangeOf(values);
  return edgesOfWidth(least, greatest, (greatest - least) / (Math.log2(values.length) + 1), options);
}

/**
 * Edges by Doane's rule, as numpy.histogram_bin_edges(values, 'doane'): Sturges' number of bins raised by the skewness,
 * 1 + log2 n + log2(1 + |g1| / σ(g1)). One bin for fewer than three values or a constant.
 *
 * @param values finite, in any order; NannyML passes the reference alone
 * @returns rising, one more than bins
 * @throws RangeError for no value or one that is not finite
 * @see Doane (1976), "Aesthetic frequency classifications"; numpy 2.4, lib/_histograms_impl.py
 */
export function doaneEdges(values: Float64Array, options: NumpyBinsOptions = {}): number[] {
  const { least, greatest } = rangeOf(values);
  const n = values.length;
  const { mean, deviation } = populationMoments(values);
  if (n <= 2 || deviation === 0) return edgesOfWidth(least, greatest, 0, options);
  const skewness = values.reduce((sum, value) => sum + ((value - mean) / deviation) ** 3, 0) / n;
  const skewnessError = Math.sqrt((6 * (n - 2)) / ((n + 1) * (n + 3)));
  const bins = 1 + Math.log2(n) + Math.log2(1 + Math.abs(skewness) / skewnessError);
  return edgesOfWidth(least, greatest, (greatest - least) / bins, options);
}

/**
 * Edges of bins of equal width, as numpy.linspace(least, greatest, bins + 1).
 *
 * @throws RangeError for a number of bins that is not a positive integer, bounds that are not finite or do not rise, or
 *   bounds too near to each other for so many bins
 */
export function equalWidthEdges(least: number, greatest: number, bins: number): number[] {
  if (!(least < greatest && Number.isFinite(greatest - least))) {
    throw new RangeError(`edges must go from a finite value to a greater one, got ${least} to ${greatest}`);
  }
  if (!(Number.isSafeInteger(bins) && bins >= 1)) throw new RangeError(`bins must be a positive integer, got ${bins}`);
  const step = (greatest - least) / bins;
  const edges = Array.from({ length: bins + 1 }, (_, i) => (i === bins ? greatest : i * step + least));
  if (edges.some((edge, i) => i > 0 && edge <= (edges[i - 1] as number))) {
    throw new RangeError(`${least} to ${greatest} is too narrow for ${bins} bins`);
  }
  return edges;
}

/** @param width wished for; 0 = one bin */
function edgesOfWidth(least: number, greatest: number, width: number, { integer = false }: NumpyBinsOptions): number[] {
  const [first, last] = least === greatest ? [least - 0.5, greatest + 0.5] : [least, greatest];
  const wide = integer && width > 0 ? Math.max(1, width) : width;
  return equalWidthEdges(first, last, wide > 0 ? Math.ceil((last - first) / wide) : 1);
}
