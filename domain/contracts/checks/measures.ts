import type { DeclaredCheck } from './declared.ts';

/** Which figures besides the profile the checks of a contract need. */
export interface NeededMeasures {
  readonly duplicateRows: boolean;
  /** Columns of which values outside the spec's `values` are counted. */
  readonly unseen: readonly string[];
  readonly labels: boolean;
  readonly leakage: boolean;
  readonly holdoutOverlap: boolean;
}

export interface UnseenCount {
  readonly column: string;
  /** Cells that are not missing. */
  readonly present: number;
  /** Of these, cells that are none of the spec's `values`. */
  readonly unseen: number;
}

/** How well a feature alone tells the label. */
export interface FeatureStrength {
  readonly feature: string;
  /** From 0, not at all, to 1, entirely; on the scale of a correlation. */
  readonly strength: number;
  /** Its values, or only whether there is one. */
  readonly by: 'value' | 'missing';
}

export interface LeakageFigures {
  /** Labelled rows that were looked at: all, or a sample. */
  readonly rows: number;
  /** One per feature that could be measured, the strongest first. */
  readonly strengths: readonly FeatureStrength[];
  /** Features with too few rows to tell. */
  readonly unmeasured: readonly string[];
}

/** Figures of accepted rows that a profile does not hold. Absent: nobody asked, or it cannot be measured. */
export interface Measures {
  /** Rows equal to an earlier one in every column. */
  readonly duplicateRows?: number;
  readonly unseen?: readonly UnseenCount[];
  /** Labelled rows of each class in the order of the spec, those without rows too; absent for a regression. */
  readonly labels?: readonly { readonly label: string; readonly rows: number }[];
  readonly leakage?: LeakageFigures;
  /** Rows whose id is among `context.holdoutIds`. */
  readonly holdoutOverlap?: number;
}

/** What must be measured for these checks and nothing else. */
export function neededMeasures(checks: readonly DeclaredCheck[]): NeededMeasures {
  const types = new Set(checks.map(({ type }) => type));
  const unseen = checks.flatMap((check) => (check.type === 'unseen-share' ? [check.column] : []));
  return {
    duplicateRows: types.has('duplicate-rows'),
    unseen: [...new Set(unseen)],
    labels: types.has('label-balance'),
    leakage: types.has('leakage'),
    holdoutOverlap: types.has('holdout-overlap'),
  };
}
