import {
  binnedGroups,
  type CalibrationMap,
  ESTIMATED_FIGURES,
  type EstimatedFigure,
  estimateQualityOfBins,
  fitCalibration,
  type ReferenceScatter,
  referenceScatter,
  samplingError,
} from '../../../stats/estimation/index.ts';
import { normalInterval } from '../../../stats/intervals/index.ts';
import type { ModelSpec } from '../../spec/model-spec.ts';
import { sum } from '../bins.ts';
import type { LiveCounts } from '../live-counts.ts';
import type { Draft } from './draft.ts';
import { effectiveRows, type JudgedRows } from './judged-rows.ts';
import { lossDraft, metricOf } from './quality.ts';
import { atThresholdOf, BINARY_FIGURE, labelledRows, liveFigure, otherThreshold, untold } from './quality-figures.ts';

type BinaryLive = Extract<LiveCounts, { task: 'binary' }>;

interface Fitted {
  readonly map: CalibrationMap;
  readonly scatter: ReferenceScatter;
}
/** Fitted once for a baseline in memory: it takes longer than all else that is done for a window. */
const fitted = new WeakMap<BinaryLive, Fitted>();

/** Figure of `estimateQuality` that monitoring.quality.metric is; undefined for one that is not estimated. */
export function estimatedFigure(spec: ModelSpec): EstimatedFigure | undefined {
  const name = BINARY_FIGURE[metricOf(spec) as keyof typeof BINARY_FIGURE] as string | undefined;
  return ESTIMATED_FIGURES.find((figure) => figure === name);
}

/**
 * Quality of all rows as far as the model's own confidence tells (CBPE): scores calibrated by the labels of the holdout,
 * against the quality of the holdout. A loss of monitoring.quality.maxLoss is a warning at most. It sees rows that are harder
 * than the holdout's, and no change of what they mean.
 *
 * @returns none where the spec asks for none
 */
export function estimatedDrafts(rows: JudgedRows, spec: ModelSpec): Draft[] {
  const { quality, minRows } = spec.monitoring;
  const figure = estimatedFigure(spec);
  const { live } = rows.record;
  if (!quality.estimate || !figure || live.task !== 'binary') return [];
  const metric = metricOf(spec);
  const scored = sum(live.scores);
  const at = { monitor: 'estimated-quality' as const, subject: metric, measure: metric, rows: scored };
  const silent = (why: string): Draft[] => [{ ...at, excess: 0, insufficient: true, message: `${metric}: ${why}` }];
  const holdout = rows.reference?.live;
  if (holdout?.task !== 'binary') return silent('the baseline has no labels to calibrate scores by');
  const few = labelledRows(holdout) === 0 ? 'no row is labelled' : untold(holdout, metric);
  if (few !== undefined) return silent(`of the holdout ${few}`);
  if (Math.min(effectiveRows(rows), scored * rows.effective) < minRows) {
    return silent(`${scored} rows have a score, monitoring.minRows is ${minRows}`);
  }
  const { map, scatter } = fitTo(holdout);
  const value = estimateQualityOfBins(live.scores, map, live.threshold)[figure];
  const error = samplingError(scatter[figure], scored * rows.effective);
  const held = atThresholdOf(live, holdout, metric);
  if (!held) return silent(otherThreshold(live, holdout));
  const before = liveFigure(held, metric, {});
  if (!Number.isFinite(value + error + before.value)) return silent('undefined for these scores');
  const now = { value, interval: normalInterval(value, error, 1) };
  return [lossDraft({ ...at, standing: 'estimate' }, now, before, metric, quality.maxLoss)];
}

function fitTo(holdout: BinaryLive): Fitted {
  const known = fitted.get(holdout);
  if (known) return known;
  const groups = binnedGroups(holdout);
  const made = { map: fitCalibration(groups), scatter: referenceScatter(groups, holdout) };
  fitted.set(holdout, made);
  return made;
}
