import { checkBinaryLabels, checkLengths, checkNumbers, checkThreshold } from './checks.ts';

/** Rows of a binary model by outcome. Whole counts, or the expected ones of an estimate. */
export interface Confusion {
  /** Positive, predicted positive. */
  readonly tp: number;
  /** Negative, predicted positive. */
  readonly fp: number;
  /** Positive, predicted negative. */
  readonly fn: number;
  /** Negative, predicted negative. */
  readonly tn: number;
}

/** Shares of {@link Confusion}; NaN = undefined, where scikit-learn answers 0 and warns. */
export interface ConfusionFigures {
  readonly accuracy: number;
  readonly precision: number;
  readonly recall: number;
  readonly specificity: number;
  /** Negative predictive value: precision of the negative class. */
  readonly npv: number;
  readonly f1: number;
  /** Mean of recall and specificity. */
  readonly balancedAccuracy: number;
  /** Matthews correlation coefficient, in [-1, 1]. */
  readonly mcc: number;
  /** Cohen's kappa, in [-1, 1]; 0 is what chance gives. */
  readonly kappa: number;
}

/**
 * Rows of each outcome; a score at or above the threshold is predicted positive.
 *
 * @param labels 0 or 1
 * @param scores not NaN
 * @throws RangeError for other labels, a NaN, or lengths that differ
 */
export function binaryConfusion(labels: ArrayLike<number>, scores: ArrayLike<number>, threshold = 0.5): Confusion {
  checkLengths('labels', labels, 'scores', scores);
  checkBinaryLabels(labels);
  checkNumbers('scores', scores);
  checkThreshold(threshold);
  const counts = { tp: 0, fp: 0, fn: 0, tn: 0 };
  for (let i = 0; i < labels.length; i++) {
    const positive = labels[i] === 1;
    if ((scores[i] as number) >= threshold) counts[positive ? 'tp' : 'fp'] += 1;
    else counts[positive ? 'fn' : 'tn'] += 1;
  }
  return counts;
}

/**
 * What can be said of a binary model from its confusion alone. As scikit-learn (accuracy_score, precision_score, ...),
 * but NaN where a denominator is 0; of no rows all are NaN.
 */
export function confusionFigures({ tp, fp, fn, tn }: Confusion): ConfusionFigures {
  const rows = tp + fp + fn + tn;
  const recall = tp / (tp + fn);
  const specificity = tn / (tn + fp);
  const accuracy = (tp + tn) / rows;
  const byChance = ((tp + fp) * (tp + fn) + (fn + tn) * (fp + tn)) / rows ** 2;
  // roots apart: the product of four counts overflows the exact integers early
  const spread = Math.sqrt(tp + fp) * Math.sqrt(tp + fn) * Math.sqrt(tn + fp) * Math.sqrt(tn + fn);
  return {
    accuracy,
    precision: tp / (tp + fp),
    recall,
    specificity,
    npv: tn / (tn + fn),
    f1: fBeta({ tp, fp, fn, tn }, 1),
    balancedAccuracy: (recall + specificity) / 2,
    mcc: (tp * tn - fp * fn) / spread,
    kappa: (accuracy - byChance) / (1 - byChance),
  };
}

/**
 * F-beta: the harmonic mean of precision and recall, recall counting beta times as much as precision.
 *
 * @param beta > 0; 1 is F1
 * @returns NaN if there is neither a positive row nor a positive prediction
 * @throws RangeError for beta <= 0
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.fbeta_score.html (the same value)
 */
export function fBeta({ tp, fp, fn }: Confusion, beta: number): number {
  if (!(beta > 0 && beta < Number.POSITIVE_INFINITY)) throw new RangeError(`beta must be above 0, got ${beta}`);
  const weight = beta * beta;
  return ((1 + weight) * tp) / ((1 + weight) * tp + weight * fn + fp);
}
