import { PlatformError } from '../errors.ts';

/** What a training job left is not a model archive that we read. */
export class ModelArchiveError extends PlatformError {
  override readonly name = 'ModelArchiveError';
  readonly kind = 'invalid';
}

/** A model's predictions do not fit the task: wrong number per row, not finite, or no probabilities. */
export class UnusablePredictionsError extends PlatformError {
  override readonly name = 'UnusablePredictionsError';
  readonly kind = 'invalid';
}
