import * as z from 'zod';
import { Duration } from '../duration.ts';

/** What is scored by itself: the newest accepted data set, or what is new under a prefix. */
export const BATCH_DATASETS = 'datasets';

/** How versions are scored in batches, by a transform job; any version can be, whatever its target. */
export const BatchSpec = z.strictObject({
  /** Looks this often for something that was not scored yet. */
  every: Duration.optional(),
  /** `datasets`, or an S3 prefix in a place that batches may read. */
  input: z
    .string()
    .max(1_024)
    .regex(/^(datasets|s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/.+)$/, 'datasets or s3://bucket/prefix/')
    .optional(),
  /** Longest a transform job may take. */
  maxRuntime: Duration.default('4h'),
  /** Most that the transform job of one batch may cost, by the list price of its instances. */
  maxCostUsd: z.number().positive().default(10),
});
export type BatchSpec = z.infer<typeof BatchSpec>;
