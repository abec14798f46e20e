import type { ModelSpec } from '../../spec/model-spec.ts';
import { LIVE_METRICS } from '../../spec/monitoring.ts';
import { type Draft, legible } from './draft.ts';
import type { JudgedRows } from './judged-rows.ts';
import { type Estimated, fallPValue, risePValue } from './normal-tests.ts';
import {
  atThresholdOf,
  isLoss,
  type LiveFigure,
  type LiveMetric,
  labelledRows,
  liveFigure,
  otherThreshold,
  untold,
} from './quality-figures.ts';
import { count, figure, figureSentence, nameOf } from './sentences.ts';

/** monitoring.quality.metric, or the first of the task. */
export const metricOf = ({ task, monitoring }: Pick<ModelSpec, 'task' | 'monitoring'>): LiveMetric =>
  (monitoring.quality.metric as LiveMetric | undefined) ?? LIVE_METRICS[task][0];

/**
 * Quality of the labelled rows: against the holdout's (a loss of monitoring.quality.maxLoss breaches if it is significant,
 * one-sided) and against the bounds of monitoring.quality, each a finding of its own. Severity is the loss over maxLoss; at a
 * bound it is 1, and 1 more for each maxLoss beyond.
 */
export function qualityDrafts(rows: JudgedRows, spec: ModelSpec): Draft[] {
  const { quality } = spec.monitoring;
  const { live } = rows.record;
  const metric = metricOf(spec);
  const labelled = labelledRows(live);
  const at = { monitor: 'quality' as const, subject: metric, measure: metric, rows: labelled, ...segmentOf(rows) };
  const silent = (why: string): Draft[] => [{ ...at, excess: 0, insufficient: true, message: `${nameOf(at)}: ${why}` }];
  const worth = labelled * rows.effective;
  if (worth < quality.minLabels || labelled === 0) {
    const sampled = rows.effective < 1 ? `, which sampling leaves the worth of ${Math.floor(worth)}` : '';
    return silent(`${count(labelled, 'labelled row')}${sampled}, monitoring.quality.minLabels is ${quality.minLabels}`);
  }
  const few = untold(live, metric);
  if (few !== undefined) return silent(few);
  const now = liveFigure(live, metric, { designEffect: 1 / rows.effective });
  if (!Number.isFinite(now.value)) return silent('undefined for these labels');
  const drafts = boundDrafts(at, now, quality);
  const holdout = rows.reference?.live;
  const held = holdout && atThresholdOf(live, holdout, metric);
  const before = held && liveFigure(held, metric, {});
  if (before && Number.isFinite(before.value)) return [lossDraft(at, now, before, metric, quality.maxLoss), ...drafts];
  if (drafts.length > 0) return drafts;
  return silent(holdout && !held ? otherThreshold(live, holdout) : 'the baseline has no quality to hold it against');
}

type At = Pick<Draft, 'monitor' | 'subject' | 'measure' | 'rows' | 'segment' | 'standing'>;

/** The loss of a figure against the holdout's. */
export function lossDraft(at: At, now: LiveFigure, before: LiveFigure, metric: LiveMetric, maxLoss: number): Draft {
  const loss = isLoss(metric) ? now.value - before.value : before.value - now.value;
  const threshold = isLoss(metric) ? before.value + maxLoss : before.value - maxLoss;
  const test = isLoss(metric) ? risePValue : fallPValue;
  const pValue = isEstimated(now) && isEstimated(before) ? legible(test(now, before)) : undefined;
  const held = `${figure(before.value)} on the holdout; a loss of ${maxLoss} is allowed`;
  return drafted(
    { ...at, ...figuresOf(now), baseline: before.value, threshold },
    pValue,
    Math.max(0, loss) / maxLoss,
    held,
  );
}

function boundDrafts(at: At, now: LiveFigure, quality: ModelSpec['monitoring']['quality']): Draft[] {
  const { min, max, maxLoss } = quality;
  const draft = (threshold: number, beyond: number, test: typeof risePValue, held: string) => {
    const pValue = isEstimated(now) ? legible(test(now, threshold)) : undefined;
    return drafted({ ...at, ...figuresOf(now), threshold }, pValue, Math.max(0, 1 + beyond / maxLoss), held);
  };
  return [
    ...(min === undefined ? [] : [draft(min, min - now.value, fallPValue, `${min} is the least allowed`)]),
    ...(max === undefined ? [] : [draft(max, now.value - max, risePValue, `${max} is the most allowed`)]),
  ];
}

/** Without a test nothing can breach, and the sentence says so. */
function drafted(
  draft: At & Pick<Draft, 'baseline' | 'interval'> & { readonly value: number; readonly threshold: number },
  pValue: number | undefined,
  excess: number,
  held: string,
): Draft {
  const tested = pValue === undefined ? draft : { ...draft, pValue };
  const untested = pValue === undefined ? '; how much chance moves it is not known' : '';
  return { ...tested, excess, message: figureSentence(tested, held) + untested };
}

const isEstimated = (one: LiveFigure): one is Estimated => one.interval !== undefined;
const figuresOf = ({ value, interval }: LiveFigure) => ({
  value,
  ...(interval && { interval: [interval.lower, interval.upper] as [number, number] }),
});
const segmentOf = ({ segment }: JudgedRows) => (segment ? { segment } : {});
