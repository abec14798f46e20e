/** `null` is the type of the literal: it fits everywhere and says nothing. */
export type ValueType = 'number' | 'boolean' | 'text' | 'time' | 'null';

/** A point in time: whole microseconds since 1970, UTC. */
export interface Time {
  readonly micros: bigint;
}

/** A cell of an `integer` column is a bigint; a double that is no finite number counts as null. */
export type Value = number | bigint | boolean | string | Time | null;

/** Negative, 0 or positive, of two values of one type. Texts are compared by code point, as their UTF-8 bytes would be. */
export function compareValues(a: NonNullable<Value>, b: NonNullable<Value>): number {
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b);
  if (typeof a === 'object' && typeof b === 'object') return order(a.micros, b.micros);
  return typeof a === 'bigint' && typeof b === 'bigint' ? order(a, b) : order(Number(a), Number(b));
}

const order = <T extends number | bigint>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);

function compareTexts(a: string, b: string): number {
  const others = b[Symbol.iterator]();
  for (const letter of a) {
    const other = others.next();
    if (other.done) return 1;
    const difference = (letter.codePointAt(0) ?? 0) - (other.value.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return others.next().done ? 0 : -1;
}
