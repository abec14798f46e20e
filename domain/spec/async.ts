import * as z from 'zod';
import { Duration, durationMs } from '../duration.ts';

/** How an `async` target works its queue off. */
export const AsyncSpec = z.strictObject({
  /** Requests in the container at a time; SageMaker chooses otherwise. */
  maxInvocationsPerInstance: z.number().int().min(1).max(1_000).optional(),
  /** For the model to answer one request; SageMaker's default. */
  timeout: Duration.default('15m'),
});
export type AsyncSpec = z.infer<typeof AsyncSpec>;

/** How long the model of an `async` target may take over one request. */
export const asyncTimeoutSeconds = ({ async }: { readonly async?: AsyncSpec | undefined }): number =>
  durationMs(AsyncSpec.parse(async ?? {}).timeout) / 1_000;
