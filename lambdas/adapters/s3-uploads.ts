import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand, HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { UploadSource } from '../../domain/datasets/upload.ts';
import { type Metered, meter } from '../../engine/source/meter.ts';

/** The landing bucket, read by version; undefined where the object is gone. */
export interface Uploads {
  size(source: UploadSource): Promise<number | undefined>;
  /** Streams to `path`; memory does not grow with the object. */
  download(source: UploadSource, path: string): Promise<Metered | undefined>;
}

export function s3Uploads(client: S3Client): Uploads {
  return {
    size: (source) =>
      unlessGone(async () => (await client.send(new HeadObjectCommand(locate(source)))).ContentLength ?? 0),
    download: (source, path) =>
      unlessGone(async () => {
        const { Body } = await client.send(new GetObjectCommand(locate(source)));
        const { stream, result } = meter();
        await pipeline(Body instanceof Readable ? Body : Readable.from([]), stream, createWriteStream(path));
        return result();
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
