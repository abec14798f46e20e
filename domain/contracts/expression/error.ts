import { PlatformError } from '../../errors.ts';

/** An expression that does not parse or whose types do not fit. */
export class ExpressionError extends PlatformError {
  override readonly name = 'ExpressionError';
  readonly kind = 'invalid';
  /** Of the character it is about, from 1; the message says it, too. */
  readonly position: number;

  constructor(message: string, position: number) {
    super(message);
    this.position = position;
  }
}
