import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { compressionOf, isParquet, MAGIC_BYTES } from '../../domain/datasets/file-format.ts';
import { ROWS_AT_ONCE } from '../../domain/datasets/limits.ts';
import { firstInvalid, openSequence } from './utf8.ts';

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
/** Below this many bytes a line, a loop counts faster than a call for each line. */
const SHORT_LINE_BYTES = 48;

/** What is to be known of text before anybody reads its rows. */
export interface TextFacts {
  /** Offset of the first byte that cannot be UTF-8. */
  readonly invalidUtf8At?: number;
  readonly nulAt?: number;
  /** Lines as an editor counts them, without empty ones at the end. */
  readonly lines: number;
  /** Of the lines longer than one chunk of the stream; 0 if there is none. */
  readonly longestLineBytes: number;
  /** About the most bytes of 2,048 lines that follow one another. */
  readonly widestBytes: number;
}

/** What a file's bytes say before its format is looked at. */
export interface Metered {
  readonly sha256: string;
  readonly size: number;
  /** Absent for Parquet and for what is compressed. */
  readonly text?: TextFacts;
}

export interface Meter {
  readonly stream: Transform;
  /** Of what has streamed through. */
  result(): Metered;
}

/** Digest, size and, of text, what could harm its readers, of what streams through. */
export function meter(): Meter {
  const hash = createHash('sha256');
  let size = 0;
  let text: TextMeter | undefined;
  /** Bytes that do not tell yet what this is. */
  let head: Uint8Array | undefined = new Uint8Array();
  const begin = (bytes: Uint8Array): void => {
    head = undefined;
    if (compressionOf(bytes) !== undefined || isParquet(bytes)) return;
    text = textMeter();
    text.add(bytes);
  };
  const stream = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      hash.update(chunk);
      size += chunk.byteLength;
      if (head === undefined) text?.add(chunk);
      else {
        head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
        if (head.length >= MAGIC_BYTES) begin(head);
      }
      done(null, chunk);
    },
    flush(done) {
      if (head !== undefined) begin(head);
      done();
    },
  });
  return { stream, result: () => ({ sha256: hash.digest('hex'), size, ...(text && { text: text.result() }) }) };
}

/** One pass over a file on disk. */
export async function meterFile(path: string): Promise<Metered> {
  const { stream, result } = meter();
  stream.resume();
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), stream);
  return result();
}

export interface TextMeter {
  add(chunk: Uint8Array): void;
  /** As far as it is known before the end. */
  seen(): Omit<TextFacts, 'lines'>;
  result(): TextFacts;
}

export function textMeter(): TextMeter {
  let size = 0;
  let rest: Uint8Array = new Uint8Array();
  let invalidUtf8At: number | undefined;
  let nulAt: number | undefined;
  /** Whichever comes first: files of old end lines with a carriage return alone. */
  let lineEnd: number | undefined;
  /** The last chunk ends with a carriage return that a line feed may follow. */
  let openReturn = false;
  let ends = 0;
  let openLineBytes = 0;
  let longestLineBytes = 0;
  let emptyAtEnd = 0;

  /** The chunks in which the last 2,048 lines begin. */
  const window: { bytes: number; ends: number }[] = [];
  let windowBytes = 0;
  let windowEnds = 0;
  let widestBytes = 0;

  const widen = (bytes: number, lineEnds: number): void => {
    window.push({ bytes, ends: lineEnds });
    windowBytes += bytes;
    windowEnds += lineEnds;
    for (let [first] = window; first && windowEnds - first.ends >= ROWS_AT_ONCE; [first] = window) {
      window.shift();
      windowBytes -= first.bytes;
      windowEnds -= first.ends;
    }
    // what ends in a chunk with more lines than that may be no more than a part of them
    const share = Math.min(1, ROWS_AT_ONCE / Math.max(1, windowEnds));
    widestBytes = Math.max(widestBytes, Math.round(windowBytes * share));
  };
  const checkUtf8 = (bytes: Uint8Array, last: boolean): void => {
    const joined = rest.length > 0 ? Buffer.concat([rest, bytes]) : bytes;
    const whole = last ? joined.length : joined.length - openSequence(joined);
    const start = size - rest.length;
    if (!isUtf8(joined.subarray(0, whole))) invalidUtf8At = start + firstInvalid(joined.subarray(0, whole));
    rest = Buffer.from(joined.subarray(whole));
  };
  const countLines = (chunk: Uint8Array): void => {
    if (lineEnd === undefined) {
      const returnAt = chunk.indexOf(CARRIAGE_RETURN);
      if (chunk.includes(LINE_FEED)) lineEnd = LINE_FEED;
      else if (openReturn || (returnAt >= 0 && returnAt < chunk.length - 1)) lineEnd = CARRIAGE_RETURN;
      if (lineEnd === CARRIAGE_RETURN && openReturn) ends += 1;
      openReturn = returnAt === chunk.length - 1;
    }
    const first = lineEnd === undefined ? -1 : chunk.indexOf(lineEnd);
    if (lineEnd === undefined || first < 0) {
      openLineBytes += chunk.length;
      longestLineBytes = Math.max(longestLineBytes, openLineBytes);
      widen(chunk.length, 0);
      if (!isWhite(chunk)) emptyAtEnd = 0;
      return;
    }
    longestLineBytes = Math.max(longestLineBytes, openLineBytes + first);
    const found = countByte(chunk, lineEnd);
    ends += found;
    widen(chunk.length, found);
    openLineBytes = chunk.length - 1 - chunk.lastIndexOf(lineEnd);
    const { empty, all } = endsAtEnd(chunk, lineEnd);
    emptyAtEnd = all ? emptyAtEnd + empty : empty;
  };

  const seen = () => ({
    ...(invalidUtf8At !== undefined && { invalidUtf8At }),
    ...(nulAt !== undefined && { nulAt }),
    longestLineBytes,
    widestBytes,
  });
  return {
    add(chunk) {
      if (chunk.length === 0) return;
      if (invalidUtf8At === undefined) checkUtf8(chunk, false);
      if (nulAt === undefined) {
        const at = chunk.indexOf(0);
        if (at >= 0) nulAt = size + at;
      }
      countLines(chunk);
      size += chunk.length;
    },
    seen,
    result() {
      if (invalidUtf8At === undefined && rest.length > 0) checkUtf8(new Uint8Array(), true);
      // of the ends at the end, the first ends the last line
      const lines = emptyAtEnd > 0 ? ends - emptyAtEnd + 1 : ends + (openLineBytes > 0 ? 1 : 0);
      return { ...seen(), lines };
    },
  };
}

function countByte(chunk: Uint8Array, byte: number): number {
  let count = 0;
  let at = chunk.indexOf(byte);
  for (; at >= 0; at = chunk.indexOf(byte, at + 1)) {
    count += 1;
    if (count === 64 && at < 64 * SHORT_LINE_BYTES) break;
  }
  if (at >= 0) for (let index = at + 1; index < chunk.length; index++) if (chunk[index] === byte) count += 1;
  return count;
}

const isEnd = (byte: number | undefined): boolean => byte === LINE_FEED || byte === CARRIAGE_RETURN;
const isWhite = (chunk: Uint8Array): boolean => chunk.every(isEnd);

/** Line ends with nothing after them, and whether the chunk is nothing else. */
function endsAtEnd(chunk: Uint8Array, lineEnd: number): { empty: number; all: boolean } {
  let empty = 0;
  let index = chunk.length - 1;
  for (; index >= 0 && isEnd(chunk[index]); index--) if (chunk[index] === lineEnd) empty += 1;
  return { empty, all: index < 0 };
}
