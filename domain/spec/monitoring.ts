import * as z from 'zod';
import { Duration } from '../duration.ts';
import { ColumnName } from './column-name.ts';

export const DRIFT_METHODS = ['psi', 'jensen_shannon', 'l_infinity'] as const;

/** Metrics of live quality per task, the default first; all come from mergeable counts. */
export const LIVE_METRICS = {
  binary: ['auc', 'average_precision', 'accuracy', 'precision', 'recall', 'f1', 'log_loss', 'brier'],
  multiclass: ['accuracy', 'f1_macro', 'log_loss'],
  regression: ['rmse', 'mae', 'r2', 'mape'],
} as const;
const LiveMetric = z.enum([...new Set(Object.values(LIVE_METRICS).flat())] as [string, ...string[]]);

/**
 * Between the group `disadvantaged` and everybody else, in Clarify's sense and sign; without `disadvantaged` the largest
 * gap between any two groups, as fairlearn has it. Those from `accuracy_difference` on need labels.
 */
export const BIAS_METRICS = [
  'demographic_parity_difference',
  'disparate_impact',
  'accuracy_difference',
  'equal_opportunity_difference',
  'equalized_odds_difference',
  'treatment_equality',
] as const;

const QualitySpec = z.strictObject({
  /** @default the first of LIVE_METRICS for the task */
  metric: LiveMetric.optional(),
  /** How much worse than on the holdout it may become, in the metric's own units. */
  maxLoss: z.number().positive().default(0.05),
  /** Bounds that hold whatever the holdout said. */
  min: z.number().optional(),
  max: z.number().optional(),
  /** Labelled rows below which nothing is said. */
  minLabels: z.number().int().min(1).default(100),
  /** Of the quality estimated without labels (CBPE; binary only) the same loss is a warning and never an alarm. */
  estimate: z.boolean().default(true),
});

const BiasSpec = z.strictObject({
  /** A protected column, or any other with few values. */
  column: ColumnName,
  metric: z.enum(BIAS_METRICS),
  /** Values of the disadvantaged group. @default every value is a group of its own, the largest gap counts */
  disadvantaged: z.array(z.string()).min(1).max(100).optional(),
  /** Allowed range. An alarm takes a confidence interval that lies outside it altogether. */
  min: z.number().optional(),
  max: z.number().optional(),
  /** Rows below which a group is left out. */
  minRows: z.number().int().min(1).default(100),
});

const CaptureSpec = z.strictObject({
  /** Share of calls that are captured, chosen by a hash of the inference id; rounded down to a power of one half. */
  share: z.number().gt(0).max(1).default(1),
  /** Above it the share falls by halves, per instance of the router; figures are weighted by what was left out. */
  maxCallsPerMinute: z.number().int().min(1).optional(),
  /** Columns whose values are never captured; they are not monitored. */
  redact: z.array(ColumnName).default([]),
});

const RetrainSpec = z.strictObject({
  onDrift: z.boolean().default(true),
  /** On an alarm about quality measured with labels, or about bias. */
  onQuality: z.boolean().default(true),
  /** Whatever happens: this long after the newest run began. @default never */
  every: Duration.optional(),
  cooldown: Duration.default('7d'),
  maxRunsPerDay: z.number().int().min(0).default(1),
  maxRunsPerMonth: z.number().int().min(0).default(4),
  /** What runs of the last 30 days and the next may cost together; one that is not billed yet counts as the most it may cost. */
  maxCostUsdPerMonth: z.number().min(0).optional(),
  /** Rows accepted since the champion's newest training data; 0 retrains without. */
  minNewRows: z.number().int().min(0).default(1),
  /** After so many challengers in a row that were not better, nothing but a person or new data starts another for `pause`. */
  breaker: z
    .strictObject({ failures: z.number().int().min(1).default(3), pause: Duration.default('30d') })
    .default({ failures: 3, pause: '30d' }),
});

export const MonitoringSpec = z.strictObject({
  enabled: z.boolean().default(true),
  window: Duration.default('1d'),
  /** How long after its end a window stays open for late capture. */
  lateness: Duration.default('15m'),
  minRows: z.number().int().min(1).default(200),
  method: z.enum(DRIFT_METHODS).default('psi'),
  /**
   * Effect size a feature must reach; significance is asked for besides, so that it need not guard against chance. The
   * default is what PSI is of a shift by a quarter of a standard deviation (0.06), less what a window of 500 rows varies;
   * the customary 0.1 and 0.2 are of shifts by a third and by half of one.
   */
  threshold: z.number().positive().default(0.05),
  predictionThreshold: z.number().positive().default(0.05),
  /** Absolute rise of a feature's missing share. */
  missingThreshold: z.number().gt(0).max(1).default(0.1),
  thresholds: z.record(ColumnName, z.number().positive()).default({}),
  /** Features that are counted and shown but raise no alarm. */
  muted: z.array(ColumnName).default([]),
  /** Share of rows that may break the contract of a feature in live traffic. */
  maxBrokenShare: z.number().min(0).max(1).default(0.05),
  /** False discovery rate over all tests of one window. */
  falseDiscoveryRate: z.number().gt(0).lt(1).default(0.01),
  /** A model goes this long on average between two alarms that mean nothing; it lowers the rate above where windows are many. */
  falseAlarmInterval: Duration.default('365d'),
  /** Alarm when `breaches` of the last `of` windows breached. */
  persistence: z
    .strictObject({ breaches: z.number().int().min(1).default(2), of: z.number().int().min(1).max(30).default(3) })
    .default({ breaches: 2, of: 3 }),
  quality: QualitySpec.prefault({}),
  bias: z.array(BiasSpec).max(20).default([]),
  /** Columns whose values are also looked at one by one; at most 20 values each, the commonest in training. */
  segments: z.array(ColumnName).max(5).default([]),
  /** Labels are waited for this long after the end of a window; later ones are counted and change nothing. */
  labelHorizon: Duration.default('90d'),
  capture: CaptureSpec.prefault({}),
  retrain: RetrainSpec.prefault({}),
});
export type MonitoringSpec = z.infer<typeof MonitoringSpec>;
