import { figure, percent, shareOf, time } from '../../html/figures.ts';
import { shown } from '../../html/markup.ts';
import { missingRows } from '../../profiles/missing-share.ts';
import type { Categories, ColumnProfile } from '../../profiles/profile.ts';
import { binnedPair, sameBins, unseenRows } from '../bins.ts';

/** Shares that differ by less are the same to a reader. */
const NOTABLE_SHARE = 0.005;
/** A mean that moved by less than this part of the deviation is where it was. */
const NOTABLE_MEAN = 0.02;
const NAMES = 3;
const NAME_CHARACTERS = 40;

/**
 * What changed from one profile of a column to another, in words: mean or most moved value, what was never seen, missing and infinite.
 *
 * @param names some values that the reference does not have, if any are known
 */
export function changeWords(before: ColumnProfile, now: ColumnProfile, names: readonly string[] = []): string[] {
  return [
    ...(now.count > 0 && before.count > 0 ? valueWords(before, now, names) : []),
    ...shareWords('missing', before, now, ({ nulls, nans }) => nulls + nans),
    ...shareWords('infinite', before, now, ({ infinities }) => infinities),
  ];
}

function shareWords(
  what: string,
  before: ColumnProfile,
  now: ColumnProfile,
  counted: (column: ColumnProfile) => number,
): string[] {
  const [rowsBefore, rowsNow] = [allRows(before), allRows(now)];
  if (rowsBefore === 0 || rowsNow === 0) return [];
  const [was, is] = [counted(before) / rowsBefore, counted(now) / rowsNow];
  return Math.abs(was - is) < NOTABLE_SHARE ? [] : [`${what} ${percent(was)} → ${percent(is)}`];
}

const allRows = (column: ColumnProfile): number => column.count + missingRows(column);

function valueWords(before: ColumnProfile, now: ColumnProfile, names: readonly string[]): string[] {
  if (before.categories && now.categories) return categoryWords(before, now, before.categories, now.categories, names);
  const span = Math.max((before.max ?? 0) - (before.min ?? 0), (now.max ?? 0) - (now.min ?? 0));
  const value = (each: number): string => (before.type === 'timestamp' ? time(each, span) : figure(each));
  const deviation = Math.sqrt((before.m2 ?? 0) / before.count);
  const moved = (from: number | undefined, to: number | undefined) =>
    from !== undefined &&
    to !== undefined &&
    Math.abs(to - from) > NOTABLE_MEAN * deviation &&
    value(from) !== value(to);
  const beyond = outside(before, now);
  return [
    ...(moved(before.mean, now.mean) ? [`mean ${value(before.mean as number)} → ${value(now.mean as number)}`] : []),
    ...(moved(spread(before), spread(now)) && before.type !== 'timestamp'
      ? [`deviation ${figure(spread(before) as number)} → ${figure(spread(now) as number)}`]
      : []),
    ...(beyond >= NOTABLE_SHARE ? [`${percent(beyond)} beyond the reference's range`] : []),
  ];
}

const spread = ({ m2, count }: ColumnProfile): number | undefined =>
  m2 === undefined ? undefined : Math.sqrt(m2 / count);

/** Share of values in bins at the ends that hold nothing of the reference. */
function outside(before: ColumnProfile, now: ColumnProfile): number {
  if (!before.bins || !now.bins || !sameBins(before, now)) return 0;
  const pair = binnedPair(before, now);
  return pair ? shareOf(unseenRows(pair), now.count) : 0;
}

function categoryWords(
  before: ColumnProfile,
  now: ColumnProfile,
  was: Categories,
  is: Categories,
  names: readonly string[],
): string[] {
  const counts = new Map(is.values);
  const moves = was.values
    .map(([value, rows]) => ({
      value,
      from: shareOf(rows, before.count),
      to: shareOf(counts.get(value) ?? 0, now.count),
    }))
    .sort((a, b) => Math.abs(b.to - b.from) - Math.abs(a.to - a.from));
  const [most] = moves;
  const fresh = was.other === 0 && sameBins(before, now) ? shareOf(is.other, now.count) : 0;
  const named = names.slice(0, NAMES).map((name) => shown(name, NAME_CHARACTERS));
  return [
    ...(most && Math.abs(most.to - most.from) >= NOTABLE_SHARE
      ? [`${shown(most.value, NAME_CHARACTERS)} ${percent(most.from)} → ${percent(most.to)}`]
      : []),
    ...(fresh > 0
      ? [`new values${named.length > 0 ? ` such as ${named.join(', ')}` : ''}: ${percent(fresh)} of the rows`]
      : []),
  ];
}
