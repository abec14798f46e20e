import * as z from 'zod';
import { canonicalDigest } from '../canonical-json.ts';
import { Instant } from '../registry/entities.ts';
import type { UploadSource } from './upload.ts';

const Count = z.number().int().nonnegative();

/** One object of a set, fixed to the version it had when the set was planned. */
export const SetPart = z.object({ index: Count, key: z.string(), versionId: z.string(), size: Count });
export type SetPart = z.infer<typeof SetPart>;

/** An item of `parts.json`: all that a child of the Distributed Map knows. */
export const SetItem = SetPart.extend({ model: z.string(), set: z.string() });
export type SetItem = z.infer<typeof SetItem>;

/** `plan.json`: what every step of a set's validation starts from. */
export const SetPlan = z.object({
  model: z.string(),
  /** `setId` of the seal. */
  set: z.string(),
  /** The object that sealed the set. */
  seal: z.object({ bucket: z.string(), key: z.string(), versionId: z.string() }),
  specVersion: z.number().int(),
  parts: Count,
  /** Bytes of all parts. */
  size: Count,
  at: Instant,
});
export type SetPlan = z.infer<typeof SetPlan>;

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
    /** `ValidationContext` of the set as a whole. */
    context: `${folder}/context.json`,
    part: (index: number): string => `${folder}/parts/part-${index}.json`,
    keys: (index: number): string => `${folder}/parts/keys-${index}.parquet`,
  };
};
