import { rowId } from '../inference/inference-id.ts';
import type { Predictions } from '../inference/predictions.ts';

/** Firehose takes records of at most 1,000 KiB. */
export const MAX_LINE_BYTES = 1_024_000;

/** The rarest sample: what one line may stand for at most. */
export const MAX_WEIGHT = 2 ** 31;

/** A feature's value as the caller sent it; null is missing. */
export type CapturedValue = string | number | boolean | null;

/** Values of rows by the names of their columns. */
export interface CapturedColumns {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly CapturedValue[])[];
}

/** One number per row, or one probability per class. */
export type CapturedPrediction = number | readonly number[];

/** By row, as capture keeps them. */
export const predictionsOfRows = ({ values, rows, width }: Predictions): CapturedPrediction[] =>
  width === 1 ? [...values] : Array.from({ length: rows }, (_, i) => [...values.slice(i * width, (i + 1) * width)]);

export interface CapturedCall extends CapturedColumns {
  readonly model: string;
  readonly version: number;
  readonly inferenceId: string;
  /** The time the predictions are about. */
  readonly eventTime: Date;
  /** When they were made. */
  readonly inferenceTime: Date;
  readonly predictions: readonly CapturedPrediction[];
  /** Columns that are no features, as many rows; values of protected ones are labels already. */
  readonly context?: CapturedColumns;
  /** How many calls this one stands for, 1 to MAX_WEIGHT. @default 1 */
  readonly weight?: number;
}

/**
 * Newline-terminated capture lines of one call, in SageMaker's form plus `millrace`. Normally one; a call whose line
 * would exceed `maxBytes` is cut into several of the same inferenceId, whose `millrace.firstRow` says where each starts.
 * `eventId` is the inference id, with `+<firstRow>` from the second line on: readers drop repeats by it.
 * A single row above `maxBytes` is left out, as Firehose would refuse it.
 */
export function captureLines(call: CapturedCall, maxBytes = MAX_LINE_BYTES): string[] {
  return cut(call, 0, call.rows.length, maxBytes);
}

function cut(call: CapturedCall, from: number, to: number, maxBytes: number): string[] {
  const line = captureLine(call, from, to);
  if (byteLength(line) <= maxBytes) return [line];
  if (to - from <= 1) return [];
  const middle = (from + to) >> 1;
  return [...cut(call, from, middle, maxBytes), ...cut(call, middle, to, maxBytes)];
}

function captureLine(call: CapturedCall, from: number, to: number): string {
  const { model, version, inferenceId, eventTime, inferenceTime, columns, context, weight = 1 } = call;
  const json = (mode: string, data: unknown) => ({
    observedContentType: 'application/json',
    mode,
    data: JSON.stringify(data),
    encoding: 'JSON',
  });
  const input = {
    columns,
    rows: call.rows.slice(from, to),
    ...(context && { context: { columns: context.columns, rows: context.rows.slice(from, to) } }),
  };
  const line = {
    captureData: {
      endpointInput: json('INPUT', input),
      endpointOutput: json('OUTPUT', { predictions: call.predictions.slice(from, to) }),
    },
    eventMetadata: {
      eventId: from === 0 ? inferenceId : `${inferenceId}+${from}`,
      inferenceId,
      inferenceTime: inferenceTime.toISOString(),
    },
    eventVersion: '0',
    millrace: {
      type: 'capture',
      model,
      version,
      eventTime: eventTime.toISOString(),
      ...(from === 0 ? {} : { firstRow: from }),
      ...(weight === 1 ? {} : { weight }),
    },
  };
  return `${JSON.stringify(line)}\n`;
}

/** What turned out to be true for one row of a call. */
export interface Label {
  readonly model: string;
  readonly inferenceId: string;
  readonly row: number;
  readonly label: string;
  readonly eventTime: Date;
  /** When it became known; of two labels for a row the later counts. */
  readonly at: Date;
}

/** Newline-terminated line in SageMaker's ground-truth form plus `millrace`; `data` is one CSV field. */
export function labelLine(label: Label): string {
  const quoted = /[",\r\n]/.test(label.label) ? `"${label.label.replaceAll('"', '""')}"` : label.label;
  const line = {
    groundTruthData: { data: quoted, encoding: 'CSV' },
    eventMetadata: { eventId: rowId(label.inferenceId, label.row) },
    eventVersion: '0',
    millrace: {
      type: 'label',
      model: label.model,
      eventTime: label.eventTime.toISOString(),
      at: label.at.toISOString(),
    },
  };
  return `${JSON.stringify(line)}\n`;
}

const byteLength = (text: string): number => new TextEncoder().encode(text).length;
