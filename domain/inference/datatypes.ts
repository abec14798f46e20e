import type { Signature } from '../registry/entities.ts';

export type Value = string | number | boolean | null;
export type Datatype = Signature['inputs'][number]['datatype'];

const integer = (bits: number, signed: boolean) => {
  const min = signed ? -(2 ** (bits - 1)) : 0;
  const max = 2 ** (signed ? bits - 1 : bits) - 1;
  // JSON.parse has rounded whatever is not a safe integer
  const allowed = bits > 53 ? 'a whole number within ±(2^53 − 1)' : `a whole number from ${min} to ${max}`;
  return {
    allowed: bits > 53 && !signed ? 'a whole number from 0 to 2^53 − 1' : allowed,
    accepts: (value: unknown) => Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max,
  };
};
const float = { allowed: 'a number', accepts: (value: unknown) => typeof value === 'number' && Number.isFinite(value) };

interface WireType {
  readonly allowed: string;
  readonly accepts: (value: unknown) => boolean;
}

/** The data types of the Open Inference Protocol and the JSON values each takes. */
export const WIRE_TYPES: Readonly<Record<string, WireType>> = {
  BOOL: { allowed: 'true or false', accepts: (value) => typeof value === 'boolean' },
  INT8: integer(8, true),
  INT16: integer(16, true),
  INT32: integer(32, true),
  INT64: integer(64, true),
  UINT8: integer(8, false),
  UINT16: integer(16, false),
  UINT32: integer(32, false),
  UINT64: integer(64, false),
  FP16: float,
  FP32: float,
  FP64: float,
  BYTES: { allowed: 'a string', accepts: (value) => typeof value === 'string' },
};

const INTEGERS = ['INT8', 'INT16', 'INT32', 'INT64', 'UINT8', 'UINT16', 'UINT32', 'UINT64'];

/** Which wire types a feature takes: whatever holds its values without loss. */
export const COMPATIBLE: Readonly<Record<Datatype, readonly string[]>> = {
  BOOL: ['BOOL'],
  INT64: INTEGERS,
  FP64: ['FP16', 'FP32', 'FP64', ...INTEGERS],
  BYTES: ['BYTES'],
};
