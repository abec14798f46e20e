import type { Judgement, SourceFacts } from '../contracts/judgement.ts';
import type { DatasetVersion, Reason } from '../registry/entities.ts';
import type { ModelSpec } from '../spec/model-spec.ts';
import type { UploadSource } from './upload.ts';

const MEGABYTE = 1024 * 1024;

/** Of bytes whose rows were not read, or need not be. */
export const refused = (reasons: Reason[], source?: SourceFacts): Judgement => ({
  verdict: 'rejected',
  reasons,
  warnings: [],
  rows: { total: 0, accepted: 0, quarantined: 0 },
  ...(source && { source }),
  rules: [],
  checks: [],
});

export function tooLarge(size: number, { data }: ModelSpec): Reason | undefined {
  const limit = data.maxSizeMb * MEGABYTE;
  if (size <= limit) return undefined;
  return { code: 'too-large', message: `the file has ${size} bytes; data.maxSizeMb allows ${limit}` };
}

/** @param twin an accepted data set of the same bytes, if any */
export function duplicateOf(twin: DatasetVersion | undefined, upload: UploadSource): Reason | undefined {
  if (!twin || isSame(twin.source, upload)) return undefined;
  const message = `the same bytes are data set ${twin.version} of ${twin.model}, uploaded as ${twin.source.key}`;
  return { code: 'duplicate', message };
}

const isSame = (a: UploadSource, b: UploadSource): boolean =>
  a.bucket === b.bucket && a.key === b.key && a.versionId === b.versionId;
