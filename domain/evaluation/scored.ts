import type { ModelSpec } from '../spec/model-spec.ts';

/** Labels and predictions of the same rows. */
export interface Scored {
  readonly task: ModelSpec['task'];
  /** Class index (binary: 1 = positive) or the number to predict. */
  readonly labels: Float64Array;
  /** Row-major: the positive class's probability, one probability per class, or the predicted number. */
  readonly predictions: Float64Array;
  /** Predictions per row. For multiclass 1 means that the model gives labels and no probabilities. */
  readonly width: number;
  /** A binary prediction at or above it counts as positive. */
  readonly threshold: number;
}

/** Metrics by name; NaN = undefined on these rows, such as the AUC of one class. */
export type Metrics = Record<string, number>;

/** The given rows alone. */
export function takeRows(scored: Scored, rows: ArrayLike<number>): Scored {
  const { width } = scored;
  const labels = new Float64Array(rows.length);
  const predictions = new Float64Array(rows.length * width);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    labels[i] = scored.labels[row] as number;
    for (let j = 0; j < width; j++) predictions[i * width + j] = scored.predictions[row * width + j] as number;
  }
  return { ...scored, labels, predictions };
}

/** Likeliest class of each row; the first of equals. */
export function predictedClasses({ task, predictions, width, threshold }: Scored): Int32Array {
  const rows = predictions.length / width;
  const classes = new Int32Array(rows);
  for (let i = 0; i < rows; i++) {
    if (width === 1) {
      const prediction = predictions[i] as number;
      classes[i] = task === 'binary' ? Number(prediction >= threshold) : prediction;
      continue;
    }
    let best = 0;
    for (let j = 1; j < width; j++) {
      if ((predictions[i * width + j] as number) > (predictions[i * width + best] as number)) best = j;
    }
    classes[i] = best;
  }
  return classes;
}
