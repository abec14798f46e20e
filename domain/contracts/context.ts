import * as z from 'zod';
import { Baseline } from '../monitoring/baseline.ts';
import { Profile } from '../profiles/profile.ts';
import { Instant } from '../registry/entities.ts';

/** An accepted version of the past, as far as checks look at it. */
export const HistoryEntry = z.object({
  dataset: z.number().int(),
  rows: z.number().int(),
  at: Instant,
  profile: Profile.optional(),
});
export type HistoryEntry = z.infer<typeof HistoryEntry>;

/** What a judgement needs to know besides the bytes and the spec. */
export const ValidationContext = z.object({
  /** When the file came; freshness is counted to it. */
  at: Instant,
  /** Accepted versions, newest first. The profile of the first gives the bins that are counted, unless `champion` does. */
  history: z.array(HistoryEntry).default([]),
  /** What the champion was trained on. */
  champion: z.object({ version: z.number().int(), baseline: Baseline }).optional(),
  /** First 16 hexadecimal digits of the MD5 of each id, as text, that the champion was judged on. */
  holdoutIds: z.array(z.string().length(16)).optional(),
});
export type ValidationContext = z.infer<typeof ValidationContext>;
