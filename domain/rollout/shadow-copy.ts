import * as z from 'zod';
import { Traffic } from '../registry/entities.ts';
import { Shadow } from '../registry/target.ts';

/** A request that the champion has answered, for the version in its shadow. */
export const ShadowCopy = z.object({
  /** As it stood when the request was routed. */
  traffic: z.object({
    model: z.string(),
    rolloutId: z.string(),
    rev: z.number().int(),
    judged: Traffic.shape.judged,
  }),
  shadow: Shadow,
  inferenceId: z.string(),
  /** Of the champion's signature, which may not be the candidate's. */
  columns: z.array(z.string()),
  rows: z.array(z.array(z.union([z.string(), z.number(), z.boolean(), z.null()]))),
  champion: z.object({
    version: z.number().int(),
    latencyMs: z.number(),
    classes: z.array(z.string()),
    values: z.array(z.number()),
    /** Values per row. */
    width: z.number().int().min(1),
  }),
});
export type ShadowCopy = z.infer<typeof ShadowCopy>;
