import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  NotFound,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { ServiceMeter } from './service-meter.ts';

/** What one listing request returns at most. */
const PAGE = 1_000;

/**
 * Buckets for the adapters that answer from memory and count requests. Of what is written only the size is kept: reading it
 * ends the run, as no window is issued twice in it.
 */
export function memoryBuckets(meter: ServiceMeter) {
  const folders = new Map<string, Map<string, (() => Uint8Array) | undefined>>();
  const folderOf = (key: string): string => key.slice(0, key.lastIndexOf('/') + 1);

  function put(key: string, body?: () => Uint8Array): void {
    const folder = folders.get(folderOf(key)) ?? new Map();
    folders.set(folderOf(key), folder.set(key, body));
  }

  function list({ Prefix = '', ContinuationToken }: ListObjectsV2Command['input']): object {
    const within = folders.has(Prefix) ? [Prefix] : [...folders.keys()].filter((folder) => folder.startsWith(Prefix));
    const keys = within.flatMap((folder) => [...(folders.get(folder)?.keys() ?? [])]).sort();
    const start = ContinuationToken === undefined ? 0 : Number(ContinuationToken);
    const end = start + PAGE;
    const more = end < keys.length;
    const Contents = keys.slice(start, end).map((Key) => ({ Key }));
    return { Contents, IsTruncated: more, ...(more && { NextContinuationToken: String(end) }) };
  }

  function get({ Key = '' }: GetObjectCommand['input']): object {
    const bytes = folders.get(folderOf(Key))?.get(Key)?.();
    if (!bytes) throw new Error(`${Key} was not kept`);
    return { Body: Object.assign(Readable.from([bytes]), { transformToByteArray: async () => bytes }) };
  }

  async function send(command: unknown): Promise<object> {
    if (command instanceof ListObjectsV2Command) {
      meter.add('s3List');
      return list(command.input);
    }
    if (command instanceof GetObjectCommand) {
      meter.add('s3Get');
      return get(command.input);
    }
    if (command instanceof HeadObjectCommand) {
      meter.add('s3Head');
      const { Key = '' } = command.input;
      if (folders.get(folderOf(Key))?.has(Key)) return {};
      throw new NotFound({ message: Key, $metadata: {} });
    }
    if (command instanceof PutObjectCommand) {
      meter.add('s3Put');
      meter.stored.bucketBytes += (command.input.Body as Uint8Array).byteLength;
      put(command.input.Key ?? '');
      return {};
    }
    if (!(command instanceof DeleteObjectCommand)) throw new Error(`${command?.constructor.name} is not part of this`);
    meter.add('s3Delete');
    const key = command.input.Key ?? '';
    const folder = folders.get(folderOf(key));
    folder?.delete(key);
    if (folder?.size === 0) folders.delete(folderOf(key));
    return {};
  }

  // paginators take nothing but a client of this class
  const client: S3Client = Object.assign(new S3Client({ region: 'us-east-1' }), { send: send as S3Client['send'] });
  return { client, put };
}
