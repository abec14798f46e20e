import * as z from 'zod';
import { ArtifactRef } from '../artifacts.ts';
import { canonicalDigest } from '../canonical-json.ts';
import type { Measures } from '../contracts/checks/measures.ts';
import { ValidationContext } from '../contracts/context.ts';
import { Judgement } from '../contracts/judgement.ts';
import { Profile } from '../profiles/profile.ts';
import { Instant } from '../registry/entities.ts';
import type { UploadSource } from './upload.ts';

const Count = z.number().int().nonnegative();

/** What an execution is about: the object that sealed a set, and how often it was tried. */
export const SetWork = z.object({
  model: z.string(),
  seal: z.object({ bucket: z.string(), key: z.string(), versionId: z.string() }),
  attempt: z.number().int().positive(),
});
export type SetWork = z.infer<typeof SetWork>;

/** One object of a set, fixed to the version it had when the set was planned. */
export const SetPart = z.object({ index: Count, key: z.string(), versionId: z.string(), size: Count });
export type SetPart = z.infer<typeof SetPart>;

/** An item of the list that the Distributed Map reads: all that a child of it knows. */
export const SetItem = SetPart.extend({ model: z.string(), set: z.string() });
export type SetItem = z.infer<typeof SetItem>;

/** `plan.json`: what every step of a set's validation starts from. */
export const SetPlan = z.object({
  model: z.string(),
  /** `setId` of the seal. */
  set: z.string(),
  seal: SetWork.shape.seal,
  specVersion: z.number().int(),
  parts: Count,
  /** Bytes of all parts. */
  size: Count,
  at: Instant,
});
export type SetPlan = z.infer<typeof SetPlan>;

/** `context.json`: what a judgement needs to know besides the bytes and the spec. */
export const SetContext = z.object({
  context: ValidationContext,
  /** Its bins are counted over in every part, so that the profiles of the parts can be merged. */
  reference: Profile,
});
export type SetContext = z.infer<typeof SetContext>;

/** Figures of one part that add up over parts; see domain/contracts/checks/measures.ts. */
export const PartMeasures = z.object({
  unseen: z.array(z.object({ column: z.string(), present: Count, unseen: Count })).optional(),
  labels: z.array(z.object({ label: z.string(), rows: Count })).optional(),
  holdoutOverlap: Count.optional(),
});
export type PartMeasures = Omit<Measures, 'duplicateRows' | 'leakage'>;

/** `parts/part-<n>.json`. Written once: of an object delivered twice, the second result is the first. */
export const PartResult = SetPart.extend({
  /** Absent where the object was deleted before it was read. */
  judged: z
    .object({
      sha256: z.string(),
      judgement: Judgement,
      raw: ArtifactRef,
      /** Absent where no row could be read. */
      data: ArtifactRef.optional(),
      quarantine: ArtifactRef.optional(),
      measures: PartMeasures,
      /** Whether there is a file of key hashes. */
      keys: z.boolean(),
    })
    .optional(),
});
export type PartResult = z.infer<typeof PartResult>;
/** The artifact `parts.json` of a data set version: its files in the order of the parts. */
export const DatasetParts = z.object({
  /** Accepted rows, Parquet. */
  files: z.array(ArtifactRef),
  /** Rows that were set aside, Parquet. */
  quarantine: z.array(ArtifactRef),
  /** The bytes as they came. */
  raw: z.array(ArtifactRef),
});
export type DatasetParts = z.infer<typeof DatasetParts>;

/** Names one sealing of one folder; the same for every delivery of the seal's event. */
export const setId = ({ bucket, key, versionId }: UploadSource): string =>
  canonicalDigest(['set', bucket, key, versionId]).slice(0, 24);

/** At most 80 characters, as Step Functions wants. It is also who holds the claim of the seal. */
export const setExecutionName = (model: string, set: string, attempt: number): string => `${model}-${set}-${attempt}`;

/** Working files of a set in the lake bucket. */
export const setFiles = (model: string, set: string) => {
  const folder = `runs/${model}/sets/${set}`;
  return {
    plan: `${folder}/plan.json`,
    /** JSON array of `SetItem`: what the Distributed Map reads. */
    items: `${folder}/parts.json`,
    context: `${folder}/context.json`,
    part: (index: number): string => `${folder}/parts/part-${index}.json`,
    keys: (index: number): string => `${folder}/parts/keys-${index}.parquet`,
  };
};

/** Stands for the bytes of the set: the parts' digests in their order. */
export const setDigest = (parts: readonly { readonly sha256: string }[]): string =>
  canonicalDigest(parts.map(({ sha256 }) => sha256));
