import { MalformedModelError } from './errors.ts';

/** Typed access to a parsed model file; `path` names the place in error messages. */
export type Fields = Readonly<Record<string, unknown>>;

const MAX_INT32 = 2 ** 31 - 1;

export function malformed(path: string, problem: string): never {
  throw new MalformedModelError(`the XGBoost model is damaged: ${path} ${problem}`);
}

export function fieldsOf(value: unknown, path: string): Fields {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
  return isRecord ? (value as Fields) : malformed(path, 'is not an object');
}

export function listOf(value: unknown, path: string): ArrayLike<unknown> {
  if (Array.isArray(value)) return value;
  return isNumbers(value) ? value : malformed(path, 'is not a list');
}

export function textOf(value: unknown, path: string): string {
  return typeof value === 'string' ? value : malformed(path, 'is not a string');
}

/** A count; XGBoost writes its parameters as strings. */
export function countOf(value: unknown, path: string): number {
  const count = typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value;
  const isCount = typeof count === 'number' && Number.isInteger(count) && count >= 0 && count <= MAX_INT32;
  return isCount ? count : malformed(path, 'is not a count');
}

/** Integers of 32 bits; JSON files of XGBoost 1.0 hold booleans where later ones hold 0 and 1. */
export function integersOf(value: unknown, path: string): Int32Array {
  if (value instanceof Int32Array) return value;
  if (value instanceof Uint8Array) return new Int32Array(value);
  const list = listOf(value, path);
  const integers = new Int32Array(list.length);
  for (let i = 0; i < list.length; i++) {
    const item = list[i];
    const integer = typeof item === 'boolean' ? Number(item) : item;
    integers[i] = integer as number;
    if (integers[i] !== integer) malformed(`${path}[${i}]`, 'is not a 32-bit integer');
  }
  return integers;
}

/** Rounds to float32, XGBoost's own precision; `null` stands for not a number. */
export function floatsOf(value: unknown, path: string): Float32Array {
  if (value instanceof Float32Array) return value;
  const list = listOf(value, path);
  const floats = new Float32Array(list.length);
  for (let i = 0; i < list.length; i++) {
    const item = list[i];
    if (typeof item !== 'number' && item !== null) malformed(`${path}[${i}]`, 'is not a number');
    floats[i] = item === null ? Number.NaN : item;
  }
  return floats;
}

function isNumbers(value: unknown): value is ArrayLike<number> {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}
