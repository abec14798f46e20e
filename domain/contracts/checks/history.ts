import { median } from '../../../stats/history/centre.ts';
import type { ColumnProfile, Profile } from '../../profiles/profile.ts';
import type { STATISTICS } from '../../spec/contract.ts';
import type { HistoryEntry } from '../context.ts';
import type { CheckOf } from './declared.ts';
import { type CheckInput, type Finding, figure, insufficientData, judged, rowsText, unavailable } from './finding.ts';
import { allowedByHistory } from './strategies.ts';

type Statistic = (typeof STATISTICS)[number];
/** What a Date can hold; a TIMESTAMP reaches further. */
const LAST_DATE_MS = 8.64e15;

type HistoryCheck = CheckOf<'volume'> | CheckOf<'statistic'>;

/** Accepted rows against those of earlier versions. */
export function volume(check: CheckOf<'volume'>, { figures, context }: CheckInput): Finding {
  const values = lookedBackAt(check, context.history).map(({ rows }) => rows);
  return againstHistory(check, { value: figures.rows, values, what: rowsText(figures.rows), floor: 0 });
}

/** A figure of a column against the same figure of earlier versions; those that do not have it are passed over. */
export function statistic(check: CheckOf<'statistic'>, { figures, context }: CheckInput): Finding {
  const { column, statistic: name } = check;
  const now = columnOf(figures.profile, column);
  if (!now) return unavailable(`${column} was not counted`);
  const value = statisticOf(now, name);
  if (value === undefined) {
    const empty = now.count === 0 && (now.type === 'numeric' || now.type === 'timestamp');
    return empty
      ? insufficientData(`${column} has no finite value to take the ${name} of`)
      : unavailable(`${column} has no ${name} in its profile`);
  }
  const earlier = lookedBackAt(check, context.history)
    .flatMap(({ profile }) => columnOf(profile, column) ?? [])
    .filter(({ type }) => type === now.type);
  const values = earlier.flatMap((one) => statisticOf(one, name) ?? []);
  const isTime = now.type === 'timestamp' && (name === 'mean' || name === 'min' || name === 'max');
  const shown =
    isTime && Math.abs(value) <= LAST_DATE_MS
      ? `${figure(value)} ms (${new Date(value).toISOString()})`
      : figure(value);
  return againstHistory(check, {
    value,
    values,
    what: `the ${name} of ${column} is ${shown}`,
    scale: scaleOf(name, now.type, earlier),
    ...((name === 'nullShare' || name === 'stddev') && { floor: 0 }),
  });
}

interface Compared {
  readonly value: number;
  readonly values: readonly number[];
  readonly what: string;
  readonly scale?: number | undefined;
  /** Least value the figure can have at all. */
  readonly floor?: number;
}

function againstHistory(check: HistoryCheck, { value, values, what, scale, floor }: Compared): Finding {
  const { minVersions, strategy } = check;
  if (values.length < minVersions || values.length === 0) {
    const known = `${values.length} earlier accepted versions have this figure`;
    return { status: 'insufficient-history', message: `${what}; ${known}, ${minVersions} are needed`, value };
  }
  const { min, max, basis } = allowedByHistory(strategy, values, scale);
  const least = floor === undefined ? min : Math.max(floor, min);
  const allowed = `${figure(least)} to ${figure(max)} are allowed: ${basis} of the last ${values.length} versions`;
  return judged(value, { min: least, max }, `${what}; ${allowed}`, scale);
}

const lookedBackAt = ({ versions }: HistoryCheck, history: readonly HistoryEntry[]): readonly HistoryEntry[] =>
  history.slice(0, versions);

const columnOf = (profile: Profile | undefined, column: string): ColumnProfile | undefined =>
  profile?.columns.find(({ name }) => name === column);

const STATISTIC: Record<Statistic, (column: ColumnProfile) => number | undefined> = {
  mean: ({ mean }) => mean,
  stddev: ({ m2, count }) => (m2 === undefined ? undefined : Math.sqrt(m2 / count)),
  min: ({ min }) => min,
  max: ({ max }) => max,
  nullShare: ({ count, nulls, nans, infinities }) => {
    const rows = count + nulls + nans + infinities;
    return rows === 0 ? undefined : nulls / rows;
  },
};

const statisticOf = (column: ColumnProfile, name: Statistic): number | undefined => STATISTIC[name](column);

/**
 * What a change of the figure is small beside: all cells for a share, the column's own spread for where its values lie. A
 * number that never varies has its size instead; the size of a time says nothing.
 */
function scaleOf(name: Statistic, type: ColumnProfile['type'], earlier: readonly ColumnProfile[]): number | undefined {
  if (name === 'nullShare') return 1;
  if (name === 'stddev') return undefined;
  const spreads = earlier.flatMap((column) => statisticOf(column, 'stddev') ?? []);
  const spread = spreads.length > 0 ? median(spreads) : 0;
  return spread > 0 || type === 'timestamp' ? spread : undefined;
}
