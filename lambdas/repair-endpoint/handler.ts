import * as z from 'zod';
import { clearEndpoint, failRepair, finishRepair, type RepairStepDeps } from '../../domain/endpoints/repair-steps.ts';
import { parseInput } from '../runtime/input.ts';
import { logger } from '../runtime/logger.ts';

const repair = { model: z.string(), version: z.number().int(), endpoint: z.string(), repairId: z.string() };
const RepairTask = z.discriminatedUnion('action', [
  z.object({ ...repair, action: z.literal('clear') }),
  z.object({ ...repair, action: z.literal('finish') }),
  z.object({ ...repair, action: z.literal('fail'), failure: z.object({ error: z.string(), cause: z.string() }) }),
]);
type RepairTask = z.infer<typeof RepairTask>;

export const makeHandler =
  (deps: RepairStepDeps) =>
  async (event: unknown): Promise<object> => {
    const task = parseInput(RepairTask, event);
    const result = await act(task, deps);
    const { action, model, version, endpoint, repairId } = task;
    logger.info('endpoint-repair', { action, model, version, endpoint, repairId, ...result });
    return result;
  };

function act(task: RepairTask, deps: RepairStepDeps): Promise<object> {
  if (task.action === 'clear') return clearEndpoint(task, deps);
  return task.action === 'finish' ? finishRepair(task, deps) : failRepair(task, task.failure, deps);
}
