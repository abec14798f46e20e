import { PlatformError } from '../errors.ts';
import type { ModelSpec } from '../spec/model-spec.ts';
import type { Side } from './split.ts';

/** Too little data to train on or to judge the result by: refused before a training job costs anything. */
export class NotEnoughDataError extends PlatformError {
  override readonly name = 'NotEnoughDataError';
  readonly kind = 'invalid';
}

/**
 * @param counts labelled rows of each side
 * @param trainLabels distinct labels of the training split
 * @throws NotEnoughDataError saying what there is and what is needed
 */
export function checkEnough(spec: ModelSpec, counts: Readonly<Record<Side, number>>, trainLabels: number): void {
  const { minHoldoutRows } = spec.evaluation;
  const lacking = [
    ...(counts.train < 1 ? ['at least 1 training row'] : []),
    ...(counts.validation < 1 ? ['at least 1 validation row'] : []),
    ...(counts.holdout < minHoldoutRows ? [`at least ${minHoldoutRows} holdout rows (evaluation.minHoldoutRows)`] : []),
    ...(trainLabels < 2 ? ['at least 2 different labels to learn from'] : []),
  ];
  if (lacking.length === 0) return;
  const { train, validation, holdout } = counts;
  const seen = `${train} training, ${validation} validation and ${holdout} holdout rows with ${trainLabels} labels`;
  throw new NotEnoughDataError(`there are ${seen}; needed: ${lacking.join(', ')}`);
}
