/** Whose drift rule a comparison follows. `clarify` compares groups instead of columns: see its own functions. */
export const presetNames = ['millrace', 'evidently', 'tfdv', 'model-monitor', 'nannyml', 'clarify'] as const;
export type PresetName = (typeof presetNames)[number];
export type ColumnPresetName = Exclude<PresetName, 'clarify'>;

export interface NumericColumn {
  readonly name: string;
  readonly kind: 'numeric';
  /** In the order of the rows; NaN = missing, infinities allowed. Not changed. */
  readonly reference: Float64Array;
  readonly current: Float64Array;
  /** numpy saw an integer column (one with a missing cell is none): its automatic bins are at least 1 wide. @default false */
  readonly integer?: boolean;
}

/** Every method for categories needs these counts and no row. */
export interface CategoryCounts {
  /** Rows per value, whole and not negative. */
  readonly counts: ReadonlyMap<string, number>;
  /** Rows without a value. */
  readonly missing: number;
}

export interface CategoryColumn {
  readonly name: string;
  readonly kind: 'category';
  readonly reference: CategoryCounts;
  readonly current: CategoryCounts;
  /** The reference in parts, as its rows came: NannyML takes its thresholds from them. */
  readonly referenceChunks?: readonly CategoryCounts[];
}

export type Column = NumericColumn | CategoryColumn;

export interface ColumnComparison {
  readonly name: string;
  /** The tool's own name of what was computed. */
  readonly method: string;
  /** What the tool reports for the column; absent where there is nothing to compare, and the note says why. */
  readonly statistic?: number;
  /** Absent if the tool has none for this column. */
  readonly threshold?: number;
  /** In [0, 1]; only of tests. */
  readonly pValue?: number;
  readonly detected: boolean;
  /** `below`: the p-value is compared with the threshold and drift is below it; `above`: the statistic, above it. */
  readonly direction: 'above' | 'below';
  readonly note?: string;
}

export interface DatasetComparison {
  readonly columns: readonly ColumnComparison[];
  /** Columns with drift over columns that could be compared; absent if none could. */
  readonly driftedShare?: number;
  readonly detected: boolean;
  /** The tool's rule for a data set, in words. */
  readonly rule: string;
}

/** A preset as code: both functions throw a RangeError for options or counts that are none, never for poor data. */
export interface Preset<Options> {
  compareColumn(column: Column, options: Options): ColumnComparison;
  compareDataset(columns: readonly Column[], options: Options): DatasetComparison;
}

/** One whose columns speak for themselves, so that none needs to be in memory beside another. */
export interface ColumnwisePreset<Options> extends Preset<Options> {
  /** The rule for a data set, of columns that were compared one by one. */
  conclude(compared: readonly ColumnComparison[], options: Options): DatasetComparison;
}
