import * as z from 'zod';
import { type StartRolloutDeps, startRollout } from '../../domain/rollout/start-rollout.ts';
import { parseInput } from '../runtime/input.ts';
import { logger } from '../runtime/logger.ts';

const StartRolloutTask = z.object({
  model: z.string(),
  version: z.number().int().min(1),
  runId: z.string().optional(),
});

/** Called by the training pipeline; people start rollouts through the registry API. */
export const makeHandler =
  (deps: StartRolloutDeps) =>
  async (event: unknown): Promise<{ rolloutId: string }> => {
    const { model, version, runId } = parseInput(StartRolloutTask, event);
    const { rolloutId } = await startRollout({ model, version, by: 'training-pipeline' }, deps);
    logger.info('rollout-started', { model, version, runId, rolloutId });
    return { rolloutId };
  };
