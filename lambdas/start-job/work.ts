import * as z from 'zod';

const base = { taskToken: z.string(), model: z.string() };
const attempt = z.number().int().min(1).default(1);

/** What the state machines ask for. */
export const Work = z.discriminatedUnion('work', [
  z.object({ ...base, work: z.literal('training'), runId: z.string(), attempt, spot: z.boolean().default(false) }),
  z.object({ ...base, work: z.literal('tuning'), runId: z.string(), attempt, spot: z.boolean().default(false) }),
  z.object({
    ...base,
    work: z.literal('transform'),
    runId: z.string(),
    attempt,
    job: z.object({ modelDataUrl: z.string() }).loose(),
  }),
  z.object({ ...base, work: z.literal('endpoint'), rolloutId: z.string(), version: z.number().int() }),
  z.object({ ...base, work: z.literal('parity'), rolloutId: z.string(), version: z.number().int() }),
  z.object({ ...base, work: z.literal('batch-transform'), batchId: z.string() }),
]);
export type Work = z.infer<typeof Work>;

/** Work of a run; the rest belongs to a rollout or a batch. */
export type RunWork = Extract<Work, { runId: string }>;
