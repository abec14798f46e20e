import { checkFinite, checkLengths, meanOf } from './checks.ts';

/** Errors are prediction minus label, in the label's unit. All NaN for no rows. */
export interface RegressionFigures {
  /** Mean absolute error. */
  readonly mae: number;
  /** Mean squared error. */
  readonly mse: number;
  readonly rmse: number;
  /** Mean of |error| / |label|: a share, not a percentage; a label of 0 makes it huge, as in scikit-learn. */
  readonly mape: number;
  /** Mean of 2 |error| / (|label| + |prediction|), in [0, 2]; a row with both 0 counts 0. Not in scikit-learn. */
  readonly smape: number;
  readonly medianAbsoluteError: number;
  /** 1 - MSE / variance of the labels; at most 1. NaN if all labels are equal. */
  readonly r2: number;
  /** As r2 with the variance of the errors: blind to a constant offset. */
  readonly explainedVariance: number;
  readonly maxError: number;
  /** Mean error: above 0 the model predicts too much. */
  readonly bias: number;
}

/** A label below it counts as this in MAPE, as in scikit-learn. */
const SMALLEST_LABEL = Number.EPSILON;

/** |error| as a share of |label|. */
export const relativeError = (label: number, prediction: number): number =>
  Math.abs(prediction - label) / Math.max(Math.abs(label), SMALLEST_LABEL);

/**
 * As scikit-learn where it has the figure (mean_absolute_error, r2_score, ...); what is undefined is NaN here.
 *
 * @param labels finite
 * @param predictions finite
 * @throws RangeError for a NaN or an infinite value, or lengths that differ
 */
export function regressionFigures(labels: ArrayLike<number>, predictions: ArrayLike<number>): RegressionFigures {
  checkLengths('labels', labels, 'predictions', predictions);
  checkFinite('labels', labels);
  checkFinite('predictions', predictions);
  const rows = labels.length;
  const label = (i: number) => labels[i] as number;
  const error = (i: number) => (predictions[i] as number) - label(i);
  const mse = meanOf(rows, (i) => error(i) ** 2);
  const absolute = Float64Array.from({ length: rows }, (_, i) => Math.abs(error(i))).sort();
  // rounding would leave equal labels a variance of its own
  const variance = areEqual(rows, label) ? Number.NaN : varianceOf(rows, label);
  return {
    mae: meanOf(rows, (i) => absolute[i] as number),
    mse,
    rmse: Math.sqrt(mse),
    mape: meanOf(rows, (i) => relativeError(label(i), predictions[i] as number)),
    smape: meanOf(rows, (i) => symmetricError(label(i), predictions[i] as number)),
    medianAbsoluteError: ((absolute[(rows - 1) >> 1] as number) + (absolute[rows >> 1] as number)) / 2,
    r2: 1 - mse / variance,
    explainedVariance: 1 - varianceOf(rows, error) / variance,
    maxError: rows === 0 ? Number.NaN : (absolute[rows - 1] as number),
    bias: meanOf(rows, error),
  };
}

function symmetricError(label: number, prediction: number): number {
  const scale = Math.abs(label) + Math.abs(prediction);
  return scale === 0 ? 0 : (2 * Math.abs(prediction - label)) / scale;
}

function varianceOf(rows: number, value: (i: number) => number): number {
  const centre = meanOf(rows, value);
  return meanOf(rows, (i) => (value(i) - centre) ** 2);
}

function areEqual(rows: number, value: (i: number) => number): boolean {
  for (let i = 1; i < rows; i++) if (value(i) !== value(0)) return false;
  return true;
}
