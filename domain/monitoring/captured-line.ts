import type { CapturedPrediction } from '../capture/lines.ts';

/** One line of a window, as far as monitoring needs it. */
export type CapturedLine =
  | {
      readonly type: 'capture';
      /** Repeated when Firehose delivered the line twice. */
      readonly eventId: string;
      readonly version: number;
      readonly eventTime: Date;
      readonly columns: readonly string[];
      readonly rows: readonly (readonly unknown[])[];
      readonly predictions: readonly CapturedPrediction[];
    }
  | { readonly type: 'label'; readonly eventId: string };

type Json = Record<string, unknown>;

/**
 * Reads a capture or label line of `model`. Checked by hand: there is one line per prediction, and a schema would cost
 * more than the profile made of it.
 *
 * @returns undefined for a line that is damaged or of another model
 */
export function readCapturedLine(line: string, model: string): CapturedLine | undefined {
  const document = objectOf(parsed(line));
  const { type, eventTime, version, ...millrace } = objectOf(document.millrace);
  const { eventId } = objectOf(document.eventMetadata);
  if (millrace.model !== model || typeof eventId !== 'string') return undefined;
  if (type === 'label') return { type, eventId };
  if (type !== 'capture' || !isVersion(version) || typeof eventTime !== 'string') return undefined;
  const time = new Date(eventTime);
  const { endpointInput, endpointOutput } = objectOf(document.captureData);
  const { columns, rows } = dataOf(endpointInput);
  const { predictions } = dataOf(endpointOutput);
  const whole =
    !Number.isNaN(time.getTime()) &&
    isList<string>(columns, (name) => typeof name === 'string') &&
    isList<unknown[]>(rows, (row) => Array.isArray(row) && row.length === columns.length) &&
    isList<CapturedPrediction>(predictions, isPrediction) &&
    rows.length === predictions.length;
  return whole ? { type, eventId, version, eventTime: time, columns, rows, predictions } : undefined;
}

function isList<T>(value: unknown, isItem: (item: unknown) => boolean): value is T[] {
  return Array.isArray(value) && value.every(isItem);
}

const isPrediction = (value: unknown): boolean =>
  typeof value === 'number' || isList(value, (item) => typeof item === 'number');
const isVersion = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 1;
const objectOf = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});
const dataOf = (side: unknown): Json => objectOf(parsed(objectOf(side).data));

function parsed(text: unknown): unknown {
  if (typeof text !== 'string') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
