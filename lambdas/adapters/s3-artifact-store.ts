import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand, HeadObjectCommand, NotFound, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { ArtifactRef, ArtifactStore } from '../../domain/artifacts.ts';
import { ArtifactMismatchError } from '../../domain/common-errors.ts';
import { lakeKeys } from '../../domain/names.ts';

const locate = (ref: ArtifactRef) => ({ Bucket: ref.bucket, Key: ref.key, VersionId: ref.versionId });
const where = (ref: ArtifactRef) => `s3://${ref.bucket}/${ref.key}`;

/** Content-addressed artifacts in the lake bucket: written once, read by version and verified by digest. */
export function s3ArtifactStore(client: S3Client, bucket: string): ArtifactStore {
  async function existing(key: string): Promise<{ versionId?: string; size: number } | undefined> {
    try {
      const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
      return { versionId: head.VersionId, size: head.ContentLength ?? 0 };
    } catch (error) {
      if (error instanceof NotFound) return undefined;
      throw error;
    }
  }

  return {
    async putBytes(name, bytes, contentType) {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const key = lakeKeys.artifact(sha256, name);
      const found = await existing(key);
      if (found) return { bucket, key, versionId: found.versionId, sha256, size: bytes.byteLength };
      const put = await client.send(
        new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes, ContentType: contentType }),
      );
      return { bucket, key, versionId: put.VersionId, sha256, size: bytes.byteLength };
    },

    async putFile(name, path, contentType) {
      const hash = createHash('sha256');
      await pipeline(createReadStream(path), hash);
      const sha256 = hash.digest('hex');
      const key = lakeKeys.artifact(sha256, name);
      const { size } = await stat(path);
      const found = await existing(key);
      if (found) return { bucket, key, versionId: found.versionId, sha256, size };
      const put = await uploadFile(client, { bucket, key }, path, contentType);
      return { bucket, key, versionId: put.versionId, sha256, size };
    },

    async getBytes(ref) {
      const { Body } = await client.send(new GetObjectCommand(locate(ref)));
      const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
      const seen = createHash('sha256').update(bytes).digest('hex');
      if (seen !== ref.sha256) throw new ArtifactMismatchError(where(ref), ref.sha256, seen);
      return bytes;
    },

    async getFile(ref, path) {
      const { sha256 } = await downloadFile(client, ref, path);
      if (sha256 !== ref.sha256) throw new ArtifactMismatchError(where(ref), ref.sha256, sha256);
    },
  };
}

export interface ObjectLocation {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string;
}

/** Streams an object to a file; memory does not grow with it. */
export async function downloadFile(
  client: S3Client,
  { bucket, key, versionId }: ObjectLocation,
  path: string,
): Promise<{ sha256: string; size: number; etag?: string }> {
  const { Body, ETag } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }));
  const hash = createHash('sha256');
  let size = 0;
  const digest = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      hash.update(chunk);
      size += chunk.byteLength;
      done(null, chunk);
    },
  });
  await pipeline(Body instanceof Readable ? Body : Readable.from([]), digest, createWriteStream(path));
  // elsewhere entity tags are told without the quotation marks
  return { sha256: hash.digest('hex'), size, ...(ETag !== undefined && { etag: ETag.replaceAll('"', '') }) };
}

/** Offsets in a file, both included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Streams a file up, in parts when it is large. */
export async function uploadFile(
  client: S3Client,
  { bucket, key }: ObjectLocation,
  path: string,
  contentType?: string,
  bytes: Partial<ByteRange> = {},
): Promise<{ versionId?: string }> {
  const upload = new Upload({
    client,
    params: { Bucket: bucket, Key: key, Body: createReadStream(path, bytes), ContentType: contentType },
  });
  const { VersionId } = await upload.done();
  return { ...(VersionId !== undefined && { versionId: VersionId }) };
}

/** A working file under a plain key, such as a run's plan. */
export async function writeJson(client: S3Client, { bucket, key }: ObjectLocation, value: unknown): Promise<void> {
  const Body = JSON.stringify(value);
  await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body, ContentType: 'application/json' }));
}

export async function readJson(client: S3Client, { bucket, key, versionId }: ObjectLocation): Promise<unknown> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }));
  return JSON.parse((await Body?.transformToString()) ?? '');
}
