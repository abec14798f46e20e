import { z } from 'zod';
import { parseInput } from '../runtime/input.ts';
import { begin, judge, rollBack } from './advance-rollout.ts';
import { type AdvanceDeps, promote } from './promote.ts';

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
    return (await ACTIONS[action](rollout, deps)) ?? {};
  };
