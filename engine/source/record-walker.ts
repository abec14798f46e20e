import type { CsvMarks } from '../../domain/datasets/header.ts';

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;

export interface WalkedRecord {
  /** In which it begins, from 1. */
  readonly line: number;
  /** Without its line end. */
  readonly bytes: number;
}

export interface RecordWalker {
  add(chunk: Buffer): void;
  /** @returns whether a quoted cell is still open */
  end(): boolean;
}

type State = 'cell-start' | 'plain' | 'quoted' | 'after-quote';

/**
 * Finds the records of a CSV file as DuckDB does, a blank line being one of no bytes. Records without quotes cost two
 * searches each.
 * @param lineEnd the byte that ends lines
 */
export function recordWalker(
  { delimiter, quote }: CsvMarks,
  lineEnd: number,
  onRecord: (record: WalkedRecord) => void,
): RecordWalker {
  const quoteByte = quote === undefined ? -1 : quote.charCodeAt(0);
  const delimiterByte = delimiter.charCodeAt(0);
  let line = 1;
  let startLine = 1;
  let bytes = 0;
  let state: State = 'cell-start';
  let lastByte = 0;

  const finish = (): void => {
    const returned = lineEnd === LINE_FEED && lastByte === CARRIAGE_RETURN ? 1 : 0;
    onRecord({ line: startLine, bytes: Math.max(0, bytes - returned) });
    line += 1;
    startLine = line;
    bytes = 0;
    lastByte = 0;
    state = 'cell-start';
  };
  const step = (byte: number): void => {
    if (state === 'quoted') {
      if (byte === quoteByte) state = 'after-quote';
      else if (byte === lineEnd) line += 1;
    } else if (byte === lineEnd) {
      finish();
      return;
    } else if (byte === delimiterByte) state = 'cell-start';
    else if (byte === quoteByte && state !== 'plain') state = 'quoted';
    else if (!isPadding(state, byte)) state = 'plain';
    bytes += 1;
    lastByte = byte;
  };
  return {
    add(chunk) {
      let nextQuote = quoteByte < 0 ? Number.POSITIVE_INFINITY : -1;
      for (let at = 0; at < chunk.length; ) {
        if (nextQuote < at) nextQuote = positionOf(chunk, quoteByte, at);
        if (state === 'quoted' || nextQuote === at) {
          step(chunk[at] as number);
          at += 1;
          continue;
        }
        // up to the next quote nothing but line ends and delimiters matters
        const lineStop = positionOf(chunk, lineEnd, at);
        if (lineStop < nextQuote) {
          bytes += lineStop - at;
          if (lineStop > at) lastByte = chunk[lineStop - 1] as number;
          finish();
          at = lineStop + 1;
          continue;
        }
        const stop = Math.min(nextQuote, chunk.length);
        for (; at < stop; at++) step(chunk[at] as number);
      }
    },
    end() {
      const open = state === 'quoted';
      if (bytes > 0) finish();
      return open;
    },
  };
}

/** Blanks around quotes belong to no cell. */
const isPadding = (state: State, byte: number): boolean =>
  (byte === SPACE && state !== 'plain') || (byte === CARRIAGE_RETURN && state === 'after-quote');

function positionOf(chunk: Buffer, byte: number, from: number): number {
  const at = chunk.indexOf(byte, from);
  return at < 0 ? Number.POSITIVE_INFINITY : at;
}

/** Line feeds if there is one: the carriage return alone ends lines of old. */
export function lineEndOf(head: Uint8Array): number {
  return head.includes(LINE_FEED) || !head.includes(CARRIAGE_RETURN) ? LINE_FEED : CARRIAGE_RETURN;
}
