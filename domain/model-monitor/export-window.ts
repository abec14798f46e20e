import { isCaptured } from '../monitoring/assess/column-monitors.ts';
import type { ColumnProfile, Profile } from '../profiles/profile.ts';
import type { ModelSpec } from '../spec/model-spec.ts';
import type { Constraints } from './constraints.ts';
import { observedOfProfile } from './observed-statistics.ts';
import type { Statistics } from './statistics.ts';
import type { Violations } from './violation.ts';
import { violations } from './violations.ts';
import { constraintsJson, statisticsJson } from './write.ts';

/** What a version's windows are compared with: features of its training split, its prediction of the holdout. */
export interface ExportedReference {
  readonly features: readonly ColumnProfile[];
  readonly prediction: ColumnProfile;
}

/** `statistics.json` and `constraints.json` of a baseline, and of a window its statistics and what they violate. */
export interface ExportedFiles {
  readonly statistics: Statistics;
  readonly constraints: Constraints;
  readonly window?: { readonly statistics: Statistics; readonly violations: Violations };
  /** Features that are left out everywhere, besides hidden ones: the window has rows, but no value of them. */
  readonly notCaptured: readonly string[];
}

/**
 * What Model Monitor's data quality job would have written for a model version and one of its windows, inputs and
 * prediction alike. `item_count` of the baseline is that of the training split; the prediction's own counts are the
 * holdout's. A profile does not say of which types its values were, so that no `data_type_check` is made.
 *
 * @param window over the bins of the baseline
 * @param spec that the version was trained under
 * @param hidden columns that are left out everywhere
 */
export function exportWindow(
  { features, prediction }: ExportedReference,
  window: Profile | undefined,
  spec: ModelSpec,
  hidden: ReadonlySet<string> = new Set(),
): ExportedFiles {
  const notCaptured = uncaptured(window).filter((name) => !hidden.has(name));
  const isShown = ({ name }: ColumnProfile): boolean => !hidden.has(name) && !notCaptured.includes(name);
  const shown = features.filter(isShown);
  const inputs: Profile = { rows: rowsOf(features[0]), columns: shown };
  const output: Profile = { rows: rowsOf(prediction), columns: [prediction] };
  const reference: Profile = { rows: inputs.rows, columns: [...shown, prediction] };
  const declared = constraintsJson(inputs, spec);
  // no column of the data: the spec says nothing of it
  const constraints = { ...declared, features: [...declared.features, ...constraintsJson(output).features] };
  const statistics = statisticsOf(reference, spec);
  if (!window) return { statistics, constraints, notCaptured };
  const live: Profile = { ...window, columns: window.columns.filter(isShown) };
  const found = violations(constraints, reference, observedOfProfile(live, reference, constraints));
  return { statistics, constraints, window: { statistics: statisticsOf(live, spec), violations: found }, notCaptured };
}

/** Names of the features of a window that has rows, but no value of them. */
const uncaptured = (window: Profile | undefined): string[] =>
  window && window.rows > 0
    ? window.columns
        .slice(0, -1)
        .filter((column) => !isCaptured(column))
        .map(({ name }) => name)
    : [];

/** The last column is the prediction. */
function statisticsOf({ rows, columns }: Profile, spec: ModelSpec): Statistics {
  const inputs = statisticsJson({ rows, columns: columns.slice(0, -1) }, spec);
  return {
    ...inputs,
    features: [...inputs.features, ...statisticsJson({ rows, columns: columns.slice(-1) }).features],
  };
}

/** Every row is in exactly one of these. */
const rowsOf = (column: ColumnProfile | undefined): number =>
  column ? column.count + column.nulls + column.nans + column.infinities : 0;
