import * as z from 'zod';
import { Duration } from '../duration.ts';
import { AsyncSpec } from './async.ts';
import { BatchSpec } from './batch.ts';
import { JudgingSpec, RolloutStrategy } from './rollout-strategy.ts';
import { ScalingSpec } from './scaling.ts';

/** Of a serverless endpoint, unless the spec says more. */
export const DEFAULT_MAX_CONCURRENCY = 5;

export const DeploymentSpec = z.strictObject({
  target: z.enum(['serverless', 'realtime', 'async', 'lambda', 'batch']).default('serverless'),
  /** Serverless memory: 1,024 to 6,144 MB in steps of 1,024. */
  memoryMb: z.number().int().optional(),
  maxConcurrency: z.number().int().min(1).max(200).optional(),
  /** Of `maxConcurrency`, kept warm and billed by the hour. */
  provisionedConcurrency: z.number().int().min(1).max(200).optional(),
  instance: z
    .string()
    .regex(/^ml\.[a-z0-9-]+\.[a-z0-9]+$/)
    .optional(),
  instanceCount: z.number().int().min(1).max(10).optional(),
  scaling: ScalingSpec.optional(),
  async: AsyncSpec.optional(),
  batch: BatchSpec.prefault({}),
  /** The same rows of the same caller are answered with the numbers of before for so long, if the model still is the same. */
  cache: z.strictObject({ ttl: Duration }).optional(),
  approval: z.enum(['auto', 'manual']).default('auto'),
  approvalTimeout: Duration.default('7d'),
  strategy: RolloutStrategy.default({ type: 'all-at-once' }),
  judging: JudgingSpec.prefault({}),
});
export type DeploymentSpec = z.infer<typeof DeploymentSpec>;
