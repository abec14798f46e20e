import type { ColumnProfile } from '../../profiles/profile.ts';
import type { ModelSpec } from '../../spec/model-spec.ts';
import { sameBins } from '../bins.ts';
import { compareColumn } from '../column-drift.ts';
import { columnDrafts } from './column-drafts.ts';
import type { Draft } from './draft.ts';
import type { JudgedRows, Reference } from './judged-rows.ts';
import { nameOf } from './sentences.ts';

/** By feature, relative to the mean importance, so that a feature of mean importance keeps its severity. */
export type Importances = ReadonlyMap<string, number>;

/** @param shares one per feature, summing to 1, where the model tells */
export function relativeImportances(features: readonly ColumnProfile[], shares?: readonly number[]): Importances {
  return new Map((shares ?? []).map((share, i) => [features[i]?.name ?? '', share * features.length]));
}

/**
 * Feature drift, missingness and new categories of each feature, and the same of the prediction (whose distribution is
 * prediction drift). Protected columns do not appear. A column that cannot be compared says why and stops no other.
 */
export function columnMonitors(
  rows: JudgedRows,
  reference: Reference,
  spec: ModelSpec,
  importances: Importances,
): Draft[] {
  const { monitoring } = spec;
  const { columns } = rows.record.profile;
  const hidden = spec.data.protected.length > 0 ? new Set(spec.data.protected) : undefined;
  const shared = { segment: rows.segment, method: monitoring.method, missingThreshold: monitoring.missingThreshold };
  const drafts: Draft[] = [];
  for (const [i, baseline] of reference.features.entries()) {
    const { name } = baseline;
    if (hidden?.has(name)) continue;
    const live = columns[i]?.name === name ? columns[i] : columns.find((column) => column.name === name);
    drafts.push(
      ...draftsOf(rows, baseline, live, {
        ...shared,
        subject: name,
        monitor: 'feature-drift',
        threshold: own(monitoring.thresholds, name) ?? monitoring.threshold,
        importance: importances.get(name),
        standing: monitoring.muted.includes(name) ? 'muted' : undefined,
      }),
    );
  }
  const live = columns.findLast((column) => column.name === reference.prediction.name);
  const threshold = monitoring.predictionThreshold;
  const about = { ...shared, subject: 'prediction', monitor: 'prediction-drift' as const, threshold };
  drafts.push(...draftsOf(rows, reference.prediction, live, about));
  return drafts;
}

type About = Omit<Parameters<typeof columnDrafts>[1], 'rows'>;

function draftsOf(rows: JudgedRows, baseline: ColumnProfile, live: ColumnProfile | undefined, about: About): Draft[] {
  const why = incomparable(baseline, live);
  if (why === undefined && live) {
    const drift = compareColumn(baseline, live, about.method, rows.effective);
    return columnDrafts(drift, { ...about, rows: rows.rows });
  }
  const { monitor, subject, segment, method: measure, threshold, standing } = about;
  return [
    {
      ...{ monitor, subject, measure, threshold, rows: rows.rows, excess: 0, insufficient: true },
      ...(segment && { segment }),
      ...(standing && { standing }),
      message: `${nameOf(about)}: ${why}`,
    },
  ];
}

export const NOT_CAPTURED = 'not captured';

/** False for a redacted feature: its values were in no line. */
export const isCaptured = ({ count, nulls, nans, infinities }: ColumnProfile): boolean =>
  count + nulls + nans + infinities > 0;

/** Why a column of a window with rows cannot be compared; undefined if it can. */
function incomparable(baseline: ColumnProfile, live: ColumnProfile | undefined): string | undefined {
  if (!live) return `the window has no column ${baseline.name}`;
  if (live.type !== baseline.type) return `it is ${live.type} in the window and was ${baseline.type} in training`;
  if (!isCaptured(live)) return NOT_CAPTURED;
  return sameBins(baseline, live) ? undefined : "the window was not counted over the baseline's bins";
}

const own = <T>(record: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;
