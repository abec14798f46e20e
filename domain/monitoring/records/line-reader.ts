import {
  type CapturedColumns,
  type CapturedPrediction,
  type CapturedValue,
  MAX_LINE_BYTES,
  MAX_WEIGHT,
} from '../../capture/lines.ts';
import { type CapturedLabel, type CapturedRows, type Rejection, readCapturedLine } from './captured-line.ts';
import { JsonScanner } from './json-scanner.ts';

// the pieces of a line as captureLines writes it
const BEFORE_INPUT =
  '{"captureData":{"endpointInput":{"observedContentType":"application/json","mode":"INPUT","data":"{\\"columns\\":';
const BEFORE_ROWS = ',\\"rows\\":';
const BEFORE_CONTEXT = ',\\"context\\":{\\"columns\\":';
const BEFORE_OUTPUT =
  '}","encoding":"JSON"},"endpointOutput":{"observedContentType":"application/json","mode":"OUTPUT","data":"{\\"predictions\\":';
const BEFORE_EVENT_ID = '}","encoding":"JSON"}},"eventMetadata":{"eventId":"';
const BEFORE_INFERENCE_ID = ',"inferenceId":"';
const BEFORE_TIME = ',"inferenceTime":"';
const BEFORE_MODEL = '},"eventVersion":"0","millrace":{"type":"capture","model":';
const BEFORE_VERSION = ',"version":';
const BEFORE_EVENT_TIME = ',"eventTime":"';
const DATE = /^\d{4}-\d\d-\d\dT$/;
const DATE_LENGTH = 11;

/** Names of columns, and the text that they were read from: lines of one version repeat it. */
interface KnownColumns {
  text: string;
  columns: readonly string[];
}

/**
 * Reads lines of one model as `readCapturedLine` does. Lines in the very layout that `captureLines` gives them, without
 * escapes in their values, are read in one go, which takes a fraction of the time; all others as any JSON.
 */
export class LineReader {
  readonly #model: string;
  readonly #modelText: string;
  readonly #scanner = new JsonScanner();
  readonly #features: KnownColumns = { text: '[]', columns: [] };
  readonly #context: KnownColumns = { text: '[]', columns: [] };
  #date = '';
  #dateMs = Number.NaN;

  constructor(model: string) {
    this.#model = model;
    this.#modelText = JSON.stringify(model);
  }

  read(line: string): CapturedRows | CapturedLabel | Rejection {
    return this.readPlain(line) ?? readCapturedLine(line, this.#model);
  }

  /** @returns undefined for a line that has to be read as any JSON */
  readPlain(line: string): CapturedRows | undefined {
    if (line.length > MAX_LINE_BYTES) return undefined;
    const scanner = this.#scanner;
    scanner.start(line);
    if (!scanner.skip(BEFORE_INPUT)) return undefined;
    const table = this.#table(this.#features);
    const context = table && scanner.skip(BEFORE_CONTEXT) ? this.#table(this.#context) : undefined;
    if (context) scanner.expect('}');
    scanner.expect(BEFORE_OUTPUT);
    if (scanner.failed || !table) return undefined;
    const predictions = scanner.list(this.#prediction);
    scanner.expect(BEFORE_EVENT_ID);
    scanner.plainString();
    scanner.expect(BEFORE_INFERENCE_ID);
    const inferenceId = scanner.plainString();
    scanner.expect(BEFORE_TIME);
    scanner.plainString();
    scanner.expect(BEFORE_MODEL);
    scanner.expect(this.#modelText);
    scanner.expect(BEFORE_VERSION);
    const version = scanner.number();
    scanner.expect(BEFORE_EVENT_TIME);
    if (scanner.failed) return undefined;
    const eventTimeMs = this.#eventTime(line);
    const firstRow = scanner.skip(',"firstRow":') ? scanner.number() : 0;
    const weight = scanner.skip(',"weight":') ? scanner.number() : 1;
    scanner.expect('}}');
    const isRead =
      !scanner.failed &&
      scanner.isAtEnd &&
      inferenceId !== '' &&
      isWithin(version, 1, Number.MAX_SAFE_INTEGER) &&
      isWithin(firstRow, 0, Number.MAX_SAFE_INTEGER) &&
      isWithin(weight, 1, MAX_WEIGHT) &&
      predictions.length === table.rows.length &&
      (!context || context.rows.length === table.rows.length);
    if (!isRead) return undefined;
    const call = { type: 'capture' as const, inferenceId, firstRow, version, eventTimeMs, weight, predictions };
    return { ...call, columns: table.columns, rows: table.rows, ...(context && { context }) };
  }

  readonly #cell = (): CapturedValue => this.#scanner.innerCell();
  readonly #row = (): CapturedValue[] => this.#scanner.list(this.#cell);
  readonly #finite = (): number => {
    const value = this.#scanner.number();
    if (!Number.isFinite(value)) this.#scanner.failed = true;
    return value;
  };
  readonly #prediction = (): CapturedPrediction =>
    this.#scanner.isAtList ? this.#scanner.list(this.#finite) : this.#finite();
  readonly #name = (): string => {
    this.#scanner.expect('\\"');
    return this.#scanner.innerString();
  };

  #table(known: KnownColumns): CapturedColumns | undefined {
    const scanner = this.#scanner;
    if (!scanner.skip(known.text)) {
      const from = scanner.at;
      const columns = scanner.list(this.#name);
      if (scanner.failed) return undefined;
      known.text = scanner.textFrom(from);
      known.columns = columns;
    }
    scanner.expect(BEFORE_ROWS);
    if (scanner.failed) return undefined;
    const rows = scanner.list(this.#row);
    for (const row of rows) if (row.length !== known.columns.length) scanner.failed = true;
    return { columns: known.columns, rows };
  }

  /** A time as toISOString writes it, and the quote behind it. */
  #eventTime(line: string): number {
    const scanner = this.#scanner;
    if (!line.startsWith(this.#date, scanner.at) || this.#date === '') {
      const date = line.slice(scanner.at, scanner.at + DATE_LENGTH);
      this.#dateMs = DATE.test(date) ? Date.parse(`${date}00:00:00.000Z`) : Number.NaN;
      if (Number.isNaN(this.#dateMs)) scanner.failed = true;
      else this.#date = date;
    }
    scanner.at += DATE_LENGTH;
    const hours = scanner.digit() * 10 + scanner.digit();
    scanner.expect(':');
    const minutes = scanner.digit() * 10 + scanner.digit();
    scanner.expect(':');
    const seconds = scanner.digit() * 10 + scanner.digit();
    scanner.expect('.');
    const ms = scanner.digit() * 100 + scanner.digit() * 10 + scanner.digit();
    scanner.expect('Z"');
    if (hours > 23 || minutes > 59 || seconds > 59) scanner.failed = true;
    return this.#dateMs + ((hours * 60 + minutes) * 60 + seconds) * 1_000 + ms;
  }
}

const isWithin = (value: number, from: number, to: number): boolean =>
  Number.isInteger(value) && value >= from && value <= to;
