import * as z from 'zod';

/** A figure of model quality. The standard deviation needs 200 rows: 5 resamples of 80 %. */
export const QualityMetric = z.object({
  value: z.number(),
  standard_deviation: z.union([z.number(), z.literal('NaN')]).optional(),
});
export type QualityMetric = z.infer<typeof QualityMetric>;

const MetricGroup = z.record(z.string(), z.union([QualityMetric, z.looseObject({})]));

/**
 * `statistics.json` of model quality. A group also holds confusion matrices and curves, which are handed on as they are.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html
 */
export const QualityStatistics = z.object({
  version: z.number().default(0),
  dataset: z.looseObject({ item_count: z.number() }).optional(),
  regression_metrics: MetricGroup.optional(),
  binary_classification_metrics: MetricGroup.optional(),
  multiclass_classification_metrics: MetricGroup.optional(),
});
export type QualityStatistics = z.infer<typeof QualityStatistics>;
