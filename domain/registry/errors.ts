import { PlatformError } from '../errors.ts';

/** The change is not allowed from where things stand. */
export class InvalidTransitionError extends PlatformError {
  override readonly name = 'InvalidTransitionError';
  readonly kind = 'conflict';
  constructor(what: string, from: string, to: string) {
    super(`${what} is ${from} and cannot become ${to}`);
  }
}

/** A record is larger than the registry stores; big things belong in the lake, with a reference here. */
export class RecordTooLargeError extends PlatformError {
  override readonly name = 'RecordTooLargeError';
  readonly kind = 'invalid';
  constructor(what: string, bytes: number, limit: number) {
    super(`${what} has ${bytes} bytes; at most ${limit} can be stored`);
  }
}

/** What a person refused; the training pipeline catches it by name. */
export class ApprovalDeniedError extends PlatformError {
  override readonly name = 'ApprovalDeniedError';
  readonly kind = 'conflict';
  constructor(model: string, version: number, by: string, reason: string) {
    super(`${model}:${version} was denied by ${by}: ${reason}`);
  }
}

/** There is nothing a rollback could go back to. */
export class RollbackRefusedError extends PlatformError {
  override readonly name = 'RollbackRefusedError';
  readonly kind = 'conflict';
}
