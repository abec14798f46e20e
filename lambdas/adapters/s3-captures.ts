import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { GetObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { UnavailableError } from '../../domain/common-errors.ts';
import type { WindowReader } from '../../domain/monitoring/window-reader.ts';
import { captureKeys } from '../../domain/names.ts';

const GZIP = [0x1f, 0x8b] as const;

/** The end of `captureKeys.windowFolder`: an ISO time whose `:` and `.` are hyphens. */
const FOLDER = /\/(\d{4}-\d\d-\d\dT\d\d)-(\d\d)-(\d\d)-(\d{3}Z)\/$/;

function startOf(folder: string): Date | undefined {
  const [, hour, minute, second, millisecond] = FOLDER.exec(folder) ?? [];
  const start = new Date(`${hour}:${minute}:${second}.${millisecond}`);
  return Number.isNaN(start.getTime()) ? undefined : start;
}

/** The windows that partition-capture sorted capture into. */
export function s3Captures(client: S3Client, bucket: string): WindowReader {
  return {
    async windowStarts(model, from, to) {
      const Prefix = `windows/${model}/`;
      // the folder itself, without its slash, is before every key in it
      const StartAfter = captureKeys.windowFolder(model, from).slice(0, -1);
      const query = { Bucket: bucket, Prefix, Delimiter: '/', StartAfter };
      const starts: Date[] = [];
      for await (const { CommonPrefixes = [] } of paginateListObjectsV2({ client }, query)) {
        for (const { Prefix: folder = '' } of CommonPrefixes) {
          const start = startOf(folder);
          // keys sort by time: nothing later on is wanted either
          if (start && start > to) return starts;
          if (start && start >= from) starts.push(start);
        }
      }
      return starts;
    },

    async objectKeys(model, windowStart) {
      const keys: string[] = [];
      const query = { Bucket: bucket, Prefix: captureKeys.windowFolder(model, windowStart) };
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, query)) {
        for (const { Key } of Contents) if (Key !== undefined && !Key.endsWith('/')) keys.push(Key);
      }
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
