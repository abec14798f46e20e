import { canonicalDigest } from '../canonical-json.ts';

/** One version of one object: what was uploaded, whatever happens to its key afterwards. */
export interface UploadSource {
  readonly bucket: string;
  readonly key: string;
  /** `null` where the bucket keeps no versions. */
  readonly versionId: string;
}

/** The same for every delivery of the event of one upload. */
export function uploadIdentity({ bucket, key, versionId }: UploadSource): string {
  return `upload/${canonicalDigest([bucket, key, versionId])}`;
}
