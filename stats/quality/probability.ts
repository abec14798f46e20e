import { checkBinaryLabels, checkEach, checkLengths, checkProbabilities, meanOf } from './checks.ts';

/** Probabilities of 0 and 1 are moved inside by this much before a logarithm, as scikit-learn does for doubles. */
const PROBABILITY_EPSILON = Number.EPSILON;

/** Loss of one row: -ln of the probability that its own class was given; at most 36.04. */
export const logLossOf = (probability: number): number =>
  -Math.log(Math.min(Math.max(probability, PROBABILITY_EPSILON), 1 - PROBABILITY_EPSILON));

/**
 * Mean of -ln(probability given to the row's class), in nats.
 *
 * @param labels 0 or 1
 * @param probabilities of the positive class, in [0, 1]
 * @returns >= 0; NaN for no rows
 * @throws RangeError for other labels or probabilities, or lengths that differ
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.log_loss.html (the same value)
 */
export function logLoss(labels: ArrayLike<number>, probabilities: ArrayLike<number>): number {
  checkRows(labels, probabilities);
  return meanOf(labels.length, (i) => {
    const probability = probabilities[i] as number;
    return logLossOf(labels[i] === 1 ? probability : 1 - probability);
  });
}

/**
 * {@link logLoss} for any number of classes.
 *
 * @param labels class index, below the number of classes
 * @param probabilities row-major, one per class; rows that do not sum to 1 are taken as they are
 * @param classes number of classes
 * @throws RangeError
 */
export function multiclassLogLoss(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  classes: number,
): number {
  if (probabilities.length !== labels.length * classes) {
    throw new RangeError(
      `probabilities must be ${labels.length} rows of ${classes}, got ${probabilities.length} numbers`,
    );
  }
  checkEach('labels', labels, `a class index below ${classes}`, (label) => isIndex(label, classes));
  checkProbabilities('probabilities', probabilities);
  return meanOf(labels.length, (i) => logLossOf(probabilities[i * classes + (labels[i] as number)] as number));
}

const isIndex = (label: number, classes: number): boolean => Number.isInteger(label) && label >= 0 && label < classes;

/**
 * Brier score: mean squared difference of probability and label.
 *
 * @param labels 0 or 1
 * @param probabilities of the positive class, in [0, 1]
 * @returns in [0, 1], 0 is best; NaN for no rows
 * @throws RangeError for other labels or probabilities, or lengths that differ
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.brier_score_loss.html (the same value)
 */
export function brierScore(labels: ArrayLike<number>, probabilities: ArrayLike<number>): number {
  checkRows(labels, probabilities);
  return meanOf(labels.length, (i) => ((probabilities[i] as number) - (labels[i] as number)) ** 2);
}

function checkRows(labels: ArrayLike<number>, probabilities: ArrayLike<number>): void {
  checkLengths('labels', labels, 'probabilities', probabilities);
  checkBinaryLabels(labels);
  checkProbabilities('probabilities', probabilities);
}
