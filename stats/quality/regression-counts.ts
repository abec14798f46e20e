import { addProduct, addSum, centredSquares, type ExactSum, totalOf } from './exact-sum.ts';
import { type RegressionFigures, relativeError } from './regression.ts';

/**
 * All that is kept of a regression model's labelled rows: plain JSON, of fixed size. Sums add up without rounding and in any
 * order, so that taking a wild label back leaves no trace of it. Errors are prediction minus label.
 */
export interface RegressionCounts {
  rows: number;
  labelSum: ExactSum;
  labelSquareSum: ExactSum;
  errorSum: ExactSum;
  absoluteErrorSum: ExactSum;
  squaredErrorSum: ExactSum;
  /** Of squared errors: how sure the mean squared error is. */
  squaredErrorSquareSum: ExactSum;
  /** Of |error| / |label|, as MAPE takes it. */
  relativeErrorSum: ExactSum;
  relativeErrorSquareSum: ExactSum;
}

const SUMS = [
  'labelSum',
  'labelSquareSum',
  'errorSum',
  'absoluteErrorSum',
  'squaredErrorSum',
  'squaredErrorSquareSum',
  'relativeErrorSum',
  'relativeErrorSquareSum',
] as const satisfies (keyof RegressionCounts)[];

/** Fourth powers of errors stay finite below it. */
export const LARGEST_VALUE = 1e75;

/** Counts of no rows. */
export const emptyRegressionCounts = (): RegressionCounts => ({
  rows: 0,
  labelSum: [],
  labelSquareSum: [],
  errorSum: [],
  absoluteErrorSum: [],
  squaredErrorSum: [],
  squaredErrorSquareSum: [],
  relativeErrorSum: [],
  relativeErrorSquareSum: [],
});

/**
 * Counts a labelled row, in place.
 *
 * @param times how many rows it stands for: a whole number; -1 takes a row back
 * @throws RangeError for a NaN, or a value above 1e75 in size
 */
export function addRegressionLabel(counts: RegressionCounts, label: number, prediction: number, times = 1): void {
  for (const [name, value] of [
    ['label', label],
    ['prediction', prediction],
  ] as const) {
    if (!(Math.abs(value) <= LARGEST_VALUE)) {
      throw new RangeError(`${name} must be within ±${LARGEST_VALUE}, got ${value}`);
    }
  }
  if (!Number.isSafeInteger(times)) throw new RangeError(`times must be a whole number, got ${times}`);
  const error = prediction - label;
  const relative = relativeError(label, prediction);
  counts.rows += times;
  addProduct(counts.labelSum, label, times);
  const square: ExactSum = [];
  addProduct(square, label, label);
  addSum(counts.labelSquareSum, square, times);
  addProduct(counts.errorSum, error, times);
  addProduct(counts.absoluteErrorSum, Math.abs(error), times);
  addProduct(counts.squaredErrorSum, error ** 2, times);
  addProduct(counts.squaredErrorSquareSum, error ** 4, times);
  addProduct(counts.relativeErrorSum, relative, times);
  addProduct(counts.relativeErrorSquareSum, relative ** 2, times);
}

/** Adds other counts, in place. `times` -1 takes them back. */
export function addRegressionCounts(
  counts: RegressionCounts,
  other: Readonly<RegressionCounts>,
  times: 1 | -1 = 1,
): void {
  counts.rows += times * other.rows;
  for (const name of SUMS) addSum(counts[name], other[name], times);
}

/** Figures that need no row: the rest of {@link RegressionFigures} needs them sorted, or is not additive. */
export type RegressionCountFigures = { readonly rows: number } & Omit<
  RegressionFigures,
  'smape' | 'medianAbsoluteError' | 'maxError'
>;

/**
 * Quality from counts, the same as {@link regressionFigures} of the rows; NaN = undefined.
 *
 * @throws RangeError for a negative count: a row was taken back that was never added
 */
export function regressionFiguresOfCounts(counts: Readonly<RegressionCounts>): RegressionCountFigures {
  const { rows } = counts;
  if (rows < 0) throw new RangeError(`rows must not be below 0, got ${rows}`);
  const mse = totalOf(counts.squaredErrorSum) / rows;
  const spread = centredSquares(rows, counts.labelSum, counts.labelSquareSum);
  // equal labels leave exactly 0
  const variance = spread === 0 ? Number.NaN : spread / rows;
  return {
    rows,
    mae: totalOf(counts.absoluteErrorSum) / rows,
    mse,
    rmse: Math.sqrt(mse),
    mape: totalOf(counts.relativeErrorSum) / rows,
    r2: 1 - mse / variance,
    explainedVariance: 1 - centredSquares(rows, counts.errorSum, counts.squaredErrorSum) / rows / variance,
    bias: totalOf(counts.errorSum) / rows,
  };
}
