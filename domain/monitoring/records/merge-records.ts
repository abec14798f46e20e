import { mergeProfiles } from '../../profiles/profile.ts';
import { mergeLiveCounts } from '../live-counts.ts';
import type { BrokenCells, GroupCounts, RowsRecord, VersionRecord, WindowRecord } from '../window-record.ts';
import { addGroup, cutGroups } from './group-counts.ts';
import { mergeTallies } from './tally.ts';

/**
 * Sum of the records of two windows of one model, in either order: hours add up to days, days to weeks. There may be time
 * between them, as where nothing was captured. Moments and sums add up to rounding, everything else exactly.
 *
 * @throws RangeError for two models, windows that overlap, or a version that was counted over two baselines
 */
export function mergeRecords(a: WindowRecord, b: WindowRecord): WindowRecord {
  if (a.model !== b.model) throw new RangeError(`cannot merge a window of ${a.model} with one of ${b.model}`);
  const [first, second] = Date.parse(a.windowStart) <= Date.parse(b.windowStart) ? [a, b] : [b, a];
  if (Date.parse(first.windowEnd) > Date.parse(second.windowStart)) {
    throw new RangeError(
      `cannot merge windows that overlap: one ends ${first.windowEnd}, the other begins ${second.windowStart}`,
    );
  }
  const versions = new Map(first.versions.map((version) => [version.version, version]));
  for (const version of second.versions) {
    const before = versions.get(version.version);
    versions.set(version.version, before ? mergeVersions(before, version) : version);
  }
  return {
    schemaVersion: 1,
    model: first.model,
    windowStart: first.windowStart,
    windowEnd: second.windowEnd,
    ledger: [...new Set([...first.ledger, ...second.ledger])].sort(),
    tally: mergeTallies(first.tally, second.tally),
    versions: [...versions.values()].sort((left, right) => left.version - right.version),
  };
}

function mergeVersions(a: VersionRecord, b: VersionRecord): VersionRecord {
  if (a.baseline !== b.baseline) {
    throw new RangeError(`version ${a.version} was counted over the baselines ${a.baseline} and ${b.baseline}`);
  }
  const { version, baseline } = a;
  return {
    version,
    baseline,
    whole: mergeRows(a.whole, b.whole),
    segments: mergeBy(a.segments, b.segments, ({ segment }) => JSON.stringify(segment), mergeRows),
  };
}

function mergeRows(a: RowsRecord, b: RowsRecord): RowsRecord {
  const columns = [...new Set([...a.groups, ...b.groups].map(({ column }) => column))];
  const groups = mergeBy(a.groups, b.groups, ({ column, value }) => JSON.stringify([column, value]), mergeGroup);
  return {
    ...(a.segment && { segment: a.segment }),
    sampled: a.sampled + b.sampled,
    weightSquares: a.weightSquares + b.weightSquares,
    profile: mergeProfiles(a.profile, b.profile),
    broken: mergeBy(a.broken, b.broken, ({ column, rule }) => JSON.stringify([column, rule]), mergeBroken),
    live: mergeLiveCounts(a.live, b.live),
    groups: columns.flatMap((name) => cutGroups(groups.filter(({ column }) => column === name))),
  };
}

const mergeBroken = (a: BrokenCells, b: BrokenCells): BrokenCells => ({ ...a, rows: a.rows + b.rows });

function mergeGroup(a: GroupCounts, b: GroupCounts): GroupCounts {
  const sum = { ...a };
  addGroup(sum, b);
  return sum;
}

/** Items of either list; those of one key are merged. In the order of the first list, then of the second. */
function mergeBy<T>(a: readonly T[], b: readonly T[], keyOf: (item: T) => string, merge: (a: T, b: T) => T): T[] {
  const merged = new Map(a.map((item) => [keyOf(item), item]));
  for (const item of b) {
    const before = merged.get(keyOf(item));
    merged.set(keyOf(item), before === undefined ? item : merge(before, item));
  }
  return [...merged.values()];
}
