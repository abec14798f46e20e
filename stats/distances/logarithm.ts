/** Unit of what a logarithm measures: `e` is nats, `2` is bits. */
export type LogarithmBase = 'e' | '2';

/** Nats of one unit of the base. @throws RangeError for a base that is neither e nor 2 */
export function natsPerUnit(base: LogarithmBase): number {
  if (base === '2') return Math.LN2;
  if (base === 'e') return 1;
  throw new RangeError(`base must be 'e' or '2', got ${base}`);
}
