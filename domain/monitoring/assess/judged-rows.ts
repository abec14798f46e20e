import type { ColumnProfile } from '../../profiles/profile.ts';
import type { MonitoringSpec } from '../../spec/monitoring.ts';
import type { Baseline } from '../baseline.ts';
import type { LiveCounts } from '../live-counts.ts';
import type { RowsRecord, Segment, VersionRecord } from '../window-record.ts';

/** What rows of a window are held against. */
export interface Reference {
  readonly rows: number;
  readonly features: readonly ColumnProfile[];
  readonly prediction: ColumnProfile;
  /** Of the holdout; versions from before it have none. */
  readonly live?: LiveCounts | undefined;
}

/** All rows of a version, or those of one segment, beside their baseline. */
export interface JudgedRows {
  readonly segment?: Segment | undefined;
  readonly record: RowsRecord;
  readonly rows: number;
  /** Effective rows for each row counted, in (0, 1]: Kish's rows² / (sum of squared weights), over rows. 1 if none weighs more. */
  readonly effective: number;
  /** Undefined for a segment that the baseline does not know. */
  readonly reference: Reference | undefined;
}

/** The whole first; of the segments those of columns that the spec names. */
export function judgedRows(version: VersionRecord, baseline: Baseline, monitoring: MonitoringSpec): JudgedRows[] {
  const segments = version.segments.flatMap((record) => {
    const { segment } = record;
    if (!segment || !monitoring.segments.includes(segment.column)) return [];
    const reference = baseline.segments.find((one) => one.column === segment.column && one.value === segment.value);
    return [judged(record, reference, segment)];
  });
  return [judged(version.whole, baseline), ...segments];
}

function judged(record: RowsRecord, reference: Reference | undefined, segment?: Segment): JudgedRows {
  const { rows } = record.profile;
  const effective = record.weightSquares > rows ? rows / record.weightSquares : 1;
  return { record, rows, effective, reference, segment };
}

/** @see Kish (1965), "Survey Sampling", section 11.7 */
export const effectiveRows = ({ rows, effective }: JudgedRows): number => rows * effective;
