import type { ModelSpec } from '../../spec/model-spec.ts';
import type { Baseline } from '../baseline.ts';
import type { MonitorKind } from '../finding.ts';
import type { VersionRecord } from '../window-record.ts';
import { biasDrafts } from './bias.ts';
import { brokenDrafts } from './broken.ts';
import { columnMonitors, type Importances, relativeImportances } from './column-monitors.ts';
import type { Draft } from './draft.ts';
import { estimatedDrafts, estimatedFigure } from './estimated.ts';
import { effectiveRows, type JudgedRows, judgedRows } from './judged-rows.ts';
import { metricOf, qualityDrafts } from './quality.ts';
import { segmentText, tooFewRows } from './sentences.ts';

/** Monitors that compare rows and need monitoring.minRows of them, whether labelled or not. */
const OF_ROWS: readonly MonitorKind[] = ['feature-drift', 'missingness', 'new-categories', 'prediction-drift'];

/** Everything that is looked at in the rows of one version, before its tests are weighed. The whole window first. */
export function draftsOf(version: VersionRecord, spec: ModelSpec, baseline: Baseline): Draft[] {
  const importances = relativeImportances(baseline.features, baseline.importances);
  return judgedRows(version, baseline, spec.monitoring).flatMap((rows) => [
    ...ofRows(rows, spec, importances),
    ...qualityDrafts(rows, spec),
    ...(rows.segment ? [] : [...estimatedDrafts(rows, spec), ...biasOf(rows, spec, baseline)]),
  ]);
}

function ofRows(rows: JudgedRows, spec: ModelSpec, importances: Importances): Draft[] {
  const { minRows } = spec.monitoring;
  const { segment, reference } = rows;
  const monitors: readonly MonitorKind[] = segment ? OF_ROWS : ['data-quality', ...OF_ROWS];
  if (!reference) return monitors.map((monitor) => tooFew(monitor, rows, minRows, 'training has no rows of it'));
  if (effectiveRows(rows) < minRows) return monitors.map((monitor) => tooFew(monitor, rows, minRows));
  const columns = columnMonitors(rows, reference, spec, importances);
  return segment ? columns : [...brokenDrafts(rows, reference, spec), ...columns];
}

function biasOf(rows: JudgedRows, spec: ModelSpec, { groups, live: holdout }: Baseline): Draft[] {
  const { live } = rows.record;
  if (live.task !== 'binary') return [];
  // at another threshold other rows of the holdout were positive, and nothing tells which of them now would be
  const isHeld = holdout?.task !== 'binary' || holdout.threshold === live.threshold;
  return biasDrafts(rows, isHeld ? groups : [], spec);
}

function tooFew(monitor: MonitorKind, { segment, rows, effective }: JudgedRows, minRows: number, why?: string): Draft {
  const where = segment ? `${segmentText(segment)}: ` : '';
  return {
    ...{ monitor, subject: 'rows', measure: 'rows', rows, threshold: minRows, excess: 0, insufficient: true },
    ...(segment && { segment }),
    value: Math.floor(rows * effective),
    message: `${where}${why ?? tooFewRows(segment ? 'it' : 'the window', rows, effective, minRows)}`,
  };
}

/** Why a monitor that is not set up for the model says nothing; undefined if it could. */
export function silenceOf(monitor: MonitorKind, spec: ModelSpec): string | undefined {
  const { bias, quality } = spec.monitoring;
  const binary = spec.task === 'binary';
  if (monitor === 'bias') {
    if (bias.length === 0) return 'monitoring.bias declares nothing';
    return binary ? undefined : 'bias is measured of binary models only';
  }
  if (monitor !== 'estimated-quality') return undefined;
  if (!quality.estimate) return 'monitoring.quality.estimate is false';
  if (!binary) return 'quality is estimated of binary models only';
  return estimatedFigure(spec) ? undefined : `${metricOf(spec)} is not estimated`;
}
