import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { ArtifactRef } from '../../domain/artifacts.ts';
import type { LakeFiles } from './lake-files.ts';

/** Stores a result under a key that people can find, and says which bytes it has. */
export async function resultRef(
  files: LakeFiles,
  key: string,
  path: string,
  contentType: string,
): Promise<ArtifactRef> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  const { size } = await stat(path);
  const { versionId } = await files.upload(key, path, contentType);
  return { bucket: files.bucket, key, ...(versionId && { versionId }), sha256: hash.digest('hex'), size };
}
