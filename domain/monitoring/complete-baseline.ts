import { edgesOf } from '../../stats/binning/reference-quantiles.ts';
import type { SliceColumns } from '../evaluation/judge.ts';
import { predictedClasses, type Scored, takeRows } from '../evaluation/scored.ts';
import { type ProfiledColumn, referenceColumns } from '../profiles/columns.ts';
import { CATEGORY_LIMIT, type ColumnProfile } from '../profiles/profile.ts';
import { ProfileAccumulator } from '../profiles/profile-accumulator.ts';
import { protectedLabel } from '../protected.ts';
import type { ModelSpec } from '../spec/model-spec.ts';
import type { Baseline, DraftBaseline } from './baseline.ts';
import { addLiveLabel, addLivePrediction, emptyLiveCounts, type LiveCounts } from './live-counts.ts';
import { countInGroup, cutGroups, emptyGroup } from './records/group-counts.ts';
import type { GroupCounts } from './window-record.ts';

export interface HoldoutJudged {
  readonly spec: ModelSpec;
  readonly scored: Scored;
  /** Class labels in the order of the probabilities; none for regression. */
  readonly classes: readonly string[];
  /** Holdout values, row by row, of the columns `baselineColumnsOf` names, as far as they are there. */
  readonly values: SliceColumns;
  /** One per feature, summing to 1. */
  readonly importances?: readonly number[] | undefined;
}

/** Columns whose holdout values a baseline is split by. */
export const baselineColumnsOf = ({ monitoring }: ModelSpec): string[] => [
  ...new Set([...monitoring.segments, ...monitoring.bias.map(({ column }) => column)]),
];

/** Completes what prepare-training drafted by how the model did on the holdout: what live windows are held against. */
export function completeBaseline(draft: DraftBaseline, judged: HoldoutJudged): Baseline {
  const { scored, classes, spec, values, importances } = judged;
  const prediction = predictionProfile(scored, predictionColumn(scored, classes), classes);
  const [column] = referenceColumns([prediction]);
  return {
    ...draft,
    holdoutRows: scored.labels.length,
    prediction,
    ...(importances && { importances: [...importances] }),
    live: liveOf(scored, classes),
    groups: spec.monitoring.bias.flatMap(({ column }, i, all) =>
      all.findIndex((other) => other.column === column) === i ? groupsOf(column, judged) : [],
    ),
    segments: draft.segments.map((segment) => {
      const rows = rowsOf(values, segment.column, shownAs(spec, segment.column)).get(segment.value) ?? [];
      const own = takeRows(scored, rows);
      return {
        ...segment,
        holdoutRows: rows.length,
        prediction: predictionProfile(own, column as ProfiledColumn, classes),
        live: liveOf(own, classes),
      };
    }),
  };
}

function predictionColumn(scored: Scored, classes: readonly string[]): ProfiledColumn {
  const name = 'prediction';
  if (scored.task === 'multiclass') {
    return { name, type: 'category', ...(classes.length <= CATEGORY_LIMIT && { categories: classes }) };
  }
  const edges = edgesOf(scored.predictions);
  return { name, type: 'numeric', ...(edges.length > 0 && { edges }) };
}

function predictionProfile(scored: Scored, column: ProfiledColumn, classes: readonly string[]): ColumnProfile {
  const rows =
    column.type === 'category'
      ? Array.from(predictedClasses(scored), (index) => [classes[index]])
      : Array.from(scored.predictions, (value) => [value]);
  return new ProfileAccumulator([column]).add(rows).profile().columns[0] as ColumnProfile;
}

function liveOf(scored: Scored, classes: readonly string[]): LiveCounts {
  const { task, threshold, labels, predictions, width } = scored;
  const probabilities = task === 'multiclass' && width > 1;
  const live = emptyLiveCounts({ task, threshold, classes: classes.length, probabilities });
  const predicted = predictedClasses(scored);
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row] as number;
    const prediction = (task === 'multiclass' ? predicted[row] : predictions[row]) as number;
    addLivePrediction(live, prediction, 1);
    const probability = probabilities ? { probability: predictions[row * width + label] as number } : {};
    addLiveLabel(live, { label, prediction, ...probability }, 1);
  }
  return live;
}

function groupsOf(column: string, { spec, scored, values }: HoldoutJudged): GroupCounts[] {
  if (scored.task !== 'binary') return [];
  const predicted = predictedClasses(scored);
  const groups = [...rowsOf(values, column, shownAs(spec, column))].map(([value, rows]) => {
    const group = emptyGroup(column, value);
    group.rows = rows.length;
    for (const row of rows) countInGroup(group, predicted[row] === 1, scored.labels[row], 1);
    return group;
  });
  return cutGroups(groups);
}

const shownAs =
  (spec: ModelSpec, column: string) =>
  (value: string): string =>
    spec.data.protected.includes(column) ? protectedLabel(column, value) : value;

/** Rows of each value of a column; none if the holdout does not have it. */
function rowsOf(values: SliceColumns, column: string, show: (value: string) => string): Map<string | null, number[]> {
  const rows = new Map<string | null, number[]>();
  const shown = new Map<string, string>();
  for (const [row, value] of (values.get(column) ?? []).entries()) {
    const key = value === null ? null : (shown.get(value) ?? show(value));
    if (value !== null && key !== null) shown.set(value, key);
    const own = rows.get(key);
    if (own) own.push(row);
    else rows.set(key, [row]);
  }
  return rows;
}
