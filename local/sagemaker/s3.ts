import { createReadStream, createWriteStream, mkdirSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, join, normalize, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';

export interface S3Location {
  readonly bucket: string;
  readonly key: string;
}

const DOWNLOADS_AT_ONCE = 4;

/** @throws Error if the text is not `s3://bucket/key` */
export function parseS3Uri(uri: string): S3Location {
  const [, bucket, key] = /^s3:\/\/([^/]+)(?:\/(.*))?$/.exec(uri) ?? [];
  if (bucket === undefined) throw new Error(`not an S3 URI: ${uri}`);
  return { bucket, key: key ?? '' };
}

/** `s3://bucket/prefix` and a name, with exactly one slash between them. */
export const joinS3Uri = (prefix: string, ...parts: string[]): string =>
  [prefix.replace(/\/+$/, ''), ...parts].join('/');

/**
 * The path of an object below the folder its prefix is copied to: what follows the prefix, or the file name if the
 * prefix is the whole key or ends inside a name.
 * @throws Error for a key that would leave the folder
 */
export function relativePath(prefix: string, key: string): string {
  const rest = key.slice(prefix.length);
  const inside = prefix === '' || prefix.endsWith('/') || rest.startsWith('/');
  const path = inside ? rest.replace(/^\/+/, '') : key.slice(prefix.lastIndexOf('/') + 1);
  const normal = normalize(path);
  if (normal.startsWith(`..${sep}`) || normal === '..' || path.includes('\0')) {
    throw new Error(`the key ${key} leaves its folder`);
  }
  return path;
}

export interface ObjectSummary {
  readonly key: string;
  readonly sizeBytes: number;
}

/** The S3 of the local platform, as far as SageMaker itself uses S3. */
export class ObjectStore {
  readonly #client: S3Client;

  constructor(endpoint: string, region: string, accountId: string) {
    this.#client = new S3Client({
      endpoint,
      region,
      forcePathStyle: true,
      credentials: { accessKeyId: accountId, secretAccessKey: 'local' },
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
  }

  /** Objects under a prefix in key order, without folder markers. A bucket that does not exist has none. */
  async list(location: S3Location, limit = Number.POSITIVE_INFINITY): Promise<ObjectSummary[]> {
    const found: ObjectSummary[] = [];
    let token: string | undefined;
    do {
      const page = await this.#page(location, token);
      for (const { Key, Size } of page?.Contents ?? []) {
        if (Key && !Key.endsWith('/')) found.push({ key: Key, sizeBytes: Size ?? 0 });
      }
      token = page?.IsTruncated ? page.NextContinuationToken : undefined;
    } while (token && found.length < limit);
    return found;
  }

  async exists({ bucket, key }: S3Location): Promise<boolean> {
    try {
      await this.#client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
      return true;
    } catch (error) {
      if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404) return false;
      throw error;
    }
  }

  async read({ bucket, key }: S3Location): Promise<Readable> {
    const { Body } = await this.#client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    if (!Body) throw new Error(`s3://${bucket}/${key} has no body`);
    return Body as Readable;
  }

  /** Copies everything under a prefix into a folder. @returns the number of objects */
  async download(location: S3Location, folder: string, signal?: AbortSignal): Promise<number> {
    const objects = await this.list(location);
    const queue = objects.map(({ key }) => ({ key, path: join(folder, relativePath(location.key, key)) }));
    const worker = async (): Promise<void> => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        mkdirSync(dirname(next.path), { recursive: true });
        const body = await this.read({ bucket: location.bucket, key: next.key });
        await pipeline(body, createWriteStream(next.path), { ...(signal ? { signal } : {}) });
      }
    };
    await Promise.all(Array.from({ length: DOWNLOADS_AT_ONCE }, worker));
    return objects.length;
  }

  async upload({ bucket, key }: S3Location, path: string): Promise<void> {
    const { size } = await stat(path);
    const Body = createReadStream(path);
    await this.#client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body, ContentLength: size }));
  }

  async put({ bucket, key }: S3Location, Body: Buffer, ContentType: string | undefined): Promise<void> {
    await this.#client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body, ContentType }));
  }

  close(): void {
    this.#client.destroy();
  }

  async #page({ bucket, key }: S3Location, token?: string): Promise<ListObjectsV2CommandOutput | undefined> {
    try {
      return await this.#client.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix: key, ...(token ? { ContinuationToken: token } : {}) }),
      );
    } catch (error) {
      if (error instanceof S3ServiceException && error.name === 'NoSuchBucket') return undefined;
      throw error;
    }
  }
}
