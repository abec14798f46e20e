import { writeJson } from './lossless-json.ts';

/** `required` by the specification, `recommended` by it or by what its servers have in common, `strict` = asked by this kit. */
export const LEVELS = ['required', 'recommended', 'strict'] as const;
export type Level = (typeof LEVELS)[number];

export interface Exchange {
  readonly method: string;
  readonly path: string;
  /** The body, if any. */
  readonly sent?: string;
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
  /** Undefined unless the answer was JSON. */
  readonly body: unknown;
}

export interface Tensor {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
}
export interface Metadata {
  readonly versions: readonly string[];
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
}
export interface SentTensor extends Tensor {
  readonly data: readonly unknown[];
}
export type Body = { readonly inputs: readonly SentTensor[] } & Readonly<Record<string, unknown>>;

/** What a check may use: calls, and what the server says of the model. */
export interface Probe {
  readonly model: string;
  /** `/v2/models/<model>`, with the version that was asked for. */
  readonly base: string;
  readonly call: (method: string, path: string, body?: unknown) => Promise<Exchange>;
  /** @throws Failed when the server does not describe the model */
  readonly metadata: () => Metadata;
}

export interface Check {
  readonly id: string;
  readonly level: Level;
  /** The sentence of the specification, in short; of a strict check the reason. */
  readonly says: string;
  /** @throws Failed, Skipped */
  readonly run: (probe: Probe) => Promise<void>;
}

export class Failed extends Error {
  override readonly name = 'Failed';
  readonly exchange: Exchange | undefined;
  constructor(expected: string, exchange?: Exchange) {
    super(expected);
    this.exchange = exchange;
  }
}

/** The model, or the server, has nothing that the check is about. */
export class Skipped extends Error {
  override readonly name = 'Skipped';
}

export function expect(holds: boolean, expected: string, exchange?: Exchange): asserts holds {
  if (!holds) throw new Failed(expected, exchange);
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const same = (a: unknown, b: unknown): boolean => writeJson(a) === writeJson(b);
