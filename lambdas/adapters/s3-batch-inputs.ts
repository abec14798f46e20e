import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import type { InputObject, S3Place } from '../../domain/batch/places.ts';
import { InvalidInputError } from '../../domain/common-errors.ts';
import { downloadFile } from './s3-artifact-store.ts';

/** Rows to be scored, as objects that others wrote. */
export interface BatchInputs {
  /** In the order of their keys. @throws InvalidInputError for more than `most` */
  list(place: S3Place, most: number): Promise<InputObject[]>;
  /** Streams to `path`. @throws InvalidInputError for an object that is no longer the one that was listed */
  download(bucket: string, object: InputObject, path: string): Promise<void>;
}

export function s3BatchInputs(client: S3Client): BatchInputs {
  return {
    async list({ bucket, prefix }, most) {
      const objects: InputObject[] = [];
      let token: string | undefined;
      do {
        const page = await client.send(
          new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ...(token && { ContinuationToken: token }) }),
        );
        for (const { Key = '', ETag = '', Size = 0 } of page.Contents ?? [])
          objects.push({ key: Key, etag: ETag.replaceAll('"', ''), size: Size });
        if (objects.length > most)
          throw new InvalidInputError([`prefix: s3://${bucket}/${prefix} has more than ${most} objects: narrow it`]);
        token = page.IsTruncated ? page.NextContinuationToken : undefined;
      } while (token !== undefined);
      return objects.sort((a, b) => (a.key < b.key ? -1 : 1));
    },

    async download(bucket, { key, etag, size }, path) {
      const found = await downloadFile(client, { bucket, key }, path).catch((cause: unknown) => {
        if (cause instanceof Error && cause.name === 'NoSuchKey') return undefined;
        throw cause;
      });
      if (found?.etag === etag && found.size === size) return;
      const seen = found === undefined ? 'is gone' : 'has been replaced';
      throw new InvalidInputError([`s3://${bucket}/${key} ${seen} since it was listed: start the batch again`]);
    },
  };
}
