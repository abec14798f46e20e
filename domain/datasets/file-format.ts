import type { Reason } from '../registry/entities.ts';
import type { DataSpec } from '../spec/columns.ts';
import { MAX_BYTES_AT_ONCE, MAX_FILE_LINE_BYTES, MAX_LINE_BYTES, ROWS_AT_ONCE } from './limits.ts';

/** Enough of a file's beginning to tell formats apart. */
export const MAGIC_BYTES = 5;
const PARQUET = [0x50, 0x41, 0x52, 0x31];
const GZIP = [0x1f, 0x8b];
const ZSTANDARD = [0x28, 0xb5, 0x2f, 0xfd];
/** RFC 8878, 3.1.2: frames that hold no data begin with 0x184D2A50 to 0x184D2A5F. */
const SKIPPABLE = [0x2a, 0x4d, 0x18];
/** Archives people upload by mistake, by their first bytes. */
const ARCHIVES: readonly (readonly [name: string, magic: readonly number[]])[] = [
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
];
const UTF_16 = [
  [0xff, 0xfe],
  [0xfe, 0xff],
];
const UTF_8_MARK = [0xef, 0xbb, 0xbf];

export type Compression = 'gzip' | 'zstd';

/** By the first bytes; undefined for what is not compressed, or in a way that is not read. */
export function compressionOf(head: Uint8Array): Compression | undefined {
  if (startsWith(head, GZIP)) return 'gzip';
  const skippable = ((head[0] ?? 0) & 0xf0) === 0x50 && startsWith(head.subarray(1), SKIPPABLE);
  return skippable || startsWith(head, ZSTANDARD) ? 'zstd' : undefined;
}

export const isParquet = (head: Uint8Array): boolean => startsWith(head, PARQUET);

/** What a file is, as far as its ends tell. */
export interface FileEnds {
  readonly size: number;
  /** The first bytes, MAX_HEADER_BYTES at most. */
  readonly head: Uint8Array;
  /** The last bytes, 4 at least if there are so many. */
  readonly tail: Uint8Array;
}

/** Why a file, decompressed if it was compressed, cannot be data of this format at all. */
export function fileProblem(format: DataSpec['format'], { size, head, tail }: FileEnds): Reason | undefined {
  if (size === 0) return { code: 'empty', message: 'the file has no bytes' };
  const archive = ARCHIVES.find(([, magic]) => startsWith(head, magic))?.[0];
  if (archive)
    return { code: 'compressed', message: `the file is ${archive}: upload it plain, or as gzip or Zstandard` };
  if (format === 'parquet') return parquetProblem({ size, head, tail });
  if (isParquet(head)) return { code: 'wrong-format', message: `the file is Parquet, but data.format is ${format}` };
  if (UTF_16.some((mark) => startsWith(head, mark)))
    return { code: 'wrong-encoding', message: 'the file is UTF-16: save it as UTF-8' };
  const text = csvText(head).trimStart();
  if (text === '' && size === head.length) return { code: 'empty', message: 'the file has nothing but white space' };
  if (format === 'jsonl' && text.startsWith('['))
    return { code: 'wrong-format', message: 'the file is a JSON array: write one object a line, without brackets' };
  return undefined;
}

function parquetProblem({ size, head, tail }: FileEnds): Reason | undefined {
  if (!isParquet(head))
    return { code: 'wrong-format', message: 'the file is not Parquet: it does not begin with PAR1' };
  if (size < 12 || !startsWith(tail.subarray(-4), PARQUET))
    return { code: 'truncated', message: 'the Parquet file does not end with PAR1: its end is missing' };
  return undefined;
}

/** What is found in text while it is read through. */
export function textProblem(facts: {
  readonly invalidUtf8At?: number | undefined;
  readonly nulAt?: number | undefined;
  readonly longestLineBytes: number;
  readonly widestBytes: number;
}): Reason | undefined {
  const { invalidUtf8At, nulAt, longestLineBytes, widestBytes } = facts;
  if (invalidUtf8At !== undefined)
    return {
      code: 'wrong-encoding',
      message: `the file is not UTF-8: byte ${invalidUtf8At} cannot be read; save it as UTF-8`,
    };
  if (nulAt !== undefined)
    return { code: 'nul-byte', message: `byte ${nulAt} of the file is zero, which no text holds` };
  if (longestLineBytes > MAX_FILE_LINE_BYTES)
    return {
      code: 'line-too-long',
      message: `a line has ${longestLineBytes} bytes or more; lines above ${MAX_LINE_BYTES} are set aside, above ${MAX_FILE_LINE_BYTES} the file is refused`,
    };
  if (widestBytes > MAX_BYTES_AT_ONCE)
    return {
      code: 'lines-too-long',
      message: `${ROWS_AT_ONCE} lines that follow one another have ${widestBytes} bytes; at most ${MAX_BYTES_AT_ONCE} are read at a time`,
    };
  return undefined;
}

/** The beginning of a CSV file without its byte order mark. */
export function csvText(head: Uint8Array): string {
  const start = startsWith(head, UTF_8_MARK) ? UTF_8_MARK.length : 0;
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(head.subarray(start));
}

const startsWith = (bytes: Uint8Array, magic: readonly number[]): boolean =>
  bytes.length >= magic.length && magic.every((byte, index) => bytes[index] === byte);
