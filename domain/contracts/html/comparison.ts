import { binnedPair, joinSparseBins } from '../../monitoring/bins.ts';
import { distance } from '../../monitoring/distances.ts';
import type { ColumnProfile, Profile } from '../../profiles/profile.ts';

/** A column beside the same column of the version before. */
export interface ComparedColumn {
  readonly now: ColumnProfile;
  /** Absent if that version has no column of this name and type. */
  readonly before?: ColumnProfile;
  /** Both were counted over the same bins or categories. */
  readonly sameBins: boolean;
  /** The event time of the rows: it is another in every version, so it has no distance. */
  readonly movesOn: boolean;
  /** Population stability index over bins that hold enough rows, as drift is judged; absent if there are too few. */
  readonly psi?: number;
}

/** @param timestamp name of the column of the event time */
export function compareColumns(now: Profile, before: Profile | undefined, timestamp?: string): ComparedColumn[] {
  const earlier = new Map(before?.columns.map((column) => [column.name, column]));
  return now.columns.map((column) => compareColumn(column, earlier.get(column.name), column.name === timestamp));
}

function compareColumn(now: ColumnProfile, before: ColumnProfile | undefined, movesOn: boolean): ComparedColumn {
  // a column of another type then may be one that is protected now
  if (!before || before.type !== now.type) return { now, sameBins: false, movesOn };
  if (movesOn || !isCountedAlike(before, now)) return { now, before, sameBins: false, movesOn };
  const pair = binnedPair(before, now);
  const joined = pair && joinSparseBins(pair);
  const psi = joined && distance('psi', joined.baseline, joined.live);
  return { now, before, sameBins: pair !== undefined, movesOn, ...(psi !== undefined && { psi }) };
}

function isCountedAlike(a: ColumnProfile, b: ColumnProfile): boolean {
  const [left, right] = [keysOf(a), keysOf(b)];
  return left.length === right.length && left.every((key, i) => key === right[i]);
}

const keysOf = ({ bins, categories }: ColumnProfile): readonly (number | string)[] =>
  bins?.edges ?? categories?.values.map(([value]) => value) ?? [];

const missing = ({ nulls, nans, infinities }: ColumnProfile): number => nulls + nans + infinities;

/** Share of the rows that have no finite value of the column's type. */
export function missingShare(column: ColumnProfile): number {
  const rows = column.count + missing(column);
  return rows === 0 ? 0 : missing(column) / rows;
}
