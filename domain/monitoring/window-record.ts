import * as z from 'zod';
import { Profile } from '../profiles/profile.ts';
import { Instant } from '../registry/entities.ts';
import { LiveCounts } from './live-counts.ts';

const Count = z.number().int().nonnegative();

/** Rows of a feature that break what the contract says about it. */
export const BROKEN_RULES = ['missing', 'type', 'range', 'value'] as const;
export const BrokenCells = z.object({ column: z.string(), rule: z.enum(BROKEN_RULES), rows: Count });
export type BrokenCells = z.infer<typeof BrokenCells>;

/** `value` is null where it is missing; of a protected column it is its `protectedLabel`. */
export const Segment = z.object({ column: z.string(), value: z.string().nullable() });
export type Segment = z.infer<typeof Segment>;

/** Live rows of one group of a column that spec.monitoring.bias names. */
export const GroupCounts = z.object({
  column: z.string(),
  value: z.string().nullable(),
  rows: Count,
  predictedPositive: Count,
  /** Of the labelled rows. */
  tp: Count,
  fp: Count,
  fn: Count,
  tn: Count,
});
export type GroupCounts = z.infer<typeof GroupCounts>;

/** What is known of the rows of one version in one window, or of one segment of them: of fixed size, and a sum of its parts. */
export const RowsRecord = z.object({
  /** Absent for all rows. */
  segment: Segment.optional(),
  /** Rows as captured; `profile.rows` counts each as often as its weight says. */
  sampled: Count,
  /** Sum of squared weights: with `profile.rows` it gives Kish's effective sample size. */
  weightSquares: Count,
  /** Over `referenceColumns` of the baseline's features followed by its prediction. */
  profile: Profile,
  broken: z.array(BrokenCells),
  /** Scores of all rows, and what labels said about those that have one. */
  live: LiveCounts,
  groups: z.array(GroupCounts),
});
export type RowsRecord = z.infer<typeof RowsRecord>;

export const VersionRecord = z.object({
  version: z.number().int(),
  /** SHA-256 of the baseline whose bins are counted over. */
  baseline: z.string(),
  whole: RowsRecord,
  segments: z.array(RowsRecord),
});
export type VersionRecord = z.infer<typeof VersionRecord>;

export const WindowTally = z.object({
  lines: Count,
  /** Rows captured more than once: each time but the first. */
  duplicates: Count,
  /** Lines that could not be used, by reason. */
  rejected: z.record(z.string(), Count),
  /** Rows whose event time is outside the window, as after a change of monitoring.window. */
  outsideRows: Count,
  /** Rows of model versions that are not registered. */
  unknownVersionRows: Count,
  labels: z.object({
    /** Rows that have a label now. */
    labelled: Count,
    /** Lines that said nothing new: the same label once more, or one that another has taken the place of. */
    repeated: Count,
    /** Rows whose labels contradict each other; the latest counts. */
    corrected: Count,
    /** Of rows that were not captured, or not yet. */
    unmatched: Count,
    /** After monitoring.labelHorizon. */
    late: Count,
    /** No label this model has. */
    unusable: Count,
  }),
});
export type WindowTally = z.infer<typeof WindowTally>;

/**
 * Everything monitoring keeps of one window of one model. Each capture object adds to it once: `ledger` names those it
 * holds. Decisions are made from records alone; capture is not read again.
 */
export const WindowRecord = z.object({
  schemaVersion: z.literal(1),
  model: z.string(),
  windowStart: Instant,
  windowEnd: Instant,
  /** Names of the capture objects that were added, sorted. */
  ledger: z.array(z.string()),
  tally: WindowTally,
  versions: z.array(VersionRecord),
});
export type WindowRecord = z.infer<typeof WindowRecord>;
