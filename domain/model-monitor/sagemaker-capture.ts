import { joinRows, type NamedRows, rowsOfJson } from './orients.ts';
import { type CapturedOutput, outputsOf } from './outputs.ts';
import { type Payload, readPayload } from './payload.ts';

/** Why a line is not counted. */
export const UNREADABLE = {
  'not-json': 'the line is no JSON object',
  'not-capture': 'there is no captureData.endpointInput in it',
  'no-time': 'neither eventMetadata.inferenceTime nor the folder says when it was',
  'no-data': 'the input carries no data',
  'empty-data': 'the data of the input is empty',
  'unsupported-content-type': 'the input is neither CSV nor JSON',
  'damaged-base64': 'the data of the input is no BASE64',
  'unknown-charset': 'the content type names a charset that is not known',
  'not-text': 'the data of the input is no text in its charset',
  'damaged-json': 'the data of the input begins as JSON and does not parse',
  'damaged-csv': 'the data of the input is no CSV: a quote has no end, or there are too many cells',
  'unknown-layout': 'the JSON of the input holds no rows in a layout that is known',
  'wrong-width': 'a row has more or fewer values than there are features: name them with --features',
  'unknown-names': 'none of the names in the input is a feature',
} as const;
export type UnreadableReason = keyof typeof UNREADABLE;

export interface SageMakerCall {
  readonly eventId?: string;
  readonly inferenceId?: string;
  /** The row of the call that the first one here is, where a call was cut into several lines. */
  readonly firstRow: number;
  readonly time: Date;
  /** Values in the order of the features; undefined where the call has no such column. CSV cells are text. */
  readonly rows: readonly (readonly unknown[])[];
  readonly missingColumns: readonly string[];
  readonly extraColumns: readonly string[];
  /** One per row; absent if there are none, or not as many as rows. */
  readonly outputs?: readonly CapturedOutput[];
}

export type SageMakerLine =
  | { readonly call: SageMakerCall }
  | { readonly reason: UnreadableReason; readonly time?: Date; readonly width?: number };

export interface CaptureReading {
  /** Names in the order in which positional data has them. */
  readonly features: readonly string[];
  /** When the folder of the object says it was, for lines that do not. */
  readonly folderTime?: Date;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads one line of a SageMaker data-capture object: input and output as CSV, JSON or BASE64 of either, one or many rows,
 * named or in the order of the features. Lines that Millrace captured are of the same form. Never throws.
 */
export function readSageMakerCapture(line: string, { features, folderTime }: CaptureReading): SageMakerLine {
  const document = parsed(line);
  if (!isObject(document)) return { reason: 'not-json' };
  const { captureData, eventMetadata } = document;
  const { eventId, inferenceId, inferenceTime } = objectOf(eventMetadata);
  if (!isObject(captureData) || !isObject(captureData.endpointInput)) return { reason: 'not-capture' };
  const time = timeOf(inferenceTime) ?? folderTime;
  if (!time) return { reason: 'no-time' };
  const input = readPayload(captureData.endpointInput);
  if ('reason' in input) return { reason: input.reason, time };
  const read = rowsOf(input, features);
  if ('reason' in read) return { ...read, time };
  const output = isObject(captureData.endpointOutput) ? readPayload(captureData.endpointOutput) : undefined;
  const outputs = output && !('reason' in output) ? outputsOf(output, read.rows.length) : undefined;
  const { firstRow } = objectOf(document.millrace);
  return {
    call: {
      ...(typeof eventId === 'string' && { eventId }),
      ...(typeof inferenceId === 'string' && inferenceId !== '' && { inferenceId }),
      firstRow: typeof firstRow === 'number' ? firstRow : 0,
      time,
      ...read,
      ...(outputs && { outputs }),
    },
  };
}

type Rows = Pick<SageMakerCall, 'rows' | 'missingColumns' | 'extraColumns'>;
type NoRows = { readonly reason: UnreadableReason; readonly width?: number };

function rowsOf(payload: Payload, features: readonly string[]): Rows | NoRows {
  const named = namedRows(payload, features);
  if (!named || named.rows.length === 0) return { reason: payload.kind === 'csv' ? 'empty-data' : 'unknown-layout' };
  const { columns, rows } = named;
  if (!columns) {
    const odd = rows.find((row) => row.length !== features.length);
    if (odd) return { reason: 'wrong-width', width: odd.length };
    return { rows, missingColumns: [], extraColumns: [] };
  }
  const positions = features.map((name) => columns.indexOf(name));
  if (positions.every((position) => position < 0)) return { reason: 'unknown-names' };
  const known = new Set(features);
  return {
    rows: rows.map((row) => positions.map((position) => (position < 0 ? undefined : row[position]))),
    missingColumns: features.filter((_, i) => (positions[i] as number) < 0),
    extraColumns: columns.filter((name) => !known.has(name)),
  };
}

function namedRows(payload: Payload, features: readonly string[]): NamedRows | undefined {
  if (payload.kind === 'json') return rowsOfJson(payload.value, features);
  if (payload.kind === 'jsonl') {
    const parts = payload.values.map((value) => rowsOfJson(value, features));
    return parts.every((part) => part !== undefined) ? joinRows(parts) : undefined;
  }
  const [header, ...rest] = payload.records;
  const isHeader = header?.every((name) => features.includes(name)) && new Set(header).size === header.length;
  return isHeader && rest.length > 0 && header && rest.every((row) => row.length === header.length)
    ? { columns: header, rows: rest }
    : { rows: payload.records };
}

function timeOf(value: unknown): Date | undefined {
  const time = new Date(typeof value === 'string' ? value : Number.NaN);
  // hours are named by four digits of the year
  return time.getTime() >= 0 && time.getUTCFullYear() <= 9_999 ? time : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const objectOf = (value: unknown): Json => (isObject(value) ? value : {});
