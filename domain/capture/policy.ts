import * as z from 'zod';

/** A column that requests may carry besides the features, so that figures can be told apart by it. */
const ContextColumn = z.object({
  name: z.string(),
  /** Captured as `protectedLabel`, never in clear. */
  protected: z.boolean(),
});

/**
 * What of a call is captured. Derived from the spec in force when it is applied and stored beside it, so that the router
 * reads one small item and a change holds at once for every version.
 */
export const CapturePolicy = z.object({
  model: z.string(),
  specVersion: z.number().int(),
  enabled: z.boolean(),
  /** In (0, 1]. */
  share: z.number(),
  maxCallsPerMinute: z.number().int().optional(),
  redact: z.array(z.string()),
  context: z.array(ContextColumn),
});
export type CapturePolicy = z.infer<typeof CapturePolicy>;
