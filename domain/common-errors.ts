import { PlatformError } from './errors.ts';

/** The caller sent something we do not take; `problems` name the field, the value seen and what is allowed. */
export class InvalidInputError extends PlatformError {
  override readonly name = 'InvalidInputError';
  readonly kind = 'invalid';
  readonly problems: readonly string[];
  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(problems.join('; '), options);
    this.problems = problems;
  }
}

/** The caller is known, and may not do this. */
export class ForbiddenError extends PlatformError {
  override readonly name = 'ForbiddenError';
  readonly kind = 'forbidden';
  /** @param what for example `model flights` */
  constructor(what: string) {
    super(`the token has no scope for ${what}`);
  }
}

export class NotFoundError extends PlatformError {
  override readonly name = 'NotFoundError';
  readonly kind = 'not-found';
  /** @param what for example `flights:3` or `run flights-0a1b` */
  constructor(what: string) {
    super(`${what} is not registered`);
  }
}

/** Somebody else wrote first: read again and decide anew. */
export class ConcurrentWriteError extends PlatformError {
  override readonly name = 'ConcurrentWriteError';
  readonly kind = 'conflict';
}

/** A dependency did not answer in time; the same call may go through later. */
export class UnavailableError extends PlatformError {
  override readonly name = 'UnavailableError';
  readonly kind = 'unavailable';
}

/** The bytes read are not the bytes registered. */
export class ArtifactMismatchError extends PlatformError {
  override readonly name = 'ArtifactMismatchError';
  readonly kind = 'conflict';
  constructor(where: string, expected: string, seen: string) {
    super(`${where} has sha256 ${seen}, but ${expected} was registered`);
  }
}
