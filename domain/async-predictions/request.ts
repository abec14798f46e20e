import * as z from 'zod';
import { ANSWER_FORMS } from '../inference/answer-form.ts';
import { Instant, Signature } from '../registry/entities.ts';

const Cell = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const Columns = z.object({ columns: z.array(z.string()), rows: z.array(z.array(Cell)) });

/**
 * All that it takes to answer a request once the model has: written by the router, read by whoever finishes it. It stays a
 * day or so beyond an upgrade, so that its shape only grows.
 */
export const AsyncRequest = z.object({
  schemaVersion: z.literal(1),
  model: z.string(),
  version: z.number().int(),
  inferenceId: z.string(),
  /** The time the predictions are about. */
  eventTime: Instant,
  submittedAt: Instant,
  form: z.enum(ANSWER_FORMS),
  /** Of the answer, besides its content type. */
  headers: z.record(z.string(), z.string()),
  /** The caller's own id. */
  id: z.string().optional(),
  /** Tensors asked for; all of them without it. */
  outputs: z.array(z.string()).optional(),
  signature: Signature,
  rows: z.number().int(),
  /** Predictions per row. */
  width: z.number().int(),
  classes: z.array(z.string()).optional(),
  explanation: z.object({ values: z.array(z.number()), groups: z.number().int() }).optional(),
  /** What capture keeps of it; absent where the policy lets nothing through. */
  capture: Columns.extend({ context: Columns.optional(), weight: z.number() }).optional(),
  /** What it is counted for: a rollout, by the revision of the traffic item that it was routed by. */
  counted: z
    .object({ rolloutId: z.string(), rev: z.number().int(), range: z.tuple([z.number(), z.number()]).optional() })
    .optional(),
});
export type AsyncRequest = z.infer<typeof AsyncRequest>;

/** There until a request is finished, so that one whose notification is lost is found. */
export const PendingRequest = z.object({
  /** Keys in the lake where SageMaker writes. */
  output: z.string(),
  failure: z.string().optional(),
  /** SageMaker has given up by then. */
  deadlineAt: Instant,
});
export type PendingRequest = z.infer<typeof PendingRequest>;
