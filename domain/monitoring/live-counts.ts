import * as z from 'zod';

const Count = z.number().int().nonnegative();
/** A sum without rounding, by `millrace/stats`. */
const Exact = z.array(z.number());

/** Equal-width bins of a probability, so that 0.5 is an edge. */
export const SCORE_BINS = 100;

/** Binary: scores of all rows, and of the labelled ones by label; confusion at the threshold of the spec, exactly. */
const BinaryLive = z.object({
  task: z.literal('binary'),
  threshold: z.number(),
  /** All rows, by score. */
  scores: z.array(Count).length(SCORE_BINS),
  negatives: z.array(Count).length(SCORE_BINS),
  positives: z.array(Count).length(SCORE_BINS),
  tp: Count,
  fp: Count,
  fn: Count,
  tn: Count,
  squaredErrorSum: Exact,
  logLossSum: Exact,
});

/** Multiclass: predicted class by row, `confusion[label][predicted]` of the labelled ones. */
const ClassLive = z.object({
  task: z.literal('multiclass'),
  predicted: z.array(Count),
  confusion: z.array(z.array(Count)),
  /** Absent where the model gives labels without probabilities. */
  logLossSum: Exact.optional(),
});

/** Regression: sums over the labelled rows. */
const NumberLive = z.object({
  task: z.literal('regression'),
  rows: Count,
  labelSum: Exact,
  labelSquareSum: Exact,
  errorSum: Exact,
  absoluteErrorSum: Exact,
  squaredErrorSum: Exact,
  squaredErrorSquareSum: Exact,
  relativeErrorSum: Exact,
  relativeErrorSquareSum: Exact,
});

/**
 * Sums that quality is computed from: labels add to them, and a corrected label takes back what it added. Each holds the
 * BinaryCounts, ClassCounts or RegressionCounts of `millrace/stats`, whose functions take them as they are.
 */
export const LiveCounts = z.discriminatedUnion('task', [BinaryLive, ClassLive, NumberLive]);
export type LiveCounts = z.infer<typeof LiveCounts>;
