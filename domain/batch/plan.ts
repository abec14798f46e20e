import * as z from 'zod';
import { TASKS } from '../spec/model-spec.ts';

/** `input.json` of a batch over a prefix: what it reads. */
export const BatchObjects = z.object({
  bucket: z.string(),
  objects: z.array(z.object({ key: z.string(), etag: z.string(), size: z.number().int() })).min(1),
  /** Of a schedule: objects that earlier batches scored, as `key` and `etag`, while they are there. */
  seen: z.array(z.tuple([z.string(), z.string()])).default([]),
});
export type BatchObjects = z.infer<typeof BatchObjects>;

/** `plan.json` of a batch: what prepare-batch made. Keys lie in the lake bucket. */
export const BatchPlan = z.object({
  task: z.enum(TASKS),
  /** Of the task, in label order; empty for regression. */
  classes: z.array(z.string()),
  /** Folder with the files of features, CSV without header, in the order of `parts`. */
  features: z.string(),
  parts: z.array(z.object({ name: z.string(), rows: z.number().int().min(1) })).min(1),
  /** Parquet file of what names the rows, in the order of the features. */
  context: z.string(),
  total: z.number().int(),
  skipped: z.number().int(),
  instance: z.string(),
  instanceCount: z.number().int().min(1),
});
export type BatchPlan = z.infer<typeof BatchPlan>;

/** Working files in `runs/<model>/<batchId>/`, results in `batches/<model>/<batchId>/`. */
export const BATCH_FILES = {
  plan: 'plan.json',
  features: 'features/',
  context: 'context.parquet',
  input: 'input.json',
  predictions: 'predictions.parquet',
  skipped: 'skipped.parquet',
} as const;
