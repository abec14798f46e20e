import * as z from 'zod';

export const Reason = z.object({
  /** Machine-readable: `null-not-allowed`, `out-of-range`, `wrong-header`, `duplicate` ... */
  code: z.string(),
  message: z.string(),
  column: z.string().optional(),
  rows: z.number().int().optional(),
});
export type Reason = z.infer<typeof Reason>;

/** What made a data set version, if not an upload. `of` is the version whose bytes were judged again. */
export const DatasetOrigin = z.discriminatedUnion('kind', [
  /** A person let rows that were set aside pass, or all of a rejected set. */
  z.object({ kind: z.literal('release'), of: z.number().int(), by: z.string(), reason: z.string() }),
  /** Judged again under another spec version: takes the place of `of`, whatever the verdict. */
  z.object({ kind: z.literal('replay'), of: z.number().int(), by: z.string(), reason: z.string().optional() }),
]);
export type DatasetOrigin = z.infer<typeof DatasetOrigin>;
