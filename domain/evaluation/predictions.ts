import type { ModelSpec } from '../spec/model-spec.ts';
import { UnusablePredictionsError } from './errors.ts';
import type { Scored } from './scored.ts';

/**
 * Puts labels and predictions together.
 *
 * @param predictions row-major; multiclass: one probability per class, or the class index alone
 * @throws UnusablePredictionsError unless they are finite, as many as the task needs, and probabilities where it needs those
 */
export function scoredOf(
  spec: ModelSpec,
  classes: readonly string[],
  labels: Float64Array,
  predictions: Float64Array,
): Scored {
  const { task } = spec;
  const width = labels.length === 0 ? 1 : predictions.length / labels.length;
  const allowed = task === 'multiclass' ? [1, classes.length] : [1];
  if (!allowed.includes(width)) {
    const rows = `${predictions.length} predictions for ${labels.length} rows`;
    throw new UnusablePredictionsError(`${rows}: ${task} needs ${allowed.join(' or ')} per row`);
  }
  const share = (value: number) => value >= 0 && value <= 1;
  const index = (value: number) => Number.isInteger(value) && value >= 0 && value < classes.length;
  const [usable, needed] =
    task === 'regression'
      ? [Number.isFinite, 'a finite number']
      : task === 'multiclass' && width === 1
        ? [index, `a class index below ${classes.length}`]
        : [share, 'a probability (objective binary:logistic, multi:softprob)'];
  const bad = predictions.findIndex((value) => !usable(value));
  if (bad >= 0) throw new UnusablePredictionsError(`prediction ${bad} is ${predictions[bad]}, not ${needed}`);
  return { task, labels, predictions, width, threshold: spec.evaluation.threshold };
}
