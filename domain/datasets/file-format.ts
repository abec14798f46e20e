import type { Reason } from '../registry/entities.ts';
import type { DataSpec } from '../spec/columns.ts';

const PARQUET = [0x50, 0x41, 0x52, 0x31];
/** Archives and compressed files people upload by mistake, by their first bytes. */
const COMPRESSED: readonly (readonly [name: string, magic: readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
];
const UTF_16 = [
  [0xff, 0xfe],
  [0xfe, 0xff],
];
const UTF_8_MARK = [0xef, 0xbb, 0xbf];

/** What a file is, as far as its ends tell. */
export interface FileEnds {
  readonly size: number;
  /** The first bytes, MAX_HEADER_BYTES at most. */
  readonly head: Uint8Array;
  /** The last bytes, 4 at least if there are so many. */
  readonly tail: Uint8Array;
  /** Offset of the first byte that cannot be UTF-8. */
  readonly invalidUtf8At?: number | undefined;
}

/** Why a file cannot be data of this format at all. */
export function fileProblem(
  format: DataSpec['format'],
  { size, head, tail, invalidUtf8At }: FileEnds,
): Reason | undefined {
  if (size === 0) return { code: 'empty', message: 'the file has no bytes' };
  const compressed = COMPRESSED.find(([, magic]) => startsWith(head, magic));
  if (compressed)
    return { code: 'compressed', message: `the file is ${compressed[0]}: upload it uncompressed, or as Parquet` };
  const isParquet = startsWith(head, PARQUET);
  if (format === 'parquet') {
    if (!isParquet) return { code: 'wrong-format', message: 'the file is not Parquet: it does not begin with PAR1' };
    if (size < 12 || !startsWith(tail.subarray(-4), PARQUET))
      return { code: 'truncated', message: 'the Parquet file does not end with PAR1: its end is missing' };
    return undefined;
  }
  if (isParquet) return { code: 'wrong-format', message: 'the file is Parquet, but data.format is csv' };
  if (UTF_16.some((mark) => startsWith(head, mark)))
    return { code: 'wrong-encoding', message: 'the file is UTF-16: save it as UTF-8' };
  if (invalidUtf8At !== undefined)
    return {
      code: 'wrong-encoding',
      message: `the file is not UTF-8: byte ${invalidUtf8At} cannot be read; save it as UTF-8`,
    };
  if (csvText(head).trim() === '' && size === head.length)
    return { code: 'empty', message: 'the file has nothing but white space' };
  return undefined;
}

/** The beginning of a CSV file without its byte order mark. */
export function csvText(head: Uint8Array): string {
  const start = startsWith(head, UTF_8_MARK) ? UTF_8_MARK.length : 0;
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(head.subarray(start));
}

const startsWith = (bytes: Uint8Array, magic: readonly number[]): boolean =>
  bytes.length >= magic.length && magic.every((byte, index) => bytes[index] === byte);
