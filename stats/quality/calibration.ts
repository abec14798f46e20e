import { checkBinaryLabels, checkLengths, checkProbabilities } from './checks.ts';

/** Rows whose probabilities lie in one bin. */
export interface CalibrationBin {
  readonly rows: number;
  /** Mean probability of the rows. */
  readonly meanProbability: number;
  /** Share of the rows that are positive. */
  readonly positiveShare: number;
}

export interface CalibrationBinning {
  /** @default 10 */
  readonly bins?: number;
  /**
   * `equal-width`: bins of [0, 1] (scikit-learn's `uniform`); `equal-mass`: between quantiles of the probabilities, linearly
   * interpolated (`quantile`). Bins are closed on the right, the first on both sides. @default 'equal-width'
   */
  readonly strategy?: 'equal-width' | 'equal-mass';
}

/**
 * How often rows of about one probability are positive (reliability diagram); empty bins are left out.
 *
 * @param labels 0 or 1
 * @param probabilities of the positive class, in [0, 1]
 * @throws RangeError for other values, lengths that differ, or no whole number of bins
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.calibration.calibration_curve.html (the same values)
 */
export function calibrationCurve(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  { bins = 10, strategy = 'equal-width' }: CalibrationBinning = {},
): CalibrationBin[] {
  checkLengths('labels', labels, 'probabilities', probabilities);
  checkBinaryLabels(labels);
  checkProbabilities('probabilities', probabilities);
  if (!(Number.isSafeInteger(bins) && bins >= 1))
    throw new RangeError(`bins must be a whole number from 1, got ${bins}`);
  const edges = strategy === 'equal-width' ? widthEdges(bins) : massEdges(probabilities, bins);
  const sums = Array.from({ length: bins }, () => ({ rows: 0, probability: 0, positives: 0 }));
  for (let i = 0; i < labels.length; i++) {
    const probability = probabilities[i] as number;
    const bin = sums[edgesBelow(edges, probability)] as (typeof sums)[number];
    bin.rows += 1;
    bin.probability += probability;
    bin.positives += labels[i] as number;
  }
  return sums.flatMap(({ rows, probability, positives }) =>
    rows === 0 ? [] : [{ rows, meanProbability: probability / rows, positiveShare: positives / rows }],
  );
}

/**
 * Expected calibration error: |mean probability - share of positives| of each bin of {@link calibrationCurve}, weighted by
 * its rows (Naeini, Cooper, Hauskrecht 2015). It depends on the binning: compare like with like.
 *
 * @returns in [0, 1], 0 is best; NaN for no rows
 * @throws RangeError as calibrationCurve
 */
export function expectedCalibrationError(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  binning: CalibrationBinning = {},
): number {
  return calibrationErrorOf(calibrationCurve(labels, probabilities, binning));
}

/** Expected calibration error of bins. */
export function calibrationErrorOf(bins: readonly CalibrationBin[]): number {
  let [rows, error] = [0, 0];
  for (const bin of bins) {
    rows += bin.rows;
    error += bin.rows * Math.abs(bin.meanProbability - bin.positiveShare);
  }
  return error / rows;
}

/** Edges between bins, without 0 and 1. */
const widthEdges = (bins: number): number[] => Array.from({ length: bins - 1 }, (_, i) => (i + 1) / bins);

function massEdges(probabilities: ArrayLike<number>, bins: number): number[] {
  const sorted = Float64Array.from(probabilities).sort();
  return Array.from({ length: sorted.length === 0 ? 0 : bins - 1 }, (_, i) => {
    const position = ((i + 1) / bins) * (sorted.length - 1);
    const low = Math.floor(position);
    const [from, to] = [sorted[low] as number, sorted[Math.min(low + 1, sorted.length - 1)] as number];
    return from + (to - from) * (position - low);
  });
}

/** Number of edges below the value; edges rise. */
function edgesBelow(edges: readonly number[], value: number): number {
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((edges[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
