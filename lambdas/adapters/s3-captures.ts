import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { DeleteObjectCommand, GetObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { UnavailableError } from '../../domain/common-errors.ts';
import type { CapturedWindows } from '../../domain/monitoring/captured-windows.ts';
import { captureKeys, windowNamed } from '../../domain/names.ts';

const GZIP = [0x1f, 0x8b] as const;

/** Marks of one model that are looked at together: a model that is not monitored may pile them up. */
const MARKS_PER_MODEL = 1_000;

/** The windows that partition-capture sorted capture into. */
export function s3Captures(client: S3Client, bucket: string): CapturedWindows {
  async function* keysUnder(Prefix: string): AsyncGenerator<string> {
    for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix })) {
      for (const { Key } of Contents) if (Key !== undefined && !Key.endsWith('/')) yield Key;
    }
  }

  return {
    async *dirty(model) {
      let [last, seen] = ['', 0];
      // keys sort by model and then by time
      for await (const key of keysUnder(model === undefined ? captureKeys.dirty : captureKeys.dirtyFolder(model))) {
        const [, name = '', mark = ''] = key.split('/');
        const window = windowNamed(mark);
        seen = name === last ? seen + 1 : 1;
        last = name;
        if (window && seen <= MARKS_PER_MODEL) yield { model: name, window };
      }
    },

    async clean({ model, window }) {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: captureKeys.dirtyWindow(model, window) }));
    },

    async objectKeys(model, window) {
      const keys: string[] = [];
      for await (const key of keysUnder(captureKeys.windowFolder(model, window))) keys.push(key);
      return keys.sort();
    },

    async *lines(key) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      if (!(Body instanceof Readable)) throw new UnavailableError(`s3://${bucket}/${key} came without a body`);
      yield* splitLines(await unzipped(Body));
    },
  };
}

/** Gzip is recognised by its first bytes: neither a suffix nor a header says so for certain. */
async function unzipped(body: Readable): Promise<AsyncIterable<Uint8Array>> {
  const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  const head: Uint8Array[] = [];
  let size = 0;
  while (size < GZIP.length) {
    const { value, done } = await chunks.next();
    if (done) break;
    head.push(value);
    size += value.byteLength;
  }
  const whole = withHead(head, chunks);
  const start = Buffer.concat(head);
  if (start[0] !== GZIP[0] || start[1] !== GZIP[1]) return whole;
  const gunzip = createGunzip();
  // an error of either reaches whoever reads from gunzip
  pipeline(Readable.from(whole), gunzip, () => undefined);
  return gunzip;
}

async function* withHead(head: readonly Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* head;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

/** By line feed only: node:readline also splits at U+2028, which JSON leaves unescaped within a value. */
async function* splitLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) if (part !== '') yield part;
  }
  rest += decoder.decode();
  if (rest !== '') yield rest;
}
