import { PlatformError } from '../errors.ts';

/** What was to be scored cannot be: a file that is none of the contract's, or no row that keeps it. */
export class BatchRefusedError extends PlatformError {
  override readonly name = 'BatchRefusedError';
  readonly kind = 'invalid';
}
