import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';

export interface LakeText {
  readonly text: string;
  readonly contentType: string;
  /** When it was written. */
  readonly at: Date;
}

/** Short-lived text under plain keys of the lake bucket: predictions that are asked for now and answered later. */
export interface LakeTexts {
  readonly bucket: string;
  find(key: string): Promise<LakeText | undefined>;
  put(key: string, text: string, contentType: string): Promise<void>;
  /** @param headers kept beside the object. @returns false where the key is taken already: the first one wins */
  putOnce(key: string, text: string, contentType: string, headers?: Record<string, string>): Promise<boolean>;
  remove(key: string): Promise<void>;
  /** Keys under a prefix, in their order. */
  list(prefix: string): AsyncIterable<{ readonly key: string; readonly at: Date }>;
}

export function lakeTexts(client: S3Client, bucket: string): LakeTexts {
  const put = async (Key: string, Body: string, ContentType: string, more: object = {}) => {
    await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body, ContentType, ...more }));
  };
  return {
    bucket,
    async find(key) {
      try {
        const found = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        const text = (await found.Body?.transformToString()) ?? '';
        return { text, contentType: found.ContentType ?? '', at: found.LastModified ?? new Date(0) };
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    },
    put,
    async putOnce(key, text, contentType, Metadata = {}) {
      try {
        await put(key, text, contentType, { IfNoneMatch: '*', Metadata });
        return true;
      } catch (error) {
        if (isTaken(error)) return false;
        throw error;
      }
    },
    async *list(prefix) {
      let token: string | undefined;
      do {
        const page = await client.send(
          new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ...(token && { ContinuationToken: token }) }),
        );
        for (const { Key, LastModified } of page.Contents ?? []) {
          if (Key !== undefined) yield { key: Key, at: LastModified ?? new Date(0) };
        }
        token = page.IsTruncated ? page.NextContinuationToken : undefined;
      } while (token);
    },
    async remove(key) {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
    },
  };
}

/** 412: the object is there; 409: somebody else is just writing it. */
function isTaken(error: unknown): boolean {
  const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  if (name === 'PreconditionFailed' || name === 'ConditionalRequestConflict') return true;
  return $metadata?.httpStatusCode === 412;
}
