import {
  type CapturedColumns,
  type CapturedPrediction,
  type CapturedValue,
  MAX_LINE_BYTES,
  MAX_WEIGHT,
} from '../../capture/lines.ts';

export interface CapturedRows extends CapturedColumns {
  readonly type: 'capture';
  readonly inferenceId: string;
  /** Row of the call that the first of `rows` is. */
  readonly firstRow: number;
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly eventTimeMs: number;
  /** How many calls this one stands for. */
  readonly weight: number;
  /** As many as rows. */
  readonly predictions: readonly CapturedPrediction[];
  /** Columns that are no features, row by row; values of protected ones are labels already. */
  readonly context?: CapturedColumns;
}

export interface CapturedLabel {
  readonly type: 'label';
  /** `<inferenceId>.<row>` */
  readonly rowId: string;
  readonly label: string;
  /** When it became known, milliseconds since 1970. */
  readonly atMs: number;
}

/** Why a line is of no use. */
export type Rejection =
  | 'too-long'
  | 'not-json'
  | 'not-a-line'
  | 'other-model'
  | 'no-id'
  | 'no-version'
  | 'no-event-time'
  | 'no-label-time'
  | 'weight'
  | 'columns'
  | 'row-length'
  | 'cell-type'
  | 'prediction-shape'
  | 'label-shape';

type Json = Record<string, unknown>;

/** Reads a capture or label line of `model`, by hand: a schema would cost more than all that is made of the line. */
export function readCapturedLine(line: string, model: string): CapturedRows | CapturedLabel | Rejection {
  // as many bytes at least
  if (line.length > MAX_LINE_BYTES) return 'too-long';
  const document = parsed(line);
  if (document === undefined) return 'not-json';
  const root = objectOf(document);
  const millrace = objectOf(root.millrace);
  if (millrace.type !== 'capture' && millrace.type !== 'label') return 'not-a-line';
  if (millrace.model !== model) return 'other-model';
  const metadata = objectOf(root.eventMetadata);
  return millrace.type === 'label' ? readLabel(root, metadata, millrace) : readRows(root, metadata, millrace);
}

function readRows(root: Json, { inferenceId }: Json, millrace: Json): CapturedRows | Rejection {
  const { version, eventTime, weight = 1, firstRow = 0 } = millrace;
  if (typeof inferenceId !== 'string' || inferenceId === '' || !isCount(firstRow)) return 'no-id';
  if (!isCount(version) || version < 1) return 'no-version';
  const eventTimeMs = typeof eventTime === 'string' ? Date.parse(eventTime) : Number.NaN;
  if (Number.isNaN(eventTimeMs)) return 'no-event-time';
  if (!isWeight(weight)) return 'weight';
  const { endpointInput, endpointOutput } = objectOf(root.captureData);
  const input = dataOf(endpointInput);
  const output = dataOf(endpointOutput);
  if (!input || !output) return 'not-json';
  const table = readColumns(input);
  if (typeof table === 'string') return table;
  const { predictions } = output;
  if (!isList(predictions, isPrediction) || predictions.length !== table.rows.length) return 'prediction-shape';
  const call = { inferenceId, firstRow, version, eventTimeMs, weight, ...table };
  const rows = { type: 'capture' as const, ...call, predictions: predictions as CapturedPrediction[] };
  if (input.context === undefined) return rows;
  const context = readColumns(objectOf(input.context));
  if (typeof context === 'string') return context;
  return context.rows.length === rows.rows.length ? { ...rows, context } : 'row-length';
}

function readColumns({ columns, rows }: Json): CapturedColumns | Rejection {
  if (!isList(columns, (name) => typeof name === 'string') || !Array.isArray(rows)) return 'columns';
  for (const row of rows as unknown[]) {
    if (!Array.isArray(row) || row.length !== columns.length) return 'row-length';
    if (!row.every(isCell)) return 'cell-type';
  }
  return { columns: columns as string[], rows: rows as CapturedValue[][] };
}

function readLabel(root: Json, { eventId }: Json, { at }: Json): CapturedLabel | Rejection {
  if (typeof eventId !== 'string' || eventId === '') return 'no-id';
  const atMs = typeof at === 'string' ? Date.parse(at) : Number.NaN;
  if (Number.isNaN(atMs)) return 'no-label-time';
  const { data } = objectOf(root.groundTruthData);
  if (typeof data !== 'string') return 'label-shape';
  const quoted = /^"((?:[^"]|"")*)"$/.exec(data.trim());
  return { type: 'label', rowId: eventId, label: quoted ? (quoted[1] as string).replaceAll('""', '"') : data, atMs };
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isWeight = (value: unknown): value is number => isCount(value) && value >= 1 && value <= MAX_WEIGHT;
const isList = (value: unknown, isItem: (item: unknown) => boolean): value is unknown[] =>
  Array.isArray(value) && value.every(isItem);
/** JSON has no NaN, but 1e999 is Infinity. */
const isPrediction = (value: unknown): boolean => Number.isFinite(value) || isList(value, Number.isFinite);
const isCell = (value: unknown): boolean => value === null || typeof value !== 'object';
const objectOf = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});

/** What one side of a call holds, as JSON within JSON. */
function dataOf(side: unknown): Json | undefined {
  const { data } = objectOf(side);
  const document = typeof data === 'string' ? parsed(data) : undefined;
  return typeof document === 'object' && document !== null ? (document as Json) : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
