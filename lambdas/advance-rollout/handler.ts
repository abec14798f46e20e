import * as z from 'zod';
import type { Rollout } from '../../domain/registry/entities.ts';
import { type BeginDeps, begin, judge, rollBack } from '../../domain/rollout/advance.ts';
import { type AdvanceDeps, promote } from '../../domain/rollout/promote.ts';
import { parseInput } from '../runtime/input.ts';
import { logger } from '../runtime/logger.ts';
import { readableCause } from '../runtime/readable-cause.ts';

const AdvanceTask = z.object({
  action: z.enum(['begin', 'judge', 'promote', 'roll-back']),
  model: z.string(),
  rolloutId: z.string(),
  /** Why it is rolled back, where a task failed. */
  failure: z.object({ error: z.string(), cause: z.string() }).optional(),
  /** How often the judge has looked before. */
  looks: z.number().int().min(0).optional(),
});

interface Known {
  readonly looks: number | undefined;
  readonly failure: string | undefined;
}
const ACTIONS = {
  begin,
  judge,
  promote: async (rollout: Rollout, deps: AdvanceDeps, _: Known) => promote(rollout, deps),
  'roll-back': rollBack,
};

export const makeHandler =
  (deps: BeginDeps) =>
  async (event: unknown): Promise<object> => {
    const { action, model, rolloutId, failure, looks } = parseInput(AdvanceTask, event);
    const rollout = await deps.registry.requireRollout(model, rolloutId);
    const result = (await ACTIONS[action](rollout, deps, { looks, failure: failure && reasonOf(failure) })) ?? {};
    logger.info('rollout-advanced', { model, rolloutId, version: rollout.candidate, action, ...result });
    return result;
  };

const reasonOf = ({ error, cause }: { error: string; cause: string }): string => readableCause(cause) || error;
