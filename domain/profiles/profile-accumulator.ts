import { leftOpenBin } from '../../stats/binning/histogram.ts';
import { timestampMs } from '../timestamps.ts';
import type { ProfiledColumn } from './columns.ts';
import { type MomentSums, Moments } from './moments.ts';
import {
  booleanCounts,
  type Categories,
  type ColumnProfile,
  cutCategories,
  MOMENT_LIMIT,
  type Profile,
} from './profile.ts';

/** Distinct values kept of a category column without fixed categories; values first seen later count as `other`. */
const DISTINCT_LIMIT = 10_000;

/** What goes on counting where an accumulator left off: its profile, and its moments before they were rounded. */
export interface AccumulatorState {
  readonly profile: Profile;
  readonly moments: readonly MomentSums[];
}

/**
 * Profiles rows one by one, in memory bound by the number of columns: the counterpart of `profileRelation` for rows that
 * come as JSON. A value that is not of its column's type counts as null. The order of rows does not matter, but for the
 * values kept of a category column without fixed ones.
 */
export class ProfileAccumulator {
  readonly #columns: readonly ColumnAccumulator[];
  /** Positions of columns whose values are looked at. */
  readonly #counted: readonly number[];
  #rows = 0;

  /** @param state of the same columns */
  constructor(columns: readonly ProfiledColumn[], state?: AccumulatorState) {
    this.#columns = columns.map(
      (column, i) => new ColumnAccumulator(column, state?.profile.columns[i], state?.moments[i]),
    );
    this.#counted = columns.flatMap(({ uncounted }, i) => (uncounted ? [] : [i]));
    this.#rows = state?.profile.rows ?? 0;
  }

  /** @param rows each with one value per column, in the columns' order */
  add(rows: Iterable<readonly unknown[]>): this {
    for (const row of rows) this.addRow(row);
    return this;
  }

  /** @param weight how many rows it stands for: a whole number */
  addRow(row: readonly unknown[], weight = 1): void {
    this.#rows += weight;
    for (const i of this.#counted) (this.#columns[i] as ColumnAccumulator).add(row[i], weight);
  }

  state(): AccumulatorState {
    return { profile: this.profile(), moments: this.#columns.map((column) => column.moments.sums()) };
  }

  profile(): Profile {
    return { rows: this.#rows, columns: this.#columns.map((column) => column.profile()) };
  }
}

class ColumnAccumulator {
  readonly #column: ProfiledColumn;
  readonly #binCounts: number[] | undefined;
  readonly #categoryCounts = new Map<string, { rows: number }>();
  #count = 0;
  #nulls = 0;
  #nans = 0;
  #infinities = 0;
  readonly moments: Moments;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  #other = 0;

  constructor(column: ProfiledColumn, before?: ColumnProfile, moments?: MomentSums) {
    this.#column = column;
    this.moments = new Moments(moments);
    this.#binCounts = column.edges && new Array<number>(column.edges.length + 1).fill(0);
    for (const value of column.categories ?? []) this.#categoryCounts.set(value, { rows: 0 });
    if (before) this.#restore(before);
  }

  #restore({ count, nulls, nans, infinities, min, max, bins, categories }: ColumnProfile): void {
    this.#count = count;
    this.#nulls = nulls;
    this.#nans = nans;
    this.#infinities = infinities;
    this.#min = min ?? this.#min;
    this.#max = max ?? this.#max;
    for (const [i, counted] of (bins?.counts ?? []).entries()) if (this.#binCounts) this.#binCounts[i] = counted;
    for (const [value, counted] of categories?.values ?? []) this.#categoryCounts.set(value, { rows: counted });
    this.#other = categories?.other ?? 0;
  }

  add(value: unknown, weight: number): void {
    switch (this.#column.type) {
      case 'numeric':
        this.#addNumber(numberOf(value), weight);
        break;
      case 'timestamp':
        this.#addTime(value, weight);
        break;
      case 'boolean':
        this.#addCategory(booleanOf(value), weight);
        break;
      default:
        this.#addCategory(textOf(value), weight);
    }
  }

  profile(): ColumnProfile {
    const { name, type, edges } = this.#column;
    const present = this.#count > 0;
    const measured = type === 'numeric' || type === 'timestamp';
    const categories = this.#categories();
    return {
      name,
      type,
      count: this.#count,
      nulls: this.#nulls,
      nans: this.#nans,
      infinities: this.#infinities,
      ...(measured && present && { min: this.#min + 0, max: this.#max + 0 }),
      ...(measured && present && this.moments.count === this.#count && this.moments.figures()),
      ...(edges && this.#binCounts && { bins: { edges: [...edges], counts: [...this.#binCounts] } }),
      ...(categories && { categories }),
    };
  }

  #addTime(value: unknown, weight: number): void {
    const ms = timestampMs(value);
    this.#addNumber(Number.isNaN(ms) ? undefined : ms, weight);
  }

  #addNumber(value: number | undefined, weight: number): void {
    if (value === undefined) this.#nulls += weight;
    else if (Number.isNaN(value)) this.#nans += weight;
    else if (!Number.isFinite(value)) this.#infinities += weight;
    else this.#addFinite(value, weight);
  }

  #addFinite(value: number, weight: number): void {
    this.#count += weight;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
    if (Math.abs(value) <= MOMENT_LIMIT) this.moments.add(value, weight);
    const counts = this.#binCounts;
    if (counts) {
      const bin = leftOpenBin(this.#column.edges as readonly number[], value);
      counts[bin] = (counts[bin] as number) + weight;
    }
  }

  #addCategory(value: string | undefined, weight: number): void {
    if (value === undefined) {
      this.#nulls += weight;
      return;
    }
    this.#count += weight;
    if (this.#column.type === 'string') return;
    const counted = this.#categoryCounts.get(value);
    if (counted) counted.rows += weight;
    else if (this.#column.categories || this.#categoryCounts.size >= DISTINCT_LIMIT) this.#other += weight;
    else this.#categoryCounts.set(value, { rows: weight });
  }

  #categories(): Categories | undefined {
    const counted = this.#categoryCounts;
    if (this.#column.type === 'boolean') {
      return booleanCounts(counted.get('false')?.rows ?? 0, counted.get('true')?.rows ?? 0);
    }
    if (this.#column.type !== 'category') return undefined;
    const values = Array.from(counted, ([value, { rows }]): [string, number] => [value, rows]);
    return this.#column.categories ? { values, other: this.#other } : cutCategories(values, this.#other);
  }
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint' || typeof value === 'boolean') return Number(value);
  return undefined;
}

function booleanOf(value: unknown): string | undefined {
  if (typeof value === 'boolean') return String(value);
  return value === 0 || value === 1 ? String(value === 1) : undefined;
}

function textOf(value: unknown): string | undefined {
  return value === null || value === undefined ? undefined : String(value);
}
