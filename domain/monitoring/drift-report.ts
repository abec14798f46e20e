import * as z from 'zod';
import { presetNames } from '../../stats/presets/types.ts';
import { ColumnProfile, PROFILE_TYPES } from '../profiles/profile.ts';
import { MONITOR_STATUSES } from '../registry/entities.ts';
import { DRIFT_METHODS } from '../spec/monitoring.ts';
import { Finding } from './finding.ts';

const Count = z.number().int().nonnegative();

/** Whose rule decides. */
export const DRIFT_PRESETS = presetNames.filter((name) => name !== 'clarify');
export type DriftPreset = (typeof DRIFT_PRESETS)[number];

/** A figure that counts over bins can only bound: it lies from `atLeast` to `atMost`, whatever the values within the bins are. */
const Bounded = z.object({ value: z.number(), atLeast: z.number(), atMost: z.number() });

/**
 * Distances beside the decision, over the reference's bins or categories as they are, without joining sparse ones. Each is
 * absent where it does not exist. Missing values are in none of them.
 */
export const DriftMetrics = z.object({
  /** In nats, with half a row in every bin. */
  psi: z.number().optional(),
  /** Distance to base 2, in [0, 1]. */
  jensenShannon: z.number().optional(),
  /** Largest difference of a bin's share, in [0, 1]. */
  lInfinity: z.number().optional(),
  /** Of numbers and times: largest difference of the distribution functions, `value` being that at the edges. */
  kolmogorovSmirnov: Bounded.optional(),
  /** Of numbers and times, in their unit: `value` with the rows of a bin spread evenly over it. */
  wasserstein: Bounded.optional(),
  /** Of categories: share of the rows that would have to change categories. */
  totalVariation: z.number().optional(),
  /** Of categories: Pearson's test of homogeneity. */
  chiSquared: z.object({ statistic: z.number(), degrees: Count, pValue: z.number().min(0).max(1) }).optional(),
});
export type DriftMetrics = z.infer<typeof DriftMetrics>;

export const DRIFT_ROLES = ['feature', 'target', 'prediction', 'id', 'timestamp', 'protected', 'ignored'] as const;

export const DriftColumn = z.object({
  name: z.string(),
  /** Of the reference; of the current data for a column that appeared. */
  type: z.enum(PROFILE_TYPES),
  /** Without a spec every column is a feature, but for times. */
  role: z.enum(DRIFT_ROLES),
  /** Whether it can make the whole drift: features and the target can, unless muted. */
  judged: z.boolean(),
  /** The worst of its findings; `insufficient_data` where all that is ok is that no more values are missing, of too few to compare. */
  status: z.enum(MONITOR_STATUSES),
  /** `compared`, or why it could not be: it is in one of the two only, or holds values of another type. */
  state: z.enum(['compared', 'disappeared', 'appeared', 'retyped']),
  /** What changed, in words: `mean 3.2 → 4.1`, `missing 0 % → 12 %`. Empty where nothing did. */
  changes: z.array(z.string()),
  /** The one that gives the status, then the severest. */
  findings: z.array(Finding),
  metrics: DriftMetrics,
  /** Largest severity of its findings. It ranks the columns. */
  severity: z.number().nonnegative(),
  /** Share of the model's gain, relative to the mean of all features, where the reference is a baseline that tells. */
  importance: z.number().nonnegative().optional(),
  /** Cells that are there but no value of the column's type; they count as missing. */
  misfits: z.object({ reference: Count, current: Count }),
  /** Of a protected column without what could tell its values. */
  reference: ColumnProfile.optional(),
  /** Over the reference's bins. */
  current: ColumnProfile.optional(),
});
export type DriftColumn = z.infer<typeof DriftColumn>;

const Side = z.object({
  name: z.string(),
  kind: z.enum(['csv', 'jsonl', 'parquet', 'profile', 'baseline']),
  rows: Count,
  /** Lines of a file that hold no row. */
  brokenLines: Count,
  /** What is wrong with them, the commonest first. Absent without such lines. */
  brokenBy: z.array(z.string()).optional(),
});
export type DriftSide = z.infer<typeof Side>;

/** What `millrace drift --json` prints: whether current data differ from a reference, and every number it was decided by. */
export const DriftReport = z.object({
  schemaVersion: z.literal(1),
  kind: z.literal('millrace-drift-report'),
  preset: z.enum(DRIFT_PRESETS),
  /** Of the spec. */
  model: z.string().optional(),
  /** `alarm` is drift, `insufficient_data` that no column could be judged. */
  status: z.enum(MONITOR_STATUSES),
  /** One sentence. */
  verdict: z.string(),
  reference: Side,
  current: Side,
  rule: z.object({
    /** In words. */
    description: z.string(),
    /** Of the preset `millrace`, which the distribution's effect is measured by. */
    method: z.enum(DRIFT_METHODS).optional(),
    threshold: z.number().optional(),
    missingThreshold: z.number().optional(),
    falseDiscoveryRate: z.number().optional(),
    minRows: Count.optional(),
    /** Corrected for each other. */
    tests: Count.optional(),
    /** Of another preset: drifted columns over those it compared. */
    driftedShare: z.number().optional(),
  }),
  /** Columns that were judged first, the severest first. */
  columns: z.array(DriftColumn),
});
export type DriftReport = z.infer<typeof DriftReport>;
