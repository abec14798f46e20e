import { type AllowedRange, biasDrift } from '../bias/drift.ts';
import { labelsOf } from '../bias/facets.ts';
import { postTrainingIntervals, preTrainingIntervals } from '../bias/intervals.ts';
import { postTrainingBias } from '../bias/post-training.ts';
import { preTrainingBias } from '../bias/pre-training.ts';
import type { Interval } from '../intervals/index.ts';
import type { Confusion } from '../quality/confusion.ts';
import type { IntervalOptions } from '../quality/intervals.ts';
import { oneOf } from './columns.ts';

/**
 * SageMaker Clarify's bias metrics that have an interval, by its names: of labels (before training), and of predictions
 * (after it). The divergences of labels (KL, JS, LP, TVD, KS), which have none, are `preTrainingBias`.
 */
export const CLARIFY_METRICS = {
  preTraining: ['CI', 'DPL'],
  postTraining: ['DPPL', 'DI', 'DCA', 'DCR', 'AD', 'RD', 'SD', 'DAR', 'DRR', 'TE', 'GE'],
} as const;
export type ClarifyMetric = (typeof CLARIFY_METRICS)[keyof typeof CLARIFY_METRICS][number];

export interface BiasComparison {
  readonly metric: ClarifyMetric;
  /** Absent if a facet has no rows, or the metric is not a number. */
  readonly statistic?: number;
  /** Absent where it has none, as of an infinite ratio. */
  readonly interval?: Interval;
  readonly allowed: AllowedRange;
  readonly detected: boolean;
  readonly note?: string;
}

/**
 * Clarify's bias drift of one window: of each metric that has an allowed range, whether its confidence interval lies
 * outside the range altogether. Clarify bootstraps the interval; here it is what the bootstrap tends to.
 *
 * @param advantaged predictions against labels of the facet that is not sensitive
 * @param disadvantaged of the sensitive facet
 * @param allowed ranges by metric, as analysis of a baseline set them
 * @returns one per range, in the order given
 * @throws RangeError for an unknown metric, a range whose min is above its max, or negative counts
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-model-monitor-bias-drift.html
 */
export function compareFacets(
  advantaged: Confusion,
  disadvantaged: Confusion,
  allowed: Partial<Readonly<Record<ClarifyMetric, AllowedRange>>>,
  options: IntervalOptions = {},
): BiasComparison[] {
  const [a, d] = [labelsOf(advantaged), labelsOf(disadvantaged)];
  const values: Readonly<Record<ClarifyMetric, number>> = {
    ...preTrainingBias(a, d),
    ...postTrainingBias(advantaged, disadvantaged),
  };
  const intervals: Readonly<Partial<Record<ClarifyMetric, Interval>>> = {
    ...preTrainingIntervals(a, d, options),
    ...postTrainingIntervals(advantaged, disadvantaged, options),
  };
  return Object.entries(allowed).map(([name, range]) => {
    const metric = oneOf('metric', name as ClarifyMetric, Object.values(CLARIFY_METRICS).flat());
    const [statistic, interval] = [values[metric], intervals[metric]];
    const drifted = biasDrift(statistic, interval, range);
    return {
      metric,
      ...(!Number.isNaN(statistic) && { statistic }),
      ...(interval && { interval }),
      allowed: range,
      detected: drifted === true,
      ...(drifted === undefined && {
        note: 'no confidence interval: a facet without rows, or a metric that is not finite',
      }),
    };
  });
}
