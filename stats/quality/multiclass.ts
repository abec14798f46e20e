import { checkEach, checkLengths, isCount } from './checks.ts';

/** Rows per class: enough for every figure of predicted classes. */
export interface ClassTallies {
  /** Rows that have the class. */
  readonly labelled: ArrayLike<number>;
  /** Rows predicted to have it. */
  readonly predicted: ArrayLike<number>;
  /** Rows that have it and are predicted to. */
  readonly hits: ArrayLike<number>;
}

/** Precision, recall and F1 over classes. */
export interface AveragedFigures {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

export interface ClassFigures {
  readonly accuracy: number;
  /** Mean recall of the classes that rows have. */
  readonly balancedAccuracy: number;
  /** Matthews correlation coefficient (Gorodkin 2004), in [-1, 1]. */
  readonly mcc: number;
  /** Cohen's kappa, in [-1, 1]. */
  readonly kappa: number;
  /** Plain mean over the classes that occur in labels or predictions. */
  readonly macro: AveragedFigures;
  /** Of all rows put together; of one label per row all three are the accuracy. */
  readonly micro: AveragedFigures;
  /** Mean weighted by the rows that have the class. */
  readonly weighted: AveragedFigures;
}

/**
 * Confusion matrix: rows that have class i and are predicted class j at `[i][j]`.
 *
 * @param labels class indices
 * @param predicted class indices
 * @param classes number of classes
 * @throws RangeError for an index that is no class, or lengths that differ
 */
export function confusionMatrix(labels: ArrayLike<number>, predicted: ArrayLike<number>, classes: number): number[][] {
  checkClasses(labels, predicted, classes);
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < labels.length; i++) {
    ((matrix[labels[i] as number] as number[])[predicted[i] as number] as number) += 1;
  }
  return matrix;
}

/** Tallies of rows. Arguments and errors as {@link confusionMatrix}. */
export function tallyClasses(labels: ArrayLike<number>, predicted: ArrayLike<number>, classes: number): ClassTallies {
  checkClasses(labels, predicted, classes);
  const tallies = {
    labelled: new Float64Array(classes),
    predicted: new Float64Array(classes),
    hits: new Float64Array(classes),
  };
  for (let i = 0; i < labels.length; i++) {
    const [label, guess] = [labels[i] as number, predicted[i] as number];
    (tallies.labelled[label] as number) += 1;
    (tallies.predicted[guess] as number) += 1;
    if (label === guess) (tallies.hits[label] as number) += 1;
  }
  return tallies;
}

/** Tallies of a square matrix: labels down, predictions across. */
export function tallyMatrix(matrix: readonly (readonly number[])[]): ClassTallies {
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    labelled: matrix.map(sum),
    predicted: matrix.map((_, j) => sum(matrix.map((row) => row[j] as number))),
    hits: matrix.map((row, i) => row[i] as number),
  };
}

/**
 * As scikit-learn (accuracy_score, precision_recall_fscore_support, ...). Inside an average a class that is never predicted
 * has precision 0, and one that no row has recall 0 (`zero_division=0`); what is undefined as a whole is NaN.
 */
export function classFigures({ labelled, predicted, hits }: ClassTallies): ClassFigures {
  const macro = { precision: 0, recall: 0, f1: 0 };
  const weighted = { precision: 0, recall: 0, f1: 0 };
  let [rows, hit, seen, held, recalls, both, squaredLabels, squaredGuesses] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let k = 0; k < labelled.length; k++) {
    const [own, guessed, right] = [labelled[k] as number, predicted[k] as number, hits[k] as number];
    if (own + guessed === 0) continue;
    const figures = {
      precision: guessed === 0 ? 0 : right / guessed,
      recall: own === 0 ? 0 : right / own,
      f1: (2 * right) / (own + guessed),
    };
    for (const name of ['precision', 'recall', 'f1'] as const) {
      macro[name] += figures[name];
      weighted[name] += own * figures[name];
    }
    rows += own;
    hit += right;
    seen += 1;
    if (own > 0) held += 1;
    recalls += figures.recall;
    both += own * guessed;
    squaredLabels += own * own;
    squaredGuesses += guessed * guessed;
  }
  const accuracy = hit / rows;
  const byChance = both / rows ** 2;
  return {
    accuracy,
    balancedAccuracy: recalls / held,
    mcc: (hit * rows - both) / (Math.sqrt(rows ** 2 - squaredLabels) * Math.sqrt(rows ** 2 - squaredGuesses)),
    kappa: (accuracy - byChance) / (1 - byChance),
    macro: scaled(macro, seen),
    micro: { precision: accuracy, recall: accuracy, f1: accuracy },
    weighted: scaled(weighted, rows),
  };
}

const scaled = ({ precision, recall, f1 }: AveragedFigures, by: number): AveragedFigures => ({
  precision: precision / by,
  recall: recall / by,
  f1: f1 / by,
});

function checkClasses(labels: ArrayLike<number>, predicted: ArrayLike<number>, classes: number): void {
  checkLengths('labels', labels, 'predicted', predicted);
  const isClass = (value: number) => isCount(value) && value < classes;
  checkEach('labels', labels, `a class index below ${classes}`, isClass);
  checkEach('predicted', predicted, `a class index below ${classes}`, isClass);
}
