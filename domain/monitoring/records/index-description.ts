import * as z from 'zod';
import { damagedIndex, decodeIndexFile, type Section } from './index-file.ts';

const Count = z.number().int().nonnegative();
const Sums = z.array(z.object({ count: Count, sum: z.array(z.number()), squares: z.array(z.number()) }));

/** What stands in the header of an index file, beside its columns. */
const IndexDescription = z.object({
  model: z.string(),
  windowStart: z.string(),
  segmentColumns: z.array(z.string()),
  groupColumns: z.array(z.string()),
  /** Of each group column, by code. */
  groupValues: z.array(z.array(z.string().nullable())),
  /** Class labels by code. */
  labels: z.array(z.string()),
  /** Label lines of no use; the tally also counts rows whose label turned out to be of none. */
  unusableLines: Count,
  /** By code. */
  versions: z.array(
    z.object({
      version: z.number().int(),
      probabilities: z.boolean(),
      moments: z.object({ whole: Sums, segments: z.array(z.tuple([z.string(), Sums])) }),
    }),
  ),
});
export type IndexDescription = z.infer<typeof IndexDescription>;

/** @throws RangeError for a file that is damaged, or of another window */
export function readIndexFile(
  file: Uint8Array,
  { model, windowStart }: { readonly model: string; readonly windowStart: string },
): { description: IndexDescription; sections: Record<string, Section> } {
  const { description, sections } = decodeIndexFile(file);
  const read = IndexDescription.safeParse(description);
  if (!read.success) throw damagedIndex('its header does not say what it should', read.error);
  const { data } = read;
  if (data.model !== model || data.windowStart !== windowStart) {
    throw damagedIndex(`it is of ${data.model} from ${data.windowStart}, not of ${model} from ${windowStart}`);
  }
  return { description: data, sections };
}
