import type { Interval } from '../intervals/index.ts';
import { type CalibrationBin, calibrationErrorOf } from './calibration.ts';
import { checkThreshold, isProbability } from './checks.ts';
import { type Confusion, type ConfusionFigures, confusionFigures } from './confusion.ts';
import { addProduct, addSum, type ExactSum, totalOf } from './exact-sum.ts';
import { logLossOf } from './probability.ts';
import { averagePrecisionOfGroups, rocAucOfGroups } from './ranking.ts';
import { averagePrecisionBounds, rocAucBinningError } from './ranking-bounds.ts';

/** Labelled rows by score, in bins of equal width over [0, 1]: bin i holds scores from i / bins on, the last one 1 too. */
export interface ScoreHistogram {
  negatives: number[];
  positives: number[];
}

/**
 * All that is kept of a binary model's labelled rows: plain JSON, of fixed size. Counts add up: a label adds, a corrected one
 * takes back what it added, and windows are sums of their parts, without rounding and in any order. A record that is only a
 * change may hold negative counts; figures of it are refused.
 */
export interface BinaryCounts extends ScoreHistogram {
  /** A score at or above it is predicted positive. */
  readonly threshold: number;
  /** At the threshold, exactly: it need not lie between two bins. */
  tp: number;
  fp: number;
  fn: number;
  tn: number;
  squaredErrorSum: ExactSum;
  logLossSum: ExactSum;
}

export interface BinaryFigures extends ConfusionFigures {
  readonly rows: number;
  /** Share of the rows that are positive. */
  readonly positiveShare: number;
  /** With scores of one bin as ties. */
  readonly rocAuc: number;
  /** The AUC of the scores themselves is within this of `rocAuc`. */
  readonly rocAucBinningError: number;
  readonly averagePrecision: number;
  /** The average precision of the scores themselves lies within. */
  readonly averagePrecisionBounds: Interval;
  /** Exact. */
  readonly logLoss: number;
  /** Exact. */
  readonly brier: number;
  /** {@link calibrationErrorOfCounts} of ten bins, or of as many as divide the histogram's. */
  readonly calibrationError: number;
}

/** Bins of a score histogram unless said otherwise: 0.5 is an edge, and so is every other hundredth. */
export const DEFAULT_SCORE_BINS = 100;

/**
 * Counts of no rows.
 *
 * @param bins of the histogram
 * @throws RangeError for a threshold that is NaN, or no whole number of bins
 */
export function emptyBinaryCounts(threshold: number, bins: number = DEFAULT_SCORE_BINS): BinaryCounts {
  checkThreshold(threshold);
  if (!(Number.isSafeInteger(bins) && bins >= 1))
    throw new RangeError(`bins must be a whole number from 1, got ${bins}`);
  const zeros = () => new Array<number>(bins).fill(0);
  return {
    threshold,
    negatives: zeros(),
    positives: zeros(),
    tp: 0,
    fp: 0,
    fn: 0,
    tn: 0,
    squaredErrorSum: [],
    logLossSum: [],
  };
}

/**
 * Bin of a score: the last i with i / bins <= score.
 *
 * @param score in [0, 1]
 * @throws RangeError
 */
export function scoreBin(score: number, bins: number): number {
  if (!isProbability(score)) throw new RangeError(`score must be within 0 and 1, got ${score}`);
  const bin = Math.min(Math.floor(score * bins), bins - 1);
  // 0.29 * 100 is just below 29
  if (bin + 1 < bins && score >= (bin + 1) / bins) return bin + 1;
  return score < bin / bins ? bin - 1 : bin;
}

/**
 * Counts a labelled row, in place.
 *
 * @param label 0 or 1
 * @param score probability of the positive class, in [0, 1]
 * @param times how many rows it stands for: a whole number; -1 takes a row back
 * @throws RangeError
 */
export function addBinaryLabel(counts: BinaryCounts, label: number, score: number, times = 1): void {
  if (label !== 0 && label !== 1) throw new RangeError(`label must be 0 or 1, got ${label}`);
  if (!Number.isSafeInteger(times)) throw new RangeError(`times must be a whole number, got ${times}`);
  const bin = scoreBin(score, counts.positives.length);
  ((label === 1 ? counts.positives : counts.negatives)[bin] as number) += times;
  const positive = score >= counts.threshold;
  counts[label === 1 ? (positive ? 'tp' : 'fn') : positive ? 'fp' : 'tn'] += times;
  addProduct(counts.squaredErrorSum, (score - label) ** 2, times);
  addProduct(counts.logLossSum, logLossOf(label === 1 ? score : 1 - score), times);
}

/**
 * Adds other counts, in place.
 *
 * @param times -1 takes them back
 * @throws RangeError unless bins and threshold are the same
 */
export function addBinaryCounts(counts: BinaryCounts, other: Readonly<BinaryCounts>, times: 1 | -1 = 1): void {
  if (counts.threshold !== other.threshold || counts.positives.length !== other.positives.length) {
    const shape = ({ threshold, positives }: Readonly<BinaryCounts>) =>
      `threshold ${threshold}, ${positives.length} bins`;
    throw new RangeError(`counts must have the same shape, got ${shape(counts)} and ${shape(other)}`);
  }
  for (let i = 0; i < counts.positives.length; i++) {
    (counts.positives[i] as number) += times * (other.positives[i] as number);
    (counts.negatives[i] as number) += times * (other.negatives[i] as number);
  }
  for (const outcome of ['tp', 'fp', 'fn', 'tn'] as const) counts[outcome] += times * other[outcome];
  addSum(counts.squaredErrorSum, other.squaredErrorSum, times);
  addSum(counts.logLossSum, other.logLossSum, times);
}

/**
 * Quality from counts; NaN = undefined, as for no rows or only one class.
 *
 * @throws RangeError for a negative count: a row was taken back that was never added
 */
export function binaryFigures(counts: Readonly<BinaryCounts>): BinaryFigures {
  const { positives } = counts;
  checkCounts(counts);
  const rows = rowsOf(counts);
  return {
    rows,
    positiveShare: (counts.tp + counts.fn) / rows,
    ...confusionFigures(counts),
    rocAuc: rocAucOfGroups(counts),
    rocAucBinningError: rocAucBinningError(counts),
    averagePrecision: averagePrecisionOfGroups(counts),
    averagePrecisionBounds: averagePrecisionBounds(counts),
    logLoss: totalOf(counts.logLossSum) / rows,
    brier: totalOf(counts.squaredErrorSum) / rows,
    calibrationError: calibrationErrorOfCounts(counts, positives.length % 10 === 0 ? 10 : positives.length),
  };
}

/** One of {@link binaryFigures}, for who needs no other: much less work. */
export function binaryFigure(
  counts: Readonly<BinaryCounts>,
  figure: keyof ConfusionFigures | 'rocAuc' | 'averagePrecision' | 'logLoss' | 'brier',
): number {
  checkCounts(counts);
  switch (figure) {
    case 'rocAuc':
      return rocAucOfGroups(counts);
    case 'averagePrecision':
      return averagePrecisionOfGroups(counts);
    case 'logLoss':
      return totalOf(counts.logLossSum) / rowsOf(counts);
    case 'brier':
      return totalOf(counts.squaredErrorSum) / rowsOf(counts);
    default:
      return confusionFigures(counts)[figure];
  }
}

const rowsOf = ({ tp, fp, fn, tn }: Confusion): number => tp + fp + fn + tn;

/** @throws RangeError */
function checkCounts({ tp, fp, fn, tn, positives, negatives }: Readonly<BinaryCounts>): void {
  const lowest = Math.min(tp, fp, fn, tn, ...positives, ...negatives);
  if (lowest < 0) throw new RangeError(`counts must not be below 0, got ${lowest}`);
}

/**
 * Confusion at another threshold.
 *
 * @param threshold a multiple of 1 / bins
 * @throws RangeError for one that is no edge of the histogram
 */
export function confusionAt({ positives, negatives }: Readonly<ScoreHistogram>, threshold: number): Confusion {
  const bins = positives.length;
  const edge = Math.round(threshold * bins);
  // 1 is inside the last bin, and no edge
  if (edge / bins !== threshold || edge < 0 || edge >= bins) {
    throw new RangeError(`threshold must be a multiple of 1/${bins} from 0 and below 1, got ${threshold}`);
  }
  const counts = { tp: 0, fp: 0, fn: 0, tn: 0 };
  for (let i = 0; i < bins; i++) {
    counts[i >= edge ? 'tp' : 'fn'] += positives[i] as number;
    counts[i >= edge ? 'fp' : 'tn'] += negatives[i] as number;
  }
  return counts;
}

/**
 * Expected calibration error of equal-width bins, with the middle of its bin for each score: within half a histogram bin
 * (0.005 of 100) of that of the scores, which {@link expectedCalibrationError} gives but for scores on an edge.
 *
 * @param bins a divisor of the histogram's
 * @throws RangeError
 */
export function calibrationErrorOfCounts(histogram: Readonly<ScoreHistogram>, bins = 10): number {
  return calibrationErrorOf(calibrationOfCounts(histogram, bins));
}

/** Calibration curve under the conventions of {@link calibrationErrorOfCounts}. */
export function calibrationOfCounts({ positives, negatives }: Readonly<ScoreHistogram>, bins = 10): CalibrationBin[] {
  const width = positives.length / bins;
  if (!Number.isInteger(width)) {
    throw new RangeError(`bins must divide the ${positives.length} of the histogram, got ${bins}`);
  }
  const curve: CalibrationBin[] = [];
  for (let start = 0; start < positives.length; start += width) {
    let [rows, hits, scores] = [0, 0, 0];
    for (let i = start; i < start + width; i++) {
      const own = (positives[i] as number) + (negatives[i] as number);
      rows += own;
      hits += positives[i] as number;
      scores += (own * (i + 0.5)) / positives.length;
    }
    if (rows > 0) curve.push({ rows, meanProbability: scores / rows, positiveShare: hits / rows });
  }
  return curve;
}
