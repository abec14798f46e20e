import * as z from 'zod';
import { Duration } from '../duration.ts';

/** What a candidate is held against at each step. */
const limits = {
  /** How long each step is watched. */
  bake: Duration.default('5m'),
  /** Requests the candidate must have answered before a step counts as watched. */
  minRequests: z.number().int().min(0).default(0),
  maxErrorRate: z.number().min(0).max(1).default(0.01),
  /** Mean latency of the candidate, milliseconds. */
  maxLatencyMs: z.number().positive().default(1_000),
};

export const RolloutStrategy = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('all-at-once') }),
  z.strictObject({
    type: z.literal('canary'),
    /** Share of traffic at each step before all of it, rising. */
    steps: z.array(z.number().gt(0).lt(1)).min(1).max(10),
    ...limits,
  }),
  z.strictObject({
    type: z.literal('linear'),
    /** Share of traffic that each step adds. */
    increment: z.number().min(0.01).max(0.5).default(0.1),
    ...limits,
  }),
]);
export type RolloutStrategy = z.infer<typeof RolloutStrategy>;

/** How the errors of a candidate are told from chance, over the whole of a rollout. */
export const JudgingSpec = z.strictObject({
  /** Chance that a candidate which is good enough is rolled back for its errors. */
  alpha: z.number().gt(0).max(0.5).default(0.05),
  errors: z
    .strictObject({
      /** By how much the candidate's error rate may exceed the champion's. */
      margin: z.number().min(0).lt(1).default(0.005),
    })
    .prefault({}),
});
export type JudgingSpec = z.infer<typeof JudgingSpec>;
