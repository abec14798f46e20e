import * as z from 'zod';

/** An immutable object in S3: read by `versionId` where the bucket has one, verified by `sha256` before use. */
export const ArtifactRef = z.object({
  bucket: z.string(),
  key: z.string(),
  versionId: z.string().optional(),
  /** Hex digest of the bytes. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  size: z.number().int().nonnegative(),
});
export type ArtifactRef = z.infer<typeof ArtifactRef>;

/** Stores bytes under their own digest in the lake bucket and reads them back verified. */
export interface ArtifactStore {
  /** Content-addressed: `artifacts/<sha256>/<name>`; the same bytes twice are one object. */
  putBytes(name: string, bytes: Uint8Array, contentType?: string): Promise<ArtifactRef>;
  /** Same for a file on disk, streamed. */
  putFile(name: string, path: string, contentType?: string): Promise<ArtifactRef>;
  /** @throws ArtifactMismatchError when the bytes do not have the digest */
  getBytes(ref: ArtifactRef): Promise<Uint8Array>;
  /** Streams to `path`. @throws ArtifactMismatchError */
  getFile(ref: ArtifactRef, path: string): Promise<void>;
}
