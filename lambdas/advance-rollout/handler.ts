import * as z from 'zod';
import { begin, judge, rollBack } from '../../domain/rollout/advance.ts';
import { type AdvanceDeps, promote } from '../../domain/rollout/promote.ts';
import { parseInput } from '../runtime/input.ts';
import { logger } from '../runtime/logger.ts';

const AdvanceTask = z.object({
  action: z.enum(['begin', 'judge', 'promote', 'roll-back']),
  model: z.string(),
  rolloutId: z.string(),
});

const ACTIONS = { begin, judge, promote, 'roll-back': rollBack };

export const makeHandler =
  (deps: AdvanceDeps) =>
  async (event: unknown): Promise<object> => {
    const { action, model, rolloutId } = parseInput(AdvanceTask, event);
    const rollout = await deps.registry.requireRollout(model, rolloutId);
    const result = (await ACTIONS[action](rollout, deps)) ?? {};
    logger.info('rollout-advanced', { model, rolloutId, version: rollout.candidate, action, ...result });
    return result;
  };
