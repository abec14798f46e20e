import { type Interval, normalInterval } from '../../../stats/intervals/index.ts';
import {
  binaryFigure,
  binaryInterval,
  classFiguresOfCounts,
  classIntervals,
  confusionAt,
  type IntervalOptions,
  macroF1StandardError,
  regressionFiguresOfCounts,
  regressionIntervals,
} from '../../../stats/quality/index.ts';
import type { LIVE_METRICS } from '../../spec/monitoring.ts';
import { sum } from '../bins.ts';
import { type LiveCounts, SCORE_BINS } from '../live-counts.ts';

export type LiveMetric = (typeof LIVE_METRICS)[keyof typeof LIVE_METRICS][number];

/** A metric of labelled rows; NaN where it is undefined, without an interval where nothing says how much it varies. */
export interface LiveFigure {
  readonly value: number;
  readonly interval: Interval | undefined;
}

/** Rows of either class below which the order of scores says nothing: with fewer no interval holds what it promises. */
const FEWEST_OF_A_CLASS = 10;

/** The smaller the better. */
const LOSSES: ReadonlySet<LiveMetric> = new Set(['log_loss', 'brier', 'rmse', 'mae', 'mape']);
export const isLoss = (metric: LiveMetric): boolean => LOSSES.has(metric);

/** By the names of `binaryFigure`, which `estimateQuality` shares. */
export const BINARY_FIGURE = {
  auc: 'rocAuc',
  average_precision: 'averagePrecision',
  accuracy: 'accuracy',
  precision: 'precision',
  recall: 'recall',
  f1: 'f1',
  log_loss: 'logLoss',
  brier: 'brier',
} as const satisfies Record<(typeof LIVE_METRICS)['binary'][number], string>;

/**
 * A metric of the labelled rows with its 95 % interval. That of r2 takes the variance of the labels for known; the log loss of
 * several classes has none.
 *
 * @param options designEffect: counted rows that are worth one row seen
 * @throws RangeError for negative counts
 */
export function liveFigure(live: LiveCounts, metric: LiveMetric, options: IntervalOptions): LiveFigure {
  switch (live.task) {
    case 'binary': {
      const figure = BINARY_FIGURE[metric as keyof typeof BINARY_FIGURE];
      return { value: binaryFigure(live, figure), interval: binaryInterval(live, figure, options) };
    }
    case 'multiclass': {
      const { accuracy, macro, logLoss } = classFiguresOfCounts(live);
      if (metric === 'accuracy') return { value: accuracy, interval: classIntervals(live, options).accuracy };
      if (metric === 'log_loss') return { value: logLoss, interval: undefined };
      const error = macroF1StandardError(live.confusion) * Math.sqrt(options.designEffect ?? 1);
      return { value: macro.f1, interval: Number.isNaN(error) ? undefined : normalInterval(macro.f1, error, 1) };
    }
    case 'regression': {
      const figures = regressionFiguresOfCounts(live);
      const intervals = regressionIntervals(live, options);
      const name = metric as 'rmse' | 'mae' | 'r2' | 'mape';
      if (name !== 'r2') return { value: figures[name], interval: intervals[name] };
      const variance = figures.mse / (1 - figures.r2);
      const { mse } = intervals;
      return {
        value: figures.r2,
        interval:
          mse && figures.mse > 0 ? { lower: 1 - mse.upper / variance, upper: 1 - mse.lower / variance } : undefined,
      };
    }
  }
}

/** What depends on which scores count as positive. */
const DECIDED: ReadonlySet<LiveMetric> = new Set(['accuracy', 'precision', 'recall', 'f1']);

/**
 * Counts of a holdout as they are at the threshold of a window: spec.evaluation.threshold may have changed since the version
 * was trained. Exact, as bins of scores are cut there.
 *
 * @returns undefined for a metric that depends on a threshold which lies within a bin
 */
export function atThresholdOf(live: LiveCounts, holdout: LiveCounts, metric: LiveMetric): LiveCounts | undefined {
  if (live.task !== 'binary' || holdout.task !== 'binary') return holdout;
  const { threshold } = live;
  if (threshold === holdout.threshold || !DECIDED.has(metric)) return holdout;
  // a score of 1 shares its bin with lower ones
  const isEdge = threshold < 1 && Math.round(threshold * SCORE_BINS) / SCORE_BINS === threshold;
  return isEdge ? { ...holdout, threshold, ...confusionAt(holdout, threshold) } : undefined;
}

/** Why `atThresholdOf` has nothing. */
export const otherThreshold = (live: LiveCounts, holdout: LiveCounts): string =>
  live.task === 'binary' && holdout.task === 'binary'
    ? `the holdout was counted at a threshold of ${holdout.threshold}, the window at ${live.threshold}`
    : '';

/** Why the labels cannot tell a metric; undefined if they can. */
export function untold(live: LiveCounts, metric: LiveMetric): string | undefined {
  if (live.task !== 'binary' || (metric !== 'auc' && metric !== 'average_precision')) return undefined;
  const [positives, negatives] = [live.tp + live.fn, live.fp + live.tn];
  const [fewer, which] = positives < negatives ? [positives, 'positive'] : [negatives, 'negative'];
  return fewer < FEWEST_OF_A_CLASS
    ? `${fewer} of the labelled rows are ${which}, ${FEWEST_OF_A_CLASS} are needed`
    : undefined;
}

/** Rows that have a label. */
export function labelledRows(live: LiveCounts): number {
  switch (live.task) {
    case 'binary':
      return live.tp + live.fp + live.fn + live.tn;
    case 'multiclass':
      return sum(live.confusion.map(sum));
    case 'regression':
      return live.rows;
  }
}
