import { createHash } from 'node:crypto';
import { DeleteObjectCommand, GetObjectCommand, NoSuchKey, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { ArtifactMismatchError } from '../../domain/common-errors.ts';
import type { WindowStore } from '../../domain/monitoring/captured-windows.ts';
import { captureKeys } from '../../domain/names.ts';

const CONTENT_TYPE = { record: 'application/json', index: 'application/octet-stream' } as const;

/** Records and indexes of windows in the capture bucket, which lets them go after their retention. */
export function s3WindowStore(client: S3Client, bucket: string): WindowStore {
  return {
    async put(kind, { model, window }, bytes) {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const key = captureKeys[kind](model, window, sha256);
      const object = { Bucket: bucket, Key: key, Body: bytes, ContentType: CONTENT_TYPE[kind] };
      const { VersionId } = await client.send(new PutObjectCommand(object));
      return { bucket, key, ...(VersionId && { versionId: VersionId }), sha256, size: bytes.byteLength };
    },

    async get(ref) {
      // the version is left out: the same key always holds the same bytes, and an expired one is only marked deleted
      const Body = await body(ref.bucket, ref.key);
      if (!Body) return undefined;
      const seen = createHash('sha256').update(Body).digest('hex');
      if (seen !== ref.sha256) throw new ArtifactMismatchError(`s3://${ref.bucket}/${ref.key}`, ref.sha256, seen);
      return Body;
    },

    async remove({ bucket: Bucket, key: Key }) {
      await client.send(new DeleteObjectCommand({ Bucket, Key }));
    },
  };

  async function body(Bucket: string, Key: string): Promise<Uint8Array | undefined> {
    try {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
      return (await Body?.transformToByteArray()) ?? new Uint8Array();
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  }
}
