import * as z from 'zod';
import { finishBatch } from '../../domain/batch/finish-batch.ts';
import { JobOutcome } from '../../domain/training/plan.ts';
import { parseInput } from '../runtime/input.ts';
import { logger } from '../runtime/logger.ts';
import { readableCause } from '../runtime/readable-cause.ts';
import { type GatherDeps, gatherPredictions } from './gather-predictions.ts';

const FinishBatchRequest = z.object({
  model: z.string(),
  batchId: z.string(),
  /** Of a transform job that completed. */
  job: JobOutcome.optional(),
  failure: z.object({ state: z.string(), error: z.string(), cause: z.string() }).optional(),
});

export type FinishBatchDeps = GatherDeps & Parameters<typeof finishBatch>[2];

/** Every execution ends here: with predictions that were counted and checked, or with the reason there are none. */
export const makeHandler =
  (deps: FinishBatchDeps) =>
  async (event: unknown): Promise<{ status: string }> => {
    const { model, batchId, job, failure } = parseInput(FinishBatchRequest, event);
    const change = { by: 'batch-scoring', at: deps.now() };
    const ending = job
      ? ({ status: 'scored', ...(await gatherPredictions({ model, batchId, job }, deps)) } as const)
      : ({
          status: 'failed',
          failure: failure
            ? { ...failure, cause: readableCause(failure.cause) }
            : { state: 'Finish', error: 'Unknown', cause: 'neither a job nor a failure was handed over' },
        } as const);
    const { status } = await finishBatch({ model, batchId, ...ending }, change, deps);
    logger.info('batch-finished', { model, batchId, status, failure: failure?.error });
    return { status };
  };
