import { NoSuchKey, type S3Client } from '@aws-sdk/client-s3';
import type { ArtifactStore } from '../../domain/artifacts.ts';
import { lakeKeys } from '../../domain/names.ts';
import { readJson } from '../adapters/s3-artifact-store.ts';
import type { LakeReader } from './ports.ts';

export function lakeReader(client: S3Client, bucket: string, store: ArtifactStore): LakeReader {
  return {
    artifact: async (ref) => JSON.parse(Buffer.from(await store.getBytes(ref)).toString('utf8')),
    async runFile(model, runId, name) {
      try {
        return await readJson(client, { bucket, key: `${lakeKeys.runFolder(model, runId)}/${name}` });
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    },
  };
}
