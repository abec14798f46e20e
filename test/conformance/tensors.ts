import type { Body, Metadata, SentTensor, Tensor } from './check.ts';

const signed = (bits: bigint) => ({ min: -(2n ** (bits - 1n)), max: 2n ** (bits - 1n) - 1n });
const unsigned = (bits: bigint) => ({ min: 0n, max: 2n ** bits - 1n });

/** Of the table "Tensor Data Types". */
export const INTEGERS: Readonly<Record<string, { readonly min: bigint; readonly max: bigint }>> = {
  INT8: signed(8n),
  INT16: signed(16n),
  INT32: signed(32n),
  INT64: signed(64n),
  UINT8: unsigned(8n),
  UINT16: unsigned(16n),
  UINT32: unsigned(32n),
  UINT64: unsigned(64n),
};
const FLOATS = ['FP16', 'FP32', 'FP64'];
export const DATATYPES: readonly string[] = ['BOOL', ...Object.keys(INTEGERS), ...FLOATS, 'BYTES'];

export const isNumeric = (datatype: string): boolean => datatype in INTEGERS || FLOATS.includes(datatype);

/** Whether a value of JSON can be an element of such a tensor. */
export function fits(value: unknown, datatype: string): boolean {
  if (datatype === 'BOOL') return typeof value === 'boolean';
  if (datatype === 'BYTES') return typeof value === 'string';
  const range = INTEGERS[datatype];
  if (!range) return typeof value === 'number' || typeof value === 'bigint';
  if (typeof value !== 'bigint' && !Number.isSafeInteger(value)) return false;
  const whole = BigInt(value as number | bigint);
  return whole >= range.min && whole <= range.max;
}

/** Exact in every data type; differs from row to row. */
function sample(datatype: string, index: number): unknown {
  if (datatype === 'BOOL') return index % 2 === 0;
  if (datatype === 'BYTES') return `text ${index}`;
  return datatype in INTEGERS ? index + 1 : index + 0.5;
}

export const count = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** Whether callers choose the number of rows: the first dimension of every input varies. */
export const isBatched = ({ inputs }: Metadata): boolean =>
  inputs.length > 0 && inputs.every(({ shape }) => shape[0] === -1);

/** A good request made of the signature; a dimension that varies has `rows` elements if it is the first, otherwise one. */
export function goodBody(metadata: Metadata, rows = 3, from = 0): Body {
  const inputs = metadata.inputs.map(({ name, datatype, shape }): SentTensor => {
    const sizes = shape.map((size, dimension) => (size >= 0 ? size : dimension === 0 ? rows : 1));
    const width = sizes.length > 0 ? count(sizes.slice(1)) : 1;
    const data = Array.from({ length: count(sizes) }, (_, i) => sample(datatype, i + from * width));
    return { name, datatype, shape: sizes, data };
  });
  return { inputs };
}

/** Row-major data in its natural form. */
export function nested(data: readonly unknown[], shape: readonly number[]): unknown[] {
  const [size = 1, ...rest] = shape;
  if (rest.length === 0) return [...data];
  const width = count(rest);
  return Array.from({ length: size }, (_, i) => nested(data.slice(i * width, (i + 1) * width), rest));
}

export const flat = (data: unknown): unknown[] => (Array.isArray(data) ? data.flat(Number.POSITIVE_INFINITY) : []);

/** With one input changed. */
export function withInput(body: Body, name: string, change: (tensor: SentTensor) => object): Body {
  return {
    ...body,
    inputs: body.inputs.map((tensor) => (tensor.name === name ? { ...tensor, ...change(tensor) } : tensor)),
  };
}

export const firstOf = (inputs: readonly Tensor[], accepts: (datatype: string) => boolean): Tensor | undefined =>
  inputs.find(({ datatype }) => accepts(datatype));
