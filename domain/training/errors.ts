import { PlatformError } from '../errors.ts';

/** The job ended as Failed; the message carries SageMaker's FailureReason. */
export class TrainingJobFailedError extends PlatformError {
  override readonly name = 'TrainingJobFailedError';
  readonly kind = 'invalid';
}

/** The job ended as Stopped: by a person, or by its maximum runtime. It has no usable model. */
export class TrainingJobStoppedError extends PlatformError {
  override readonly name = 'TrainingJobStoppedError';
  readonly kind = 'conflict';
}

/** No spot capacity came within the waiting time. */
export class SpotCapacityError extends PlatformError {
  override readonly name = 'SpotCapacityError';
  readonly kind = 'unavailable';
}

/** An account quota is used up for now. */
export class QuotaExceededError extends PlatformError {
  override readonly name = 'QuotaExceededError';
  readonly kind = 'unavailable';
}

/** The job is not done in the time that it may take; it is stopped by whoever waited for it. */
export class JobOvertimeError extends PlatformError {
  override readonly name = 'JobOvertimeError';
  readonly kind = 'conflict';
}

/** SageMaker no longer knows a job or endpoint that is waited for. */
export class JobLostError extends PlatformError {
  override readonly name = 'JobLostError';
  readonly kind = 'not-found';
}

/** The endpoint did not come into service under the configuration that was asked for. */
export class EndpointCreationFailedError extends PlatformError {
  override readonly name = 'EndpointCreationFailedError';
  readonly kind = 'unavailable';
}
