import { ListObjectVersionsCommand, type ListObjectVersionsCommandOutput, type S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';

/** The version of an object that its key stands for now. */
export interface CurrentObject {
  readonly key: string;
  /** `null` where the bucket keeps no versions. */
  readonly versionId: string;
  readonly size: number;
  readonly etag?: string;
  readonly modifiedAt: Date;
}

export interface ListedPage {
  readonly objects: readonly CurrentObject[];
  /** Where the next page begins; absent after the last. */
  readonly next?: string;
}

/** What a bucket holds, page by page: at most 1,000 entries, of which replaced versions are left out. */
export interface CurrentObjects {
  /** @param folder only what lies in it, not deeper; with its slash */
  page(options: { readonly folder?: string; readonly cursor?: string | undefined }): Promise<ListedPage>;
}

const Cursor = z.tuple([z.string(), z.string()]);

/** One listing gives keys with their versions: asking for each object's version by itself would cost a call each. */
export function s3CurrentObjects(client: S3Client, bucket: string): CurrentObjects {
  return {
    async page({ folder, cursor }) {
      const [KeyMarker, VersionIdMarker] = cursor === undefined ? [] : Cursor.parse(JSON.parse(cursor));
      const found = await client.send(
        new ListObjectVersionsCommand({
          Bucket: bucket,
          ...(folder !== undefined && { Prefix: folder, Delimiter: '/' }),
          ...(KeyMarker !== undefined && { KeyMarker }),
          // S3 refuses an empty marker
          ...(VersionIdMarker && { VersionIdMarker }),
        }),
      );
      return { objects: currentOf(found), ...nextOf(found) };
    },
  };
}

function currentOf({ Versions = [] }: ListObjectVersionsCommandOutput): CurrentObject[] {
  return Versions.flatMap(({ Key, VersionId, IsLatest, Size = 0, ETag, LastModified }) =>
    IsLatest && Key !== undefined && LastModified
      ? [
          {
            key: Key,
            versionId: VersionId ?? 'null',
            size: Size,
            // events name it without the quotation marks
            ...(ETag !== undefined && { etag: ETag.replaceAll('"', '') }),
            modifiedAt: LastModified,
          },
        ]
      : [],
  );
}

function nextOf({ IsTruncated, NextKeyMarker, NextVersionIdMarker }: ListObjectVersionsCommandOutput): {
  next?: string;
} {
  return IsTruncated && NextKeyMarker !== undefined
    ? { next: JSON.stringify([NextKeyMarker, NextVersionIdMarker ?? '']) }
    : {};
}
