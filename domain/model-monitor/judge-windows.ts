import type { ColumnProfile, Profile } from '../profiles/profile.ts';
import type { CapturePlan, CaptureWindow } from './capture-window.ts';
import type { Constraints } from './constraints.ts';
import type { Violation } from './violation.ts';
import { violations } from './violations.ts';

export interface JudgedWindow {
  readonly calls: number;
  readonly rows: number;
  /** Rows for which an answer was captured. */
  readonly predictions: number;
  /** Over the bins of the reference. */
  readonly profile: Profile;
  readonly violations: readonly Violation[];
}

export interface JudgedWindows {
  /** What later windows are compared with: the baseline, without the target if predictions are something else. */
  readonly reference: Profile;
  /** By hour, as they were given. */
  readonly windows: ReadonlyMap<string, JudgedWindow>;
  /** Whether predictions are counted as the target; undefined if there are none, or no target is known. */
  readonly predictionsAreTarget?: boolean;
}

/** A column the statistics do not know: it is counted, and compared with nothing. */
const unknownColumn = (name: string, numeric: boolean): ColumnProfile => {
  return { name, type: numeric ? 'numeric' : 'string', count: 0, nulls: 0, nans: 0, infinities: 0 };
};

/**
 * What to count of captured calls.
 * @param features names in the order of positional data
 * @param target what the model predicts; it is no feature
 */
export function capturePlan(
  baseline: Profile,
  constraints: Constraints,
  { features, target }: { features: readonly string[]; target?: string },
): CapturePlan {
  const references = new Map(baseline.columns.map((column) => [column.name, column]));
  const types = new Map(constraints.features.map((feature) => [feature.name, feature.inferred_type]));
  const prediction = target === undefined ? undefined : references.get(target);
  return {
    features: features.map(
      (name) => references.get(name) ?? unknownColumn(name, /^(Integral|Fractional)$/.test(types.get(name) ?? '')),
    ),
    ...(prediction && { prediction }),
    constraints: constraints.features,
  };
}

/**
 * Evaluates the constraints on every window. Model Monitor compares predictions with the target of the baseline; where
 * they are another thing, such as a probability of a label that is 0 or 1, that would be an alarm in every window. So
 * the target is left out of everything unless at least half of the predictions are of its type.
 */
export function judgeWindows(
  baseline: Profile,
  constraints: Constraints,
  plan: CapturePlan,
  windows: ReadonlyMap<string, CaptureWindow>,
  target?: string,
): JudgedWindows {
  const all = [...windows.values()];
  const predictions = all.reduce((sum, window) => sum + window.predictions, 0);
  const fitting = all.reduce((sum, window) => sum + window.fittingPredictions, 0);
  const known = plan.prediction !== undefined && predictions > 0;
  const counted = known && fitting * 2 >= predictions;
  const drop = target !== undefined && windows.size > 0 && !counted;
  const keep = ({ name }: { name: string }): boolean => !drop || name !== target;
  const asked = { ...constraints, features: constraints.features.filter(keep) };
  const reference = { ...baseline, columns: baseline.columns.filter(keep) };
  const judge = (window: CaptureWindow): JudgedWindow => {
    const { rows, columns } = window.profile();
    const observed = window.observed();
    const width = observed.width && widthWithout(observed.width, drop && plan.prediction !== undefined ? 1 : 0);
    const seen = { ...observed, columns: observed.columns.filter(keep), ...(width && { width }) };
    return {
      calls: window.calls,
      rows,
      predictions: window.predictions,
      profile: { rows, columns: columns.filter(keep) },
      violations: violations(asked, reference, seen).violations,
    };
  };
  return {
    reference,
    windows: new Map([...windows].map(([hour, window]) => [hour, judge(window)])),
    ...(known && { predictionsAreTarget: counted }),
  };
}

const widthWithout = ({ least, most }: { least: number; most: number }, columns: number) => {
  return { least: least - columns, most: most - columns };
};
