import * as z from 'zod';
import { ArtifactRef } from '../artifacts.ts';
import { Instant, JobRecord, Reason } from './entities.ts';

export const BatchInput = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('dataset'), dataset: z.number().int() }),
  z.object({
    kind: z.literal('prefix'),
    uri: z.string(),
    /** Of the list of objects with their entity tags; `input.json` of the batch has the list. */
    digest: z.string(),
    objects: z.number().int(),
    bytes: z.number().int(),
  }),
]);
export type BatchInput = z.infer<typeof BatchInput>;

export const BATCH_STATUSES = ['running', 'scored', 'failed'] as const;
/** Rows scored by a version in a transform job. */
export const Batch = z.object({
  batchId: z.string(),
  model: z.string(),
  version: z.number().int(),
  input: BatchInput,
  trigger: z.enum(['manual', 'schedule']),
  by: z.string(),
  status: z.enum(BATCH_STATUSES),
  executionArn: z.string().optional(),
  jobs: z.array(JobRecord).default([]),
  rows: z.object({ total: z.number().int(), scored: z.number().int(), skipped: z.number().int() }).optional(),
  /** Why rows were skipped, with how many each. */
  reasons: z.array(Reason).default([]),
  /** `predictions.parquet` */
  predictions: ArtifactRef.optional(),
  /** `skipped.parquet`, if rows were skipped. */
  skippedRows: ArtifactRef.optional(),
  /** Of the transform job by the list price of its instances, in us-east-1. */
  usd: z.number().optional(),
  failure: z.object({ state: z.string(), error: z.string(), cause: z.string() }).optional(),
  startedAt: Instant,
  endedAt: Instant.optional(),
});
export type Batch = z.infer<typeof Batch>;
