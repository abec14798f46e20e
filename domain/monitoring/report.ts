import * as z from 'zod';
import { Instant, MONITOR_STATUSES } from '../registry/entities.ts';
import { Finding, MonitorOutcome } from './finding.ts';
import { WindowTally } from './window-record.ts';

const Count = z.number().int().nonnegative();

/** What an alarm takes, as it was applied to a window. */
export const AlarmRule = z.object({
  /** Rate at which the tests of this window were corrected, somewhat below `breachProbability` for what p-values are off. */
  falseDiscoveryRate: z.number(),
  /** Chance that a window without any change breaches, at most: the spec's rate, or what the interval leaves if lower. */
  breachProbability: z.number(),
  /** Days between two false alarms that follow from it, at least. */
  falseAlarmDays: z.number(),
  breaches: Count,
  of: Count,
  tests: Count,
});
export type AlarmRule = z.infer<typeof AlarmRule>;

/**
 * `monitor-report.json` of a window: a function of its record, the baseline, the spec and earlier windows, with no clock
 * in it. Fixed size whatever the traffic.
 */
export const MonitorReport = z.object({
  schemaVersion: z.literal(2),
  model: z.string(),
  /** Of the model that served most of the window's rows. */
  modelVersion: z.number().int(),
  specVersion: z.number().int(),
  windowStart: Instant,
  windowEnd: Instant,
  /** The worst of `outcomes`. */
  status: z.enum(MONITOR_STATUSES),
  /** One sentence per cause, the severest first. */
  reasons: z.array(z.string()),
  /** One per monitor, in the order of MONITORS. */
  outcomes: z.array(MonitorOutcome),
  /** The severest first within a monitor. */
  findings: z.array(Finding),
  rows: Count,
  /** Rows as captured; fewer than `rows` when calls were sampled. */
  sampledRows: Count,
  minRows: Count,
  baselineRows: Count,
  /** Of the rows, in [0, 1]. */
  labelCoverage: z.number().min(0).max(1),
  rule: AlarmRule,
  tally: WindowTally,
  /** Rows of versions that served less of the window and were not compared. */
  otherVersions: z.array(z.object({ version: z.number().int(), rows: Count })),
});
export type MonitorReport = z.infer<typeof MonitorReport>;
