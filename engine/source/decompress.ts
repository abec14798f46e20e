import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGunzip, createZstdDecompress } from 'node:zlib';
import { type Compression, textProblem } from '../../domain/datasets/file-format.ts';
import { MAX_COMPRESSION_RATIO, MIN_BOMB_BYTES } from '../../domain/datasets/limits.ts';
import type { Reason } from '../../domain/registry/entities.ts';
import { type TextFacts, textMeter } from './meter.ts';

/** Largest window of Zstandard, 128 MB: what `zstd --long` and `--ultra` use. It bounds the memory. */
const ZSTD_WINDOW_LOG = 27;

export interface Decompressed {
  readonly size: number;
  readonly text: TextFacts;
}

/** Ends the stream early; never leaves this file. */
class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly reason: Reason;
  constructor(reason: Reason) {
    super(reason.message);
    this.reason = reason;
  }
}

export interface UnpackLimits {
  /** Largest size of what the file holds. */
  readonly maxBytes: number;
  /** It must be text. */
  readonly text: boolean;
  /** What is wrong with it by its first bytes. */
  readonly refuse: (head: Uint8Array) => Reason | undefined;
}

/** Writes what a compressed file holds, until it is too much or cannot be data. */
export async function decompress(
  compression: Compression,
  from: string,
  to: string,
  { maxBytes, text, refuse }: UnpackLimits,
): Promise<Decompressed | { reasons: Reason[] }> {
  const { size: compressed } = await stat(from);
  const facts = textMeter();
  let size = 0;
  const limits = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      const wrong = size === 0 ? refuse(chunk) : undefined;
      size += chunk.length;
      facts.add(chunk);
      const reason = wrong ?? tooMuch(size, compressed, maxBytes) ?? (text ? textProblem(facts.seen()) : undefined);
      done(reason ? new RefusedError(reason) : null, chunk);
    },
  });
  try {
    const parts = compression === 'gzip' ? gunzip(from, compressed) : unzstd(from, compressed);
    await pipeline(parts, limits, createWriteStream(to));
    return { size, text: facts.result() };
  } catch (error) {
    const reason = error instanceof RefusedError ? error.reason : damage(compression, error);
    if (!reason) throw error;
    return { reasons: [reason] };
  }
}

function tooMuch(size: number, compressed: number, maxBytes: number): Reason | undefined {
  if (size > MIN_BOMB_BYTES && size > compressed * MAX_COMPRESSION_RATIO)
    return {
      code: 'decompression-bomb',
      message: `${compressed} compressed bytes hold more than ${size}; above ${MIN_BOMB_BYTES} bytes, ${MAX_COMPRESSION_RATIO} for each compressed one are allowed`,
    };
  if (size > maxBytes)
    return {
      code: 'too-large',
      message: `the file holds more than ${maxBytes} bytes, which is what data.maxSizeMb allows once it is decompressed`,
    };
  return undefined;
}

async function* gunzip(from: string, compressed: number): AsyncGenerator<Uint8Array> {
  const gunzipped = createGunzip();
  yield* through(from, 0, gunzipped);
  // members that follow one another are read on; what follows them and is no member is not
  if (gunzipped.bytesWritten < compressed) await requireZeros(from, gunzipped.bytesWritten);
}

/** One frame after another: the decoder stops at the end of each. */
async function* unzstd(from: string, compressed: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < compressed; ) {
    const frame = createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG } });
    yield* through(from, start, frame);
    if (frame.bytesWritten === 0) throw new RefusedError(damaged('zstd'));
    start += frame.bytesWritten;
  }
}

async function* through(from: string, start: number, decoder: NodeJS.ReadWriteStream): AsyncGenerator<Uint8Array> {
  const input = createReadStream(from, { start });
  const fed = pipeline(input, decoder);
  fed.catch(() => undefined); // told by the iteration
  for await (const chunk of decoder as unknown as Readable) yield chunk as Uint8Array;
  await fed;
}

async function requireZeros(from: string, start: number): Promise<void> {
  for await (const chunk of createReadStream(from, { start }))
    if ((chunk as Uint8Array).some((byte) => byte !== 0))
      throw new RefusedError({
        code: 'trailing-garbage',
        message: `what follows the compressed data at byte ${start} belongs to no file`,
      });
}

const damaged = (compression: Compression): Reason => ({
  code: 'damaged',
  message: `the ${compression} file is damaged: it cannot be decompressed`,
});

function damage(compression: Compression, error: unknown): Reason | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'Z_BUF_ERROR')
    return { code: 'truncated', message: `the ${compression} file ends before its data do: its end is missing` };
  if (code === 'ZSTD_error_frameParameter_windowTooLarge')
    return {
      code: 'decompression-bomb',
      message: `the zstd file needs a window of more than ${2 ** (ZSTD_WINDOW_LOG - 20)} MB, which is what is allowed`,
    };
  return /^Z_|^ZSTD_/.test(code) ? damaged(compression) : undefined;
}
