import * as z from 'zod';
import { Instant, Reason, VERDICTS } from '../registry/entities.ts';

/** `report.json` of a data set version. Counts and cells that broke a rule; nothing of protected columns but counts. */
export const ValidationReport = z.object({
  schemaVersion: z.literal(1),
  model: z.string(),
  specVersion: z.number().int(),
  source: z.object({ bucket: z.string(), key: z.string(), versionId: z.string(), size: z.number().int() }),
  contentDigest: z.string(),
  verdict: z.enum(VERDICTS),
  reasons: z.array(Reason),
  rows: z.object({ total: z.number().int(), accepted: z.number().int(), quarantined: z.number().int() }),
  /** Every rule that was broken. */
  rules: z.array(
    z.object({
      code: z.string(),
      column: z.string().optional(),
      message: z.string(),
      rows: z.number().int(),
      examples: z.array(z.string()),
    }),
  ),
  at: Instant,
});
export type ValidationReport = z.infer<typeof ValidationReport>;
