import * as z from 'zod';
import { Judgement } from '../contracts/judgement.ts';
import { Instant } from '../registry/entities.ts';

/**
 * `report.json` of a data set version: a judgement and what it is about. Counts, and cells that broke a rule; nothing of
 * protected columns but counts.
 */
export const ValidationReport = Judgement.omit({ profile: true }).extend({
  schemaVersion: z.literal(2),
  model: z.string(),
  /** Absent where a spec from a file was used. */
  specVersion: z.number().int().optional(),
  file: z.object({
    /** `s3://landing/churn/week-1.csv`, or the file's name. */
    name: z.string(),
    size: z.number().int(),
    sha256: z.string(),
  }),
  /** Version the figures stand beside, if any. */
  previous: z.number().int().optional(),
  at: Instant,
});
export type ValidationReport = z.infer<typeof ValidationReport>;
