import { z } from 'zod';
import { parseInput } from '../runtime/input.ts';
import { type StartRolloutDeps, startRollout } from './start-rollout.ts';

const StartRolloutTask = z.object({
  model: z.string(),
  version: z.number().int().min(1),
  runId: z.string().optional(),
});

/** Called by the training pipeline; people start rollouts through the registry API. */
export const makeHandler =
  (deps: StartRolloutDeps) =>
  (event: unknown): Promise<{ rolloutId: string }> =>
    startRollout({ ...parseInput(StartRolloutTask, event), by: 'training-pipeline' }, deps);
