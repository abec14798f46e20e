import { joinSparseBins } from '../../../stats/binning/join-sparse.ts';
import type { ChartedColumn } from '../../html/charted-column.ts';
import { type BinnedPair, binnedPair, sum } from '../../monitoring/bins.ts';
import { distance } from '../../monitoring/distances.ts';
import type { Categories, ColumnProfile, Profile } from '../../profiles/profile.ts';

/** A column beside the same column of the version before. */
export interface ComparedColumn extends ChartedColumn {
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
  const pair = movesOn ? undefined : pairOf(before, now);
  const joined = pair && joinSparseBins(pair.baseline, pair.live);
  const psi = joined && distance('psi', joined.reference, joined.current);
  return { now, before, sameBins: pair !== undefined, movesOn, ...(psi !== undefined && { psi }) };
}

function pairOf(before: ColumnProfile, now: ColumnProfile): BinnedPair | undefined {
  if (before.categories && now.categories) return categoryPair(before.categories, now.categories);
  const [edges, others] = [before.bins?.edges, now.bins?.edges];
  if (!edges || edges.length !== others?.length || !edges.every((edge, i) => edge === others[i])) return undefined;
  return binnedPair(before, now);
}

/**
 * Counts over the values that both sides counted one by one, and all others together. A value that only one side names is
 * known to be absent from the other only if that has no `other`.
 */
function categoryPair(before: Categories, now: Categories): BinnedPair {
  const [was, is] = [new Map(before.values), new Map(now.values)];
  const complete = before.other === 0 && now.other === 0;
  const values = complete ? [...new Set([...was.keys(), ...is.keys()])] : [...was.keys()].filter((key) => is.has(key));
  const over = (counts: ReadonlyMap<string, number>, other: number): number[] => {
    const named = values.map((value) => counts.get(value) ?? 0);
    return [...named, sum([...counts.values()]) + other - sum(named)];
  };
  return { baseline: over(was, before.other), live: over(is, now.other) };
}
