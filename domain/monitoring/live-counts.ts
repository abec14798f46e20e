import * as z from 'zod';
import {
  addBinaryCounts,
  addBinaryLabel,
  addClassCounts,
  addClassLabel,
  addRegressionCounts,
  addRegressionLabel,
  DEFAULT_SCORE_BINS,
  emptyBinaryCounts,
  emptyClassCounts,
  emptyRegressionCounts,
  scoreBin,
} from '../../stats/quality/index.ts';

const Count = z.number().int().nonnegative();
/** An `ExactSum` of stats/quality. */
const Sum = z.array(z.number());

/** Equal-width bins of a probability, so that 0.5 is an edge. */
export const SCORE_BINS = DEFAULT_SCORE_BINS;

const Scores = z.array(Count).length(SCORE_BINS);

/** Binary: scores of all rows, and `BinaryCounts` of the labelled ones. */
const BinaryLive = z.object({
  task: z.literal('binary'),
  /** All rows, by score. */
  scores: Scores,
  threshold: z.number(),
  negatives: Scores,
  positives: Scores,
  tp: Count,
  fp: Count,
  fn: Count,
  tn: Count,
  squaredErrorSum: Sum,
  logLossSum: Sum,
});

/** Multiclass: predicted class of all rows, and `ClassCounts` of the labelled ones. */
const ClassLive = z.object({
  task: z.literal('multiclass'),
  predicted: z.array(Count),
  confusion: z.array(z.array(Count)),
  /** Absent where the model gives labels without probabilities. */
  logLossSum: Sum.optional(),
});

/** Regression: `RegressionCounts` of the labelled rows. */
const RegressionLive = z.object({
  task: z.literal('regression'),
  rows: Count,
  labelSum: Sum,
  labelSquareSum: Sum,
  errorSum: Sum,
  absoluteErrorSum: Sum,
  squaredErrorSum: Sum,
  squaredErrorSquareSum: Sum,
  relativeErrorSum: Sum,
  relativeErrorSquareSum: Sum,
});

/** Sums that quality is computed from; those of two disjoint sets of rows add up to those of both. */
export const LiveCounts = z.discriminatedUnion('task', [BinaryLive, ClassLive, RegressionLive]);
export type LiveCounts = z.infer<typeof LiveCounts>;

export interface LiveShape {
  readonly task: LiveCounts['task'];
  /** A score at or above it counts as positive. */
  readonly threshold: number;
  /** Number of classes. */
  readonly classes: number;
  /** Whether a multiclass model gives one probability per class. */
  readonly probabilities: boolean;
}

/** Counts of no rows. */
export function emptyLiveCounts({ task, threshold, classes, probabilities }: LiveShape): LiveCounts {
  if (task === 'regression') return { task, ...emptyRegressionCounts() };
  if (task === 'binary') return { task, scores: new Array(SCORE_BINS).fill(0), ...emptyBinaryCounts(threshold) };
  return { task, predicted: new Array(classes).fill(0), ...emptyClassCounts(classes, probabilities) };
}

/** Counts a row, labelled or not. @param prediction score, class index or number */
export function addLivePrediction(live: LiveCounts, prediction: number, weight: number): void {
  if (live.task === 'regression') return;
  const counts = live.task === 'binary' ? live.scores : live.predicted;
  (counts[live.task === 'binary' ? scoreBin(prediction, SCORE_BINS) : prediction] as number) += weight;
}

export interface LiveLabel {
  /** Class index (binary: 1 = positive) or number. */
  readonly label: number;
  /** Score, class index or number. */
  readonly prediction: number;
  /** Of a multiclass model that gives some: the one of the label's class. */
  readonly probability?: number;
}

/** Counts what is known of a labelled row, besides `addLivePrediction`. @throws RangeError for values out of range */
export function addLiveLabel(live: LiveCounts, { label, prediction, probability }: LiveLabel, weight: number): void {
  if (live.task === 'binary') addBinaryLabel(live, label, prediction, weight);
  else if (live.task === 'regression') addRegressionLabel(live, label, prediction, weight);
  else addClassLabel(live, { label, predicted: prediction, ...(probability !== undefined && { probability }) }, weight);
}

/**
 * Sums of the rows of both; the log loss of classes only if both have one.
 * @throws RangeError for different tasks, thresholds or numbers of classes
 */
export function mergeLiveCounts(a: LiveCounts, b: LiveCounts): LiveCounts {
  const sum = structuredClone(a);
  if (sum.task === 'binary' && b.task === 'binary') {
    addBinaryCounts(sum, b);
    sum.scores = sum.scores.map((count, i) => count + (b.scores[i] as number));
  } else if (sum.task === 'multiclass' && b.task === 'multiclass') {
    const { logLossSum, ...withoutLoss } = b;
    if (!logLossSum) delete sum.logLossSum;
    addClassCounts(sum, sum.logLossSum ? b : withoutLoss);
    sum.predicted = sum.predicted.map((count, i) => count + (b.predicted[i] as number));
  } else if (sum.task === 'regression' && b.task === 'regression') addRegressionCounts(sum, b);
  else throw new RangeError(`cannot merge counts of ${a.task} with those of ${b.task}`);
  return sum;
}
