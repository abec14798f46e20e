import * as z from 'zod';
import { Duration } from '../duration.ts';

/** How an endpoint follows its traffic; without it, it stays as it was created. */
export const ScalingSpec = z.strictObject({
  /** Instances; of `serverless` the provisioned concurrency. 0 only for `async`. */
  min: z.number().int().min(0).max(200),
  max: z.number().int().min(1).max(200),
  /** `realtime`: requests a minute that each instance is to answer, on average. */
  invocationsPerInstance: z.number().positive().optional(),
  /** `async`: requests that may wait for each instance. */
  backlogPerInstance: z.number().positive().optional(),
  /** `serverless`: share of the provisioned concurrency in use. @default 0.7 */
  utilization: z.number().min(0.1).max(0.9).optional(),
  /** After a change, until fewer, or more, are asked for. */
  scaleInCooldown: Duration.default('5m'),
  scaleOutCooldown: Duration.default('1m'),
});
export type ScalingSpec = z.infer<typeof ScalingSpec>;
