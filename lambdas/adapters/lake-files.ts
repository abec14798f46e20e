import { GetObjectCommand, NoSuchKey, type S3Client } from '@aws-sdk/client-s3';
import { type ByteRange, downloadFile, readJson, uploadFile, writeJson } from './s3-artifact-store.ts';

/** Working files of a run in the lake bucket, under plain keys. */
export interface LakeFiles {
  readonly bucket: string;
  readJson(key: string): Promise<unknown>;
  /** The same; undefined if there is no such file. */
  findJson(key: string): Promise<unknown>;
  writeJson(key: string, value: unknown): Promise<void>;
  readText(key: string): Promise<string>;
  /** Streams to `path`. */
  download(key: string, path: string): Promise<void>;
  /** @param bytes only these, the last included */
  upload(key: string, path: string, contentType: string, bytes?: ByteRange): Promise<{ versionId?: string }>;
}

export function lakeFiles(client: S3Client, bucket: string): LakeFiles {
  return {
    bucket,
    readJson: (key) => readJson(client, { bucket, key }),
    async findJson(key) {
      try {
        return await readJson(client, { bucket, key });
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    },
    writeJson: (key, value) => writeJson(client, { bucket, key }, value),
    async readText(key) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return (await Body?.transformToString()) ?? '';
    },
    async download(key, path) {
      await downloadFile(client, { bucket, key }, path);
    },
    upload: (key, path, contentType, bytes) => uploadFile(client, { bucket, key }, path, contentType, bytes),
  };
}
