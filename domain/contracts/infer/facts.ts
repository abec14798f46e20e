import type { Column, DataSpec } from '../../spec/columns.ts';

/** Different numbers of a column that are counted one by one; of more, only the ends are known. */
export const MAX_COUNTED_NUMBERS = 1_000;
/** Different texts of a column whose counts are kept. */
export const MAX_COUNTED_TEXTS = 1_000;

/** The finite numbers of a column, or the lengths of its texts. */
export interface NumberFacts {
  readonly count: number;
  readonly min: number;
  readonly max: number;
  /** Shares 0.05, 0.5 and 0.95 of the values are not above these. */
  readonly quantiles: readonly [number, number, number];
  /** The largest, falling: TAIL_VALUES + 1 of them, or all. */
  readonly top: readonly number[];
  /** The smallest, rising. */
  readonly bottom: readonly number[];
  /** Every value with its count, rising, if there are at most MAX_COUNTED_NUMBERS. */
  readonly values?: readonly (readonly [value: number, count: number])[];
}

export interface TextFacts {
  /** Values that occur in one row. */
  readonly singletons: number;
  /** Values that occur in two. */
  readonly doubletons: number;
  /** Every value with its count, the most frequent first, if there are at most MAX_COUNTED_TEXTS. */
  readonly values?: readonly (readonly [value: string, count: number])[];
  /** RE2 that every value matches as a whole. */
  readonly pattern?: string;
}

export interface ColumnFacts {
  readonly name: string;
  readonly type: Column['type'];
  readonly rows: number;
  readonly nulls: number;
  readonly nans: number;
  readonly infinities: number;
  /** Cells that are not of the type. */
  readonly misfits: number;
  /** Different values, exactly; absent where only a profile is known. */
  readonly distinct?: number;
  /** strptime format of times that are not in ISO 8601. */
  readonly format?: string;
  /** Times that name their offset. */
  readonly withOffset?: number;
  readonly numbers?: NumberFacts;
  readonly lengths?: NumberFacts;
  readonly texts?: TextFacts;
}

/** What was seen of a data set, exactly but for a profile's bins. */
export interface DataFacts {
  /** `week-00.csv`, `data set 3`. */
  readonly source: string;
  readonly format: DataSpec['format'];
  readonly delimiter?: string;
  readonly rows: number;
  /** Rows of each file. */
  readonly files: readonly number[];
  /** Lines that hold no row. */
  readonly brokenLines: number;
  readonly columns: readonly ColumnFacts[];
  /** Rows equal to an earlier one; absent where only a profile is known. */
  readonly duplicateRows?: number;
  /** Pairs of columns that were looked at, and whether each combination of theirs occurs once. */
  readonly keys: readonly { readonly columns: readonly string[]; readonly unique: boolean }[];
}
