import * as z from 'zod';
import { ColumnName } from './column-name.ts';

export const METRICS = {
  binary: ['auc', 'average_precision', 'accuracy', 'precision', 'recall', 'f1', 'log_loss', 'brier'],
  multiclass: ['accuracy', 'f1_macro', 'log_loss'],
  regression: ['rmse', 'mae', 'r2', 'mape'],
} as const;
export const LOWER_IS_BETTER: ReadonlySet<string> = new Set(['log_loss', 'brier', 'rmse', 'mae', 'mape']);
export const FAIRNESS_METRICS = [
  'demographic_parity_difference',
  'disparate_impact',
  'equal_opportunity_difference',
] as const;

const MetricName = z.enum([...new Set(Object.values(METRICS).flat())] as [string, ...string[]]);

export const Gate = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('absolute'),
    metric: MetricName,
    min: z.number().optional(),
    max: z.number().optional(),
  }),
  /** Better than the champion on the same holdout by at least `margin`, in the metric's own units; 0 = not worse. */
  z.strictObject({ type: z.literal('champion'), metric: MetricName, margin: z.number().default(0) }),
  /** The metric must hold in every value of `column` that has at least `minRows` holdout rows. */
  z.strictObject({
    type: z.literal('slice'),
    column: ColumnName,
    metric: MetricName,
    min: z.number().optional(),
    max: z.number().optional(),
    minRows: z.number().int().min(1).default(100),
  }),
  z.strictObject({
    type: z.literal('fairness'),
    column: ColumnName,
    metric: z.enum(FAIRNESS_METRICS),
    min: z.number().optional(),
    max: z.number().optional(),
    minRows: z.number().int().min(1).default(100),
  }),
]);
export type Gate = z.infer<typeof Gate>;

export const EvaluationSpec = z.strictObject({
  /** Decision threshold on the positive score, for the metrics that need one. */
  threshold: z.number().gt(0).lt(1).default(0.5),
  minHoldoutRows: z.number().int().min(1).default(100),
  gates: z.array(Gate).min(1),
});
export type EvaluationSpec = z.infer<typeof EvaluationSpec>;
