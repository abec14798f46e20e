import { PlatformError } from '../errors.ts';

/** Only what somebody or the gates approved may answer requests. */
export class VersionNotApprovedError extends PlatformError {
  override readonly name = 'VersionNotApprovedError';
  readonly kind = 'conflict';
  constructor(model: string, version: number, status: string) {
    super(`${model}:${version} is ${status}; only an Approved version can be rolled out`);
  }
}

/** The rollout has ended: a newer one took its place, or it was rolled back. */
export class RolloutClosedError extends PlatformError {
  override readonly name = 'RolloutClosedError';
  readonly kind = 'conflict';
  constructor(rolloutId: string, status: string, reasons: readonly string[] = []) {
    super(`rollout ${rolloutId} is ${status}${reasons.length > 0 ? `: ${reasons.join('; ')}` : ''}`);
  }
}

/** Its candidate has no traffic yet that could be held or promoted. */
export class RolloutNotShiftingError extends PlatformError {
  override readonly name = 'RolloutNotShiftingError';
  readonly kind = 'conflict';
  constructor(rolloutId: string, status: string) {
    super(
      `rollout ${rolloutId} is ${status}: until the candidate is verified and has its share, it can only be rolled back`,
    );
  }
}

/** Another rollout holds the model's traffic. */
export class RolloutInProgressError extends PlatformError {
  override readonly name = 'RolloutInProgressError';
  readonly kind = 'conflict';
  constructor(model: string, rolloutId: string) {
    super(`rollout ${rolloutId} of ${model} is under way`);
  }
}

/** The endpoint does not serve what was registered. */
export class EndpointVerificationError extends PlatformError {
  override readonly name = 'EndpointVerificationError';
  readonly kind = 'conflict';
}
