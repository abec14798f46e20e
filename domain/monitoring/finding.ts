import * as z from 'zod';
import { MONITOR_STATUSES } from '../registry/entities.ts';
import { Segment } from './window-record.ts';

/** What is looked at in every window, in the order in which it is shown. */
export const MONITORS = [
  'data-quality',
  'feature-drift',
  'missingness',
  'new-categories',
  'prediction-drift',
  'quality',
  'estimated-quality',
  'bias',
] as const;
export const MonitorKind = z.enum(MONITORS);
export type MonitorKind = z.infer<typeof MonitorKind>;

type Status = (typeof MONITOR_STATUSES)[number];
const RANK: readonly Status[] = ['insufficient_data', 'ok', 'warn', 'alarm'];

/** Sorts statuses, the best first; one without data is below all that say something. */
export const byStatus = (a: Status, b: Status): number => RANK.indexOf(a) - RANK.indexOf(b);

/** What is had too little data for is passed over, unless all is. */
export const worstStatus = (statuses: readonly Status[]): Status =>
  statuses.reduce((worst, status) => (byStatus(status, worst) > 0 ? status : worst), 'insufficient_data');

/** One thing that one monitor says about one subject: a row of the report. */
export const Finding = z.object({
  monitor: MonitorKind,
  /** A feature, `prediction`, a metric, or a column and its bias metric. */
  subject: z.string(),
  /** Absent for the whole window. */
  segment: Segment.optional(),
  /** `insufficient_data` where there is too little to say, with `message` saying of what. */
  status: z.enum(MONITOR_STATUSES),
  /** Name of the distance or metric `value` is of. */
  measure: z.string(),
  value: z.number().optional(),
  /** The same of the baseline: training split or holdout. */
  baseline: z.number().optional(),
  /** Confidence interval of `value`, 95 %. */
  interval: z.tuple([z.number(), z.number()]).optional(),
  /** What `value` is held against. */
  threshold: z.number().optional(),
  /** Before correction for the number of tests; 0 stands for less than 1e-100. */
  pValue: z.number().min(0).max(1).optional(),
  /** Significant at the rate of the window, over all its tests. */
  significant: z.boolean(),
  /** How many times the threshold; times the feature's importance where that is known. Sorts a report. */
  severity: z.number().nonnegative(),
  /** Rows the finding is about. */
  rows: z.number().int().nonnegative(),
  message: z.string(),
});
export type Finding = z.infer<typeof Finding>;

/** What one monitor says about a window, all subjects taken together; `alarm` only once it persists. */
export const MonitorOutcome = z.object({
  monitor: MonitorKind,
  status: z.enum(MONITOR_STATUSES),
  /** This window alone breached. */
  breached: z.boolean(),
  /** Breached windows among the last `of` that had enough data, this one included. */
  breaches: z.number().int().nonnegative(),
  of: z.number().int().nonnegative(),
  reason: z.string(),
});
export type MonitorOutcome = z.infer<typeof MonitorOutcome>;
