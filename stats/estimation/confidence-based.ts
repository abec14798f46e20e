import { checkEach, checkLengths, checkNumbers, checkProbabilities, checkThreshold } from '../quality/checks.ts';
import { type Confusion, confusionFigures } from '../quality/confusion.ts';
import { averagePrecisionOfGroups, groupByScore, rocAucOfGroups, type ScoreGroups } from '../quality/ranking.ts';
import { binMiddles } from './calibrate.ts';
import { type CalibrationMap, calibrated } from './isotonic.ts';

/** Figures of a binary model that can be expected from its probabilities alone. */
export const ESTIMATED_FIGURES = [
  'accuracy',
  'precision',
  'recall',
  'specificity',
  'f1',
  'rocAuc',
  'averagePrecision',
] as const;
export type EstimatedFigure = (typeof ESTIMATED_FIGURES)[number];

/** NaN = undefined, where NannyML answers 0. */
export interface EstimatedQuality extends Readonly<Record<EstimatedFigure, number>> {
  readonly rows: number;
  /** Expected rows of each outcome. */
  readonly confusion: Confusion;
}

/**
 * Confidence-based performance estimation: what a model's quality is if each row is positive as often as its calibrated
 * probability says. TP = sum of p over rows predicted positive, FP of 1 - p, FN of p over the others; AUC and average
 * precision by cumulating p in the order of the raw score. It sees drift of the inputs, and no change of what they mean.
 *
 * NannyML 0.13.1's CBPE, but for two things: rows of one raw score count as tied, not in the order they come in, and its
 * cumulated sums are not rounded to five decimals.
 *
 * @param scores raw scores, not NaN; at or above the threshold is predicted positive
 * @param probabilities calibrated, in [0, 1]
 * @throws RangeError for other values, or lengths that differ
 * @see https://nannyml.readthedocs.io/en/stable/how_it_works/performance_estimation.html
 */
export function estimateQuality(
  scores: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  threshold = 0.5,
): EstimatedQuality {
  checkLengths('scores', scores, 'probabilities', probabilities);
  checkNumbers('scores', scores);
  checkProbabilities('probabilities', probabilities);
  checkThreshold(threshold);
  const confusion = { tp: 0, fp: 0, fn: 0, tn: 0 };
  for (let i = 0; i < scores.length; i++) {
    addExpected(confusion, 1, probabilities[i] as number, Number((scores[i] as number) >= threshold));
  }
  return qualityOf(confusion, groupByScore(probabilities, scores), scores.length);
}

/**
 * {@link estimateQuality} from a histogram of raw scores, each taken as the middle of its bin. A threshold inside a bin cuts
 * its rows in proportion.
 *
 * @param counts rows per bin of equal width over [0, 1]
 * @throws RangeError for a negative count, or a threshold that is NaN
 */
export function estimateQualityOfBins(
  counts: readonly number[],
  map: CalibrationMap,
  threshold = 0.5,
): EstimatedQuality {
  checkEach('counts', counts, 'a count from 0', (count) => count >= 0 && count < Number.POSITIVE_INFINITY);
  checkThreshold(threshold);
  const confusion = { tp: 0, fp: 0, fn: 0, tn: 0 };
  const probabilities = binMiddles(counts.length).map((middle) => calibrated(map, middle));
  let rows = 0;
  for (const [i, count] of counts.entries()) {
    const above = Math.min(1, Math.max(0, i + 1 - edgeOf(threshold, counts.length)));
    addExpected(confusion, count, probabilities[i] as number, above);
    rows += count;
  }
  const groups = {
    positives: counts.map((count, i) => count * (probabilities[i] as number)),
    negatives: counts.map((count, i) => count * (1 - (probabilities[i] as number))),
  };
  return qualityOf(confusion, groups, rows);
}

/** The threshold in bins from 0: whole if it is an edge, which 0.57 * 100 would miss. */
function edgeOf(threshold: number, bins: number): number {
  const edge = Math.round(threshold * bins);
  return edge / bins === threshold ? edge : threshold * bins;
}

/** @param above share of the rows that is predicted positive */
function addExpected(
  confusion: { tp: number; fp: number; fn: number; tn: number },
  rows: number,
  probability: number,
  above: number,
): void {
  confusion.tp += rows * above * probability;
  confusion.fp += rows * above * (1 - probability);
  confusion.fn += rows * (1 - above) * probability;
  confusion.tn += rows * (1 - above) * (1 - probability);
}

function qualityOf(confusion: Confusion, groups: ScoreGroups, rows: number): EstimatedQuality {
  const { accuracy, precision, recall, specificity, f1 } = confusionFigures(confusion);
  return {
    rows,
    confusion,
    accuracy,
    precision,
    recall,
    specificity,
    f1,
    rocAuc: rocAucOfGroups(groups),
    averagePrecision: averagePrecisionOfGroups(groups),
  };
}
