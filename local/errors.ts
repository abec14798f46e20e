import { PlatformError } from '../domain/errors.ts';

/** Something the local platform needs from this machine is missing; the message says in one sentence what to do. */
export class LocalSetupError extends PlatformError {
  override readonly name = 'LocalSetupError';
  readonly kind = 'unavailable';
}

/** A part of the local platform did not start or stopped working; the message names its log. */
export class LocalPlatformError extends PlatformError {
  override readonly name = 'LocalPlatformError';
  readonly kind = 'unavailable';
}

/** A command needs the local platform and it is not running. */
export class NotRunningError extends PlatformError {
  override readonly name = 'NotRunningError';
  readonly kind = 'unavailable';
}
