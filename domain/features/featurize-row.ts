// In the inference bundle: no imports at run time but small ones, no zod.
import { timestampMs } from '../timestamps.ts';
import type { Feature, Featurizer } from './featurizer.ts';

const FLOAT_MAX = 3.4028234663852886e38;
const DAY_MS = 86_400_000;

type Encode = (value: unknown) => number;

/** A featurizer made ready for many rows. */
export interface RowFeaturizer {
  /** Features per row. */
  readonly columns: number;
  /** Encodes one row of raw values, in feature order, to `out[offset]` and on; allocates nothing. */
  write(values: ArrayLike<unknown>, out: Float32Array, offset: number): void;
}

export function makeFeaturizer({ features }: Pick<Featurizer, 'features'>): RowFeaturizer {
  const encoders = features.map(encoderOf);
  const columns = encoders.length;
  return {
    columns,
    write(values, out, offset) {
      for (let i = 0; i < columns; i++) out[offset + i] = (encoders[i] as Encode)(values[i]);
    },
  };
}

/** For one row; many go faster through `makeFeaturizer`. */
export function featurizeRow(featurizer: Pick<Featurizer, 'features'>, values: ArrayLike<unknown>): Float32Array {
  const { columns, write } = makeFeaturizer(featurizer);
  const out = new Float32Array(columns);
  write(values, out, 0);
  return out;
}

function encoderOf({ kind, categories }: Feature): Encode {
  switch (kind) {
    case 'numeric':
      return encodeNumber;
    case 'boolean':
      return (value) => (value === true || value === 1 ? 1 : value === false || value === 0 ? 0 : Number.NaN);
    case 'timestamp':
      return (value) => float(timestampMs(value) / DAY_MS);
    case 'category': {
      const codes = new Map((categories ?? []).map((category, code) => [category, code]));
      return (value) => codes.get(typeof value === 'string' ? value : String(value ?? '\0')) ?? Number.NaN;
    }
  }
}

function encodeNumber(value: unknown): number {
  if (typeof value === 'number') return float(value);
  return typeof value === 'bigint' || typeof value === 'boolean' ? float(Number(value)) : Number.NaN;
}

const float = (value: number): number => (Math.abs(value) <= FLOAT_MAX ? Math.fround(value) : Number.NaN);
