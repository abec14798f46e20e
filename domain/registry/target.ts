import * as z from 'zod';

/** Where a version answers. */
export const Target = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('endpoint'),
    endpointName: z.string(),
    /** There when the endpoint works off a queue: it takes InvokeEndpointAsync and nothing else. */
    async: z.object({ timeoutSeconds: z.number().int().min(1).max(3_600) }).optional(),
  }),
  z.object({ kind: z.literal('lambda') }),
  /** Answers nobody: scores in transform jobs. */
  z.object({ kind: z.literal('batch') }),
]);
export type Target = z.infer<typeof Target>;

/** A version that gets copies of requests. */
export const Shadow = z.object({
  version: z.number().int(),
  target: Target,
  /** Of the requests. */
  share: z.number().gt(0).max(1),
  /** A binary model says yes from here on. */
  threshold: z.number(),
  /** Predictions of a regression that are no further apart agree. */
  tolerance: z.number(),
});
export type Shadow = z.infer<typeof Shadow>;
