import { compareText } from '../../profiles/profile.ts';
import type { GroupCounts } from '../window-record.ts';

/** Values of one column that have a group of their own: the commonest ones. */
const MOST_GROUPS = 50;
/** Stands for all the others. */
export const OTHER_GROUP = '(other)';

const COUNTS = ['rows', 'predictedPositive', 'tp', 'fp', 'fn', 'tn'] as const;

export const emptyGroup = (column: string, value: string | null): GroupCounts => ({
  column,
  value,
  rows: 0,
  predictedPositive: 0,
  tp: 0,
  fp: 0,
  fn: 0,
  tn: 0,
});

/** @param positive predicted so @param label 1 = positive; undefined for a row without one */
export function countInGroup(group: GroupCounts, positive: boolean, label: number | undefined, weight: number): void {
  if (positive) group.predictedPositive += weight;
  if (label === undefined) return;
  group[label === 1 ? (positive ? 'tp' : 'fn') : positive ? 'fp' : 'tn'] += weight;
}

export function addGroup(to: GroupCounts, from: GroupCounts): void {
  for (const name of COUNTS) to[name] += from[name];
}

/**
 * Groups of one column, one per value at most: missing first, then by code point, and last what is beyond MOST_GROUPS,
 * put together.
 */
export function cutGroups(groups: readonly GroupCounts[]): GroupCounts[] {
  const named = groups.filter(({ value }) => value !== null && value !== OTHER_GROUP);
  const commonest = named.sort((a, b) => b.rows - a.rows || byValue(a, b));
  const rest = [...groups.filter(({ value }) => value === OTHER_GROUP), ...commonest.slice(MOST_GROUPS)];
  const kept = [...groups.filter(({ value }) => value === null), ...commonest.slice(0, MOST_GROUPS).sort(byValue)];
  const [first] = rest;
  if (!first) return kept;
  const other = emptyGroup(first.column, OTHER_GROUP);
  for (const group of rest) addGroup(other, group);
  return [...kept, other];
}

const byValue = (a: GroupCounts, b: GroupCounts): number => compareText(a.value ?? '', b.value ?? '');
