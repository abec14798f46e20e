import { Readable } from 'node:stream';
import { GetObjectCommand, NoSuchKey, type S3Client } from '@aws-sdk/client-s3';
import { writeJson } from './s3-artifact-store.ts';

/** Spec files in the landing bucket and what is said about them. */
export interface SpecFiles {
  /**
   * What is under the key now: events may come late or in another order, and the last upload counts.
   * @returns undefined if there is nothing, the size alone if that is beyond `maxBytes`
   */
  read(key: string, maxBytes: number): Promise<{ versionId: string; size: number; bytes?: Uint8Array } | undefined>;
  write(key: string, value: unknown): Promise<void>;
}

export function s3SpecFiles(client: S3Client, bucket: string): SpecFiles {
  return {
    async read(key, maxBytes) {
      try {
        const object = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        const found = { versionId: object.VersionId ?? 'null', size: object.ContentLength ?? 0 };
        if (found.size <= maxBytes) return { ...found, bytes: await object.Body?.transformToByteArray() };
        // an unread body would keep its connection
        if (object.Body instanceof Readable) object.Body.destroy();
        return found;
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    },
    write: (key, value) => writeJson(client, { bucket, key }, value),
  };
}
