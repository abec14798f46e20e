import { addProduct, addSum, type ExactSum, totalOf } from './exact-sum.ts';
import { type ClassFigures, classFigures, tallyMatrix } from './multiclass.ts';
import { logLossOf } from './probability.ts';

/**
 * All that is kept of a multiclass model's labelled rows: plain JSON, of fixed size. Counts add up without rounding and in any
 * order, as BinaryCounts do.
 */
export interface ClassCounts {
  /** Rows that have class i and are predicted class j at `[i][j]`. */
  confusion: number[][];
  /** Absent where the model gives classes without probabilities. */
  logLossSum?: ExactSum;
}

/** Counts of no rows. `probabilities`: the model gives some. @throws RangeError for no whole number of classes */
export function emptyClassCounts(classes: number, probabilities: boolean): ClassCounts {
  if (!(Number.isSafeInteger(classes) && classes >= 1)) {
    throw new RangeError(`classes must be a whole number from 1, got ${classes}`);
  }
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  return { confusion, ...(probabilities && { logLossSum: [] }) };
}

export interface LabelledClass {
  readonly label: number;
  readonly predicted: number;
  /** Given to the label's class, in [0, 1]; needed where the counts have a log loss. */
  readonly probability?: number;
}

/**
 * Counts a labelled row, in place.
 *
 * @param times how many rows it stands for: a whole number; -1 takes a row back
 * @throws RangeError
 */
export function addClassLabel(counts: ClassCounts, { label, predicted, probability }: LabelledClass, times = 1): void {
  const row = counts.confusion[label];
  if (row?.[predicted] === undefined) {
    const classes = counts.confusion.length;
    throw new RangeError(`label and predicted must be class indices below ${classes}, got ${label} and ${predicted}`);
  }
  if (!Number.isSafeInteger(times)) throw new RangeError(`times must be a whole number, got ${times}`);
  if (counts.logLossSum) {
    if (!(probability !== undefined && probability >= 0 && probability <= 1)) {
      throw new RangeError(`probability must be within 0 and 1, got ${probability}`);
    }
    addProduct(counts.logLossSum, logLossOf(probability), times);
  }
  row[predicted] += times;
}

/**
 * Adds other counts, in place.
 *
 * @param times -1 takes them back
 * @throws RangeError unless classes are as many, and both or neither have a log loss
 */
export function addClassCounts(counts: ClassCounts, other: Readonly<ClassCounts>, times: 1 | -1 = 1): void {
  if (counts.confusion.length !== other.confusion.length || !counts.logLossSum !== !other.logLossSum) {
    const shape = ({ confusion, logLossSum }: Readonly<ClassCounts>) =>
      `${confusion.length} classes ${logLossSum ? 'with' : 'without'} log loss`;
    throw new RangeError(`counts must have the same shape, got ${shape(counts)} and ${shape(other)}`);
  }
  for (const [i, row] of counts.confusion.entries()) {
    for (let j = 0; j < row.length; j++) (row[j] as number) += times * (other.confusion[i]?.[j] as number);
  }
  if (counts.logLossSum && other.logLossSum) addSum(counts.logLossSum, other.logLossSum, times);
}

/**
 * Quality from counts, all exact; NaN = undefined, as for no rows.
 *
 * @throws RangeError for a negative count: a row was taken back that was never added
 */
export function classFiguresOfCounts(
  counts: Readonly<ClassCounts>,
): ClassFigures & { readonly rows: number; readonly logLoss: number } {
  const lowest = counts.confusion.reduce((least, row) => Math.min(least, ...row), 0);
  if (lowest < 0) throw new RangeError(`counts must not be below 0, got ${lowest}`);
  const tallies = tallyMatrix(counts.confusion);
  const rows = Array.from(tallies.labelled).reduce((sum, count) => sum + count, 0);
  const logLoss = counts.logLossSum ? totalOf(counts.logLossSum) / rows : Number.NaN;
  return { rows, ...classFigures(tallies), logLoss };
}
