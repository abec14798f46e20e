import type { Dialect } from '../../domain/datasets/dialect.ts';
import { MAX_LINE_BYTES } from '../../domain/datasets/limits.ts';

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
/** More of a record's text is not kept: 10,000 characters in any script. */
const KEPT_BYTES = 40_000;

/** Only to be looked at while it is handed over. */
export interface WalkedRecord {
  /** In which it begins, from 1. */
  readonly line: number;
  /** Nothing but a line end. */
  readonly blank: boolean;
  /** Code of what is wrong with it, if it holds no row. */
  readonly problem: string | undefined;
  /** Its text, or the beginning of it. */
  text(): string;
}

export interface RecordWalker {
  add(chunk: Buffer): void;
  /** @returns whether the last record lacks its end: a quoted cell is open, or cells and the line end are missing */
  end(): boolean;
}

type State = 'cell-start' | 'blank' | 'plain' | 'quoted' | 'after-quote';

/**
 * Finds the records of a CSV file, and what is wrong with them, as DuckDB does: empty cells too many are none, and a
 * blank before quotes and any behind them belong to no cell.
 * @param lineEnd the byte that ends lines
 */
export function recordWalker(
  { delimiter, quote, width }: Pick<Dialect, 'delimiter' | 'quote' | 'width'>,
  lineEnd: number,
  onRecord: (record: WalkedRecord) => void,
): RecordWalker {
  const quoteByte = quote === undefined ? -1 : quote.charCodeAt(0);
  const delimiterByte = delimiter.charCodeAt(0);
  let line = 1;
  let startLine = 1;
  let bytes = 0;
  let cells = 1;
  let surplus = false;
  let brokenQuotes = false;
  let state: State = 'cell-start';
  let lastByte = 0;
  let current: Buffer = Buffer.alloc(0);
  /** Where the record begins in the current chunk, and what came of it before. */
  let startAt = 0;
  let carried: Buffer = Buffer.alloc(0);

  /** One for all: there may be millions. */
  const record = {
    line: 0,
    blank: false,
    problem: undefined as string | undefined,
    from: 0,
    stop: 0,
    text(): string {
      const stop = Math.min(this.stop, this.from + KEPT_BYTES);
      const text =
        carried.length === 0
          ? current.toString('utf8', this.from, stop)
          : Buffer.concat([carried, current.subarray(this.from, stop)]).toString('utf8', 0, KEPT_BYTES);
      return text.endsWith('\r') ? text.slice(0, -1) : text;
    },
  };
  const problem = (open: boolean): string | undefined => {
    if (bytes + 1 > MAX_LINE_BYTES) return 'line-too-long';
    if (open || brokenQuotes) return 'broken-quotes';
    if (surplus) return 'too-many-cells';
    return cells < width ? 'too-few-cells' : undefined;
  };
  const finish = (stopAt: number, open = false): void => {
    const returned = lineEnd === LINE_FEED && lastByte === CARRIAGE_RETURN ? 1 : 0;
    const blank = bytes === returned;
    record.line = startLine;
    record.blank = blank;
    record.problem = blank ? undefined : problem(open);
    record.from = startAt;
    record.stop = Math.max(startAt, stopAt);
    onRecord(record);
    line += 1;
    startLine = line;
    bytes = 0;
    cells = 1;
    surplus = false;
    brokenQuotes = false;
    lastByte = 0;
    state = 'cell-start';
    startAt = stopAt + 1;
    carried = Buffer.alloc(0);
  };
  const step = (byte: number, at: number): void => {
    if (state === 'quoted') {
      if (byte === quoteByte) state = 'after-quote';
      else {
        if (byte === lineEnd) line += 1;
        if (cells > width) surplus = true;
      }
    } else if (byte === quoteByte && state !== 'plain') {
      if (state === 'after-quote' && cells > width) surplus = true;
      state = 'quoted';
    } else {
      // a blank that no quote follows is a cell's text
      if (state === 'blank' && cells > width) surplus = true;
      if (byte === lineEnd) {
        finish(at);
        return;
      }
      if (byte === delimiterByte) {
        cells += 1;
        state = 'cell-start';
      } else if (state === 'after-quote') {
        if (byte !== SPACE && byte !== CARRIAGE_RETURN) {
          brokenQuotes = true;
          state = 'plain';
        }
      } else if (byte === SPACE && state === 'cell-start') state = 'blank';
      else {
        if (cells > width && byte !== CARRIAGE_RETURN) surplus = true;
        state = 'plain';
      }
    }
    bytes += 1;
    lastByte = byte;
  };
  /** As `step`, of bytes without quotes and line ends. */
  const skim = (chunk: Buffer, from: number, to: number): void => {
    for (let at = from; at < to; at++) {
      const byte = chunk[at] as number;
      if (byte === delimiterByte) cells += 1;
      else if (cells > width && byte !== CARRIAGE_RETURN) surplus = true;
    }
    bytes += to - from;
    if (to > from) lastByte = chunk[to - 1] as number;
  };
  return {
    add(chunk) {
      current = chunk;
      startAt = 0;
      let nextQuote = quoteByte < 0 ? Number.POSITIVE_INFINITY : -1;
      for (let at = 0; at < chunk.length; ) {
        if (nextQuote < at) nextQuote = positionOf(chunk, quoteByte, at);
        const lineStop = state === 'cell-start' || state === 'plain' ? positionOf(chunk, lineEnd, at) : -1;
        if (lineStop >= 0 && lineStop < nextQuote) {
          skim(chunk, at, lineStop);
          finish(lineStop);
          at = lineStop + 1;
          continue;
        }
        // to the end of a line with quotes, byte by byte
        const stop = lineStop < 0 ? at + 1 : Math.min(lineStop, chunk.length);
        for (; at < stop; at++) step(chunk[at] as number, at);
      }
      if (bytes > 0 && carried.length < KEPT_BYTES)
        carried = Buffer.concat([carried, chunk.subarray(startAt, startAt + KEPT_BYTES)]);
    },
    end() {
      if (state === 'blank' && cells > width) surplus = true;
      const open = state === 'quoted';
      const cut = open || (bytes > 0 && problem(false) === 'too-few-cells');
      current = Buffer.alloc(0);
      startAt = 0;
      if (bytes > 0) finish(0, open);
      return cut;
    },
  };
}

function positionOf(chunk: Buffer, byte: number, from: number): number {
  const at = chunk.indexOf(byte, from);
  return at < 0 ? Number.POSITIVE_INFINITY : at;
}

/** Line feeds if there is one: the carriage return alone ends lines of old. */
export function lineEndOf(head: Uint8Array): number {
  return head.includes(LINE_FEED) || !head.includes(CARRIAGE_RETURN) ? LINE_FEED : CARRIAGE_RETURN;
}
