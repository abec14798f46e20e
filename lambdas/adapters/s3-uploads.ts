import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand, HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { UploadSource } from '../../domain/datasets/upload.ts';

export interface DownloadedUpload {
  readonly sha256: string;
  readonly size: number;
  /** Offset of the first byte that cannot be UTF-8; undefined for UTF-8 and where it was not looked for. */
  readonly invalidUtf8At?: number;
}

/** The landing bucket, read by version; undefined where the object is gone. */
export interface Uploads {
  size(source: UploadSource): Promise<number | undefined>;
  /** Streams to `path`; memory does not grow with the object. */
  download(source: UploadSource, path: string, text: boolean): Promise<DownloadedUpload | undefined>;
}

export function s3Uploads(client: S3Client): Uploads {
  return {
    size: (source) =>
      unlessGone(async () => (await client.send(new HeadObjectCommand(locate(source)))).ContentLength ?? 0),
    download: (source, path, text) =>
      unlessGone(async () => {
        const { Body } = await client.send(new GetObjectCommand(locate(source)));
        const meter = uploadMeter(text);
        await pipeline(Body instanceof Readable ? Body : Readable.from([]), meter.stream, createWriteStream(path));
        return meter.result();
      }),
  };
}

const locate = ({ bucket, key, versionId }: UploadSource) => ({
  Bucket: bucket,
  Key: key,
  ...(versionId !== 'null' && { VersionId: versionId }),
});

const GONE: readonly string[] = ['NoSuchKey', 'NoSuchVersion', 'NotFound'];

async function unlessGone<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Error && GONE.includes(error.name)) return undefined;
    throw error;
  }
}

/** Digest, size and encoding of what streams through. */
export function uploadMeter(text: boolean): { stream: Transform; result(): DownloadedUpload } {
  const hash = createHash('sha256');
  let size = 0;
  let rest: Uint8Array = new Uint8Array();
  let invalidUtf8At: number | undefined;
  const check = (bytes: Uint8Array, last: boolean): void => {
    const joined = rest.length > 0 ? Buffer.concat([rest, bytes]) : bytes;
    const whole = last ? joined.length : joined.length - openSequence(joined);
    const start = size - rest.length;
    if (!isUtf8(joined.subarray(0, whole))) invalidUtf8At = start + firstInvalid(joined.subarray(0, whole));
    rest = Buffer.from(joined.subarray(whole));
  };
  const stream = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      hash.update(chunk);
      if (text && invalidUtf8At === undefined) check(chunk, false);
      size += chunk.byteLength;
      done(null, chunk);
    },
    flush(done) {
      if (text && invalidUtf8At === undefined) check(new Uint8Array(), true);
      done();
    },
  });
  return {
    stream,
    result: () => ({ sha256: hash.digest('hex'), size, ...(invalidUtf8At !== undefined && { invalidUtf8At }) }),
  };
}

/** How many bytes at the end may be the beginning of a character. */
function openSequence(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number;
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? back : 0;
    if (byte < 0x80) return 0;
  }
  return 0;
}

/** Longest valid beginning, by halving: a prefix that ends within a character counts as valid. */
function firstInvalid(bytes: Uint8Array): number {
  let valid = 0;
  let beyond = bytes.length + 1;
  while (beyond - valid > 1) {
    const middle = (valid + beyond) >> 1;
    const prefix = bytes.subarray(0, middle);
    if (isUtf8(prefix.subarray(0, middle - openSequence(prefix)))) valid = middle;
    else beyond = middle;
  }
  return valid - openSequence(bytes.subarray(0, valid));
}
