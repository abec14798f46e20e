import { leftOpenBin } from '../../stats/binning/histogram.ts';
import { timestampMs } from '../timestamps.ts';
import type { ProfiledColumn } from './columns.ts';
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

/**
 * Profiles rows one by one, in memory bound by the number of columns: the counterpart of `profileRelation` for rows that
 * come as JSON. A value that is not of its column's type counts as null.
 */
export class ProfileAccumulator {
  readonly #columns: readonly ColumnAccumulator[];
  #rows = 0;

  constructor(columns: readonly ProfiledColumn[]) {
    this.#columns = columns.map((column) => new ColumnAccumulator(column));
  }

  /** @param rows each with one value per column, in the columns' order */
  add(rows: Iterable<readonly unknown[]>): this {
    for (const row of rows) {
      this.#rows += 1;
      for (let i = 0; i < this.#columns.length; i++) (this.#columns[i] as ColumnAccumulator).add(row[i]);
    }
    return this;
  }

  profile(): Profile {
    return { rows: this.#rows, columns: this.#columns.map((column) => column.profile()) };
  }
}

class ColumnAccumulator {
  readonly #column: ProfiledColumn;
  readonly #binCounts: number[] | undefined;
  readonly #categoryCounts = new Map<string, number>();
  #count = 0;
  #nulls = 0;
  #nans = 0;
  #infinities = 0;
  #small = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  #mean = 0;
  #m2 = 0;
  #other = 0;

  constructor(column: ProfiledColumn) {
    this.#column = column;
    this.#binCounts = column.edges && new Array<number>(column.edges.length + 1).fill(0);
    for (const value of column.categories ?? []) this.#categoryCounts.set(value, 0);
  }

  add(value: unknown): void {
    switch (this.#column.type) {
      case 'numeric':
        this.#addNumber(numberOf(value));
        break;
      case 'timestamp':
        this.#addTime(value);
        break;
      case 'boolean':
        this.#addCategory(booleanOf(value));
        break;
      default:
        this.#addCategory(textOf(value));
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
      ...(measured && present && this.#small === this.#count && { mean: this.#mean, m2: this.#m2 }),
      ...(edges && this.#binCounts && { bins: { edges: [...edges], counts: [...this.#binCounts] } }),
      ...(categories && { categories }),
    };
  }

  #addTime(value: unknown): void {
    const ms = timestampMs(value);
    this.#addNumber(Number.isNaN(ms) ? undefined : ms);
  }

  #addNumber(value: number | undefined): void {
    if (value === undefined) this.#nulls += 1;
    else if (Number.isNaN(value)) this.#nans += 1;
    else if (!Number.isFinite(value)) this.#infinities += 1;
    else this.#addFinite(value);
  }

  #addFinite(value: number): void {
    this.#count += 1;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
    if (Math.abs(value) <= MOMENT_LIMIT) {
      this.#small += 1;
      const delta = value - this.#mean;
      this.#mean += delta / this.#small;
      this.#m2 += delta * (value - this.#mean);
    }
    const counts = this.#binCounts;
    if (counts) {
      const bin = leftOpenBin(this.#column.edges as readonly number[], value);
      counts[bin] = (counts[bin] as number) + 1;
    }
  }

  #addCategory(value: string | undefined): void {
    if (value === undefined) {
      this.#nulls += 1;
      return;
    }
    this.#count += 1;
    if (this.#column.type === 'string') return;
    const counted = this.#categoryCounts.get(value);
    const full = this.#column.categories !== undefined || this.#categoryCounts.size >= DISTINCT_LIMIT;
    if (counted === undefined && full) this.#other += 1;
    else this.#categoryCounts.set(value, (counted ?? 0) + 1);
  }

  #categories(): Categories | undefined {
    const counts = this.#categoryCounts;
    if (this.#column.type === 'boolean') return booleanCounts(counts.get('false') ?? 0, counts.get('true') ?? 0);
    if (this.#column.type !== 'category') return undefined;
    return this.#column.categories ? { values: [...counts], other: this.#other } : cutCategories(counts, this.#other);
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
