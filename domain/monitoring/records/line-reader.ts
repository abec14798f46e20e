import { type CapturedColumns, type CapturedPrediction, MAX_LINE_BYTES, MAX_WEIGHT } from '../../capture/lines.ts';
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
  readonly text: string;
  readonly columns: readonly string[];
}

/**
 * Reads lines of one model as `readCapturedLine` does. Lines in the very layout that `captureLines` gives them, without
 * escapes in their values, are read in one go, which takes a fraction of the time; all others as any JSON.
 */
export class LineReader {
  readonly #model: string;
  readonly #scanner = new JsonScanner();
  #features: KnownColumns | undefined;
  #context: KnownColumns | undefined;
  /** From the time of the inference to the time of the event, all the same for one version. */
  readonly #beforeVersion: string;
  #version = Number.NaN;
  #versionText = '';
  #date = '';
  #dateMs = Number.NaN;

  constructor(model: string) {
    this.#model = model;
    this.#beforeVersion = `${BEFORE_MODEL}${JSON.stringify(model)}${BEFORE_VERSION}`;
  }

  read(line: string): CapturedRows | CapturedLabel | Rejection {
    return this.readPlain(line) ?? readCapturedLine(line, this.#model);
  }

  /** @returns undefined for a line that has to be read as any JSON */
  readPlain(line: string): CapturedRows | undefined {
    if (line.length > MAX_LINE_BYTES) return undefined;
    const scanner = this.#scanner;
    scanner.start(line);
    this.#features = this.#columns(BEFORE_INPUT, this.#features);
    if (!this.#features) return undefined;
    const { columns } = this.#features;
    const rows = scanner.innerRows(columns.length);
    const context = scanner.skip(BEFORE_CONTEXT) ? this.#readContext() : undefined;
    scanner.expect(BEFORE_OUTPUT);
    if (scanner.failed) return undefined;
    const predictions = scanner.list(this.#prediction);
    scanner.expect(BEFORE_EVENT_ID);
    scanner.plainString();
    scanner.expect(BEFORE_INFERENCE_ID);
    const inferenceId = scanner.plainString();
    scanner.expect(BEFORE_TIME);
    scanner.plainString();
    const version = this.#readVersion();
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
      predictions.length === rows.length &&
      (!context || context.rows.length === rows.length);
    if (!isRead) return undefined;
    const type = 'capture';
    const call = { type, inferenceId, firstRow, version, eventTimeMs, weight, columns, rows, predictions } as const;
    return context ? { ...call, context } : call;
  }

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

  /** Names of columns after `before`, up to the first row. */
  #columns(before: string, known: KnownColumns | undefined): KnownColumns | undefined {
    const scanner = this.#scanner;
    if (known && scanner.skip(known.text)) return known;
    const from = scanner.at;
    if (!scanner.skip(before)) return undefined;
    const columns = scanner.list(this.#name);
    scanner.expect(BEFORE_ROWS);
    return scanner.failed ? undefined : { text: scanner.textFrom(from), columns };
  }

  #readContext(): CapturedColumns | undefined {
    const scanner = this.#scanner;
    this.#context = this.#columns('', this.#context);
    if (!this.#context) return undefined;
    const { columns } = this.#context;
    const rows = scanner.innerRows(columns.length);
    scanner.expect('}');
    return { columns, rows };
  }

  #readVersion(): number {
    const scanner = this.#scanner;
    if (this.#versionText !== '' && scanner.skip(this.#versionText)) return this.#version;
    const from = scanner.at;
    scanner.expect(this.#beforeVersion);
    const version = scanner.number();
    scanner.expect(BEFORE_EVENT_TIME);
    if (!scanner.failed) [this.#version, this.#versionText] = [version, scanner.textFrom(from)];
    return version;
  }

  /** A time as toISOString writes it, and the quote behind it. */
  #eventTime(line: string): number {
    const scanner = this.#scanner;
    if (this.#date === '' || !line.startsWith(this.#date, scanner.at)) {
      const date = line.slice(scanner.at, scanner.at + DATE_LENGTH);
      const dateMs = DATE.test(date) ? Date.parse(`${date}00:00:00.000Z`) : Number.NaN;
      if (Number.isNaN(dateMs)) scanner.failed = true;
      else [this.#date, this.#dateMs] = [date, dateMs];
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
