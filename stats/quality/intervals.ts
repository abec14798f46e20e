import { type Interval, normalInterval, wilsonInterval } from '../intervals/index.ts';
import { type BinaryCounts, binaryFigure } from './binary-counts.ts';
import { type ClassCounts, classFiguresOfCounts } from './class-counts.ts';
import { centredSquares } from './exact-sum.ts';
import { logLossOf } from './probability.ts';
import { rocAucStandardError } from './ranking.ts';
import { type RegressionCounts, regressionFiguresOfCounts } from './regression-counts.ts';

export interface IntervalOptions {
  /** Share of intervals that hold the true value. @default 0.95 */
  readonly confidence?: number;
  /** Counted rows that are worth one row seen: of weighted ones sum(weight^2) / sum(weight) (Kish). @default 1 */
  readonly designEffect?: number;
}

/** By figure; absent where it is undefined, or where too few rows say nothing of its spread. */
export type Intervals<Figure extends string> = { readonly [figure in Figure]?: Interval };

/**
 * Confidence intervals of a binary model's figures.
 *
 * - accuracy, precision, recall, specificity, npv: Wilson
 * - f1: Wilson's of tp / (tp + fp + fn), of which it is the rising function 2 p / (1 + p)
 * - rocAuc: normal, with the standard error of DeLong of the binned scores, cut to [0, 1]; where that is 0, as when all pairs
 *   are in order, Wilson's of as many rows as the smaller class has
 * - averagePrecision: normal on the logit scale, with 1 / sqrt(positives * AP * (1 - AP)) (Boyd, Eng, Page 2013)
 * - logLoss, brier: normal, the spread being that of the middles of the bins: too small for a model that is surely wrong
 *
 * @throws RangeError for negative counts, confidence outside 0 and 1, or a design effect below 1
 * @see https://doi.org/10.1007/978-3-642-40994-3_29 (Boyd, Eng, Page)
 */
export function binaryIntervals(
  counts: Readonly<BinaryCounts>,
  options: IntervalOptions = {},
): Intervals<BinaryIntervalFigure> {
  const intervals = BINARY_INTERVAL_FIGURES.map((figure) => [figure, binaryInterval(counts, figure, options)]);
  return defined(Object.fromEntries(intervals) as Record<BinaryIntervalFigure, Interval | undefined>);
}

const BINARY_INTERVAL_FIGURES = [
  'accuracy',
  'precision',
  'recall',
  'specificity',
  'npv',
  'f1',
  'rocAuc',
  'averagePrecision',
  'logLoss',
  'brier',
] as const;
export type BinaryIntervalFigure = (typeof BINARY_INTERVAL_FIGURES)[number];

/** One of {@link binaryIntervals}; undefined where that has none. @throws RangeError as binaryIntervals */
export function binaryInterval(
  counts: Readonly<BinaryCounts>,
  figure: BinaryIntervalFigure,
  options: IntervalOptions = {},
): Interval | undefined {
  const { tp, fp, fn, tn } = counts;
  const value = binaryFigure(counts, figure);
  const share = shareInterval(options);
  switch (figure) {
    case 'accuracy':
      return share(tp + tn, tp + fp + fn + tn);
    case 'precision':
      return share(tp, tp + fp);
    case 'recall':
      return share(tp, tp + fn);
    case 'specificity':
      return share(tn, tn + fp);
    case 'npv':
      return share(tn, tn + fn);
    case 'f1': {
      const jaccard = share(tp, tp + fp + fn);
      return jaccard && { lower: f1Of(jaccard.lower), upper: f1Of(jaccard.upper) };
    }
    case 'rocAuc': {
      const error = rocAucStandardError(counts);
      const fewer = Math.min(tp + fn, fp + tn);
      const auc = error === 0 ? share(value * fewer, fewer) : around(value, error, options);
      return auc && { lower: Math.max(0, auc.lower), upper: Math.min(1, auc.upper) };
    }
    case 'averagePrecision':
      return logitInterval(value, tp + fn, options);
    case 'logLoss':
    case 'brier':
      return around(value, spreadOf(counts)[figure], options);
  }
}

/** Confidence interval of the accuracy of classes (Wilson). F1 has none: rows of a class share its predictions. */
export function classIntervals(counts: Readonly<ClassCounts>, options: IntervalOptions = {}): Intervals<'accuracy'> {
  const { rows, accuracy } = classFiguresOfCounts(counts);
  return defined({ accuracy: shareInterval(options)(Math.round(accuracy * rows), rows) });
}

/**
 * Confidence intervals of a regression's figures: normal, by the variance of what is averaged; rmse by the square roots of
 * that of mse. r2 has none.
 *
 * @throws RangeError as {@link binaryIntervals}
 */
export function regressionIntervals(
  counts: Readonly<RegressionCounts>,
  options: IntervalOptions = {},
): Intervals<'mae' | 'mse' | 'rmse' | 'mape' | 'bias'> {
  const { rows, mae, mse, mape, bias } = regressionFiguresOfCounts(counts);
  const error = (sum: readonly number[], squares: readonly number[]) =>
    Math.sqrt(centredSquares(rows, sum, squares) / (rows - 1) / rows);
  const squared = around(mse, error(counts.squaredErrorSum, counts.squaredErrorSquareSum), options);
  return defined({
    mae: around(mae, error(counts.absoluteErrorSum, counts.squaredErrorSum), options),
    mse: squared,
    rmse: squared && { lower: Math.sqrt(Math.max(0, squared.lower)), upper: Math.sqrt(squared.upper) },
    mape: around(mape, error(counts.relativeErrorSum, counts.relativeErrorSquareSum), options),
    bias: around(bias, error(counts.errorSum, counts.squaredErrorSum), options),
  });
}

const f1Of = (jaccard: number): number => (2 * jaccard) / (1 + jaccard);

const shareInterval =
  (options: IntervalOptions) =>
  (part: number, of: number): Interval | undefined => {
    const effect = designEffectOf(options);
    return of > 0 ? wilsonInterval(part / effect, of / effect, options.confidence) : undefined;
  };

function around(value: number, standardError: number, options: IntervalOptions): Interval | undefined {
  const spread = standardError * Math.sqrt(designEffectOf(options));
  return Number.isFinite(value) && Number.isFinite(spread)
    ? normalInterval(value, spread, 1, options.confidence)
    : undefined;
}

function logitInterval(share: number, rows: number, options: IntervalOptions): Interval | undefined {
  if (!(share > 0 && share < 1)) return undefined;
  const logit = around(Math.log(share / (1 - share)), 1 / Math.sqrt(rows * share * (1 - share)), options);
  return logit && { lower: 1 / (1 + Math.exp(-logit.lower)), upper: 1 / (1 + Math.exp(-logit.upper)) };
}

/** Standard errors of both means. */
function spreadOf({ positives, negatives }: Readonly<BinaryCounts>): { logLoss: number; brier: number } {
  const bins = positives.length;
  const moments = { rows: 0, logLoss: 0, logLossSquares: 0, brier: 0, brierSquares: 0 };
  for (let i = 0; i < bins; i++) {
    const middle = (i + 0.5) / bins;
    for (const [rows, miss] of [
      [positives[i] as number, 1 - middle],
      [negatives[i] as number, middle],
    ] as const) {
      const [loss, square] = [logLossOf(1 - miss), miss ** 2];
      moments.rows += rows;
      moments.logLoss += rows * loss;
      moments.logLossSquares += rows * loss ** 2;
      moments.brier += rows * square;
      moments.brierSquares += rows * square ** 2;
    }
  }
  const { rows } = moments;
  const error = (sum: number, squares: number) => Math.sqrt(Math.max(0, squares - sum ** 2 / rows) / (rows - 1) / rows);
  return {
    logLoss: error(moments.logLoss, moments.logLossSquares),
    brier: error(moments.brier, moments.brierSquares),
  };
}

function designEffectOf({ designEffect = 1 }: IntervalOptions): number {
  if (!(designEffect >= 1 && designEffect < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`designEffect must be at least 1, got ${designEffect}`);
  }
  return designEffect;
}

function defined<Figure extends string>(intervals: Record<Figure, Interval | undefined>): Intervals<Figure> {
  return Object.fromEntries(Object.entries(intervals).filter(([, interval]) => interval)) as Intervals<Figure>;
}
