import * as z from 'zod';
import { MONITOR_STATUSES } from '../registry/entities.ts';
import { DRIFT_METHODS } from '../spec/monitoring.ts';

const Share = z.number().min(0).max(1);
const Count = z.number().int().nonnegative();

/** `distribution`: the values that are there moved; `missing`: fewer are there; `unseen`: values training never had. */
export const DRIFT_CAUSES = ['distribution', 'missing', 'unseen'] as const;
export type DriftCause = (typeof DRIFT_CAUSES)[number];

/** What was found about one feature, or about the prediction. */
export const FeatureDrift = z.object({
  name: z.string(),
  method: z.enum(DRIFT_METHODS),
  /** `alarm` breaches by itself; `warn` is significant and at least half as large; `insufficient_data` could not be compared. */
  status: z.enum(MONITOR_STATUSES),
  /** Why it is an alarm. */
  causes: z.array(z.enum(DRIFT_CAUSES)),
  /** Rows of the window that have a value. */
  present: Count,
  /** Groups of bins compared, after sparse ones were joined. */
  bins: Count,
  /** The distance by `method`; absent if there was nothing to compare. */
  effect: z.number().nonnegative().optional(),
  threshold: z.number(),
  /** Of the distribution, before correction for the number of tests; 0 stands for less than 1e-100. */
  pValue: Share.optional(),
  /** Significant at the false discovery rate over all tests of the window. */
  adjustedSignificant: z.boolean(),
  /** Share of rows without a finite value of the column's type. */
  missingShare: z.object({ baseline: Share, window: Share, pValue: Share, significant: z.boolean() }),
  /** Share of the values present that are in a bin, or are a category, in which the baseline has none. */
  unseenShare: z.object({ window: Share, pValue: Share, significant: z.boolean() }),
  /** The largest of effect, missing rise and unseen share, each over its threshold. */
  severity: z.number().nonnegative(),
});
export type FeatureDrift = z.infer<typeof FeatureDrift>;

/** A window compared with the baseline of one model version. */
export const WindowReport = z.object({
  rows: Count,
  minRows: Count,
  baselineRows: Count,
  /** Fewer rows than monitoring.minRows: neither ok nor an alarm. */
  insufficient: z.boolean(),
  /** A feature or the prediction is an alarm. */
  breached: z.boolean(),
  falseDiscoveryRate: z.number(),
  missingThreshold: z.number(),
  features: z.array(FeatureDrift),
  prediction: FeatureDrift,
  /** One sentence per breach, the severest first. */
  reasons: z.array(z.string()),
});
export type WindowReport = z.infer<typeof WindowReport>;

/** The features that breach, the severest first. */
export function driftedFeatures(report: WindowReport): FeatureDrift[] {
  return report.features.filter(({ status }) => status === 'alarm').sort(bySeverity);
}

/** The severest first, ties in the features' order. */
export const bySeverity = (a: FeatureDrift, b: FeatureDrift): number => b.severity - a.severity;
