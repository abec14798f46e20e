import * as z from 'zod';
import { parseInput } from '../runtime/input.ts';
import { type ReconcileExecutionsDeps, reconcileByName, reconcileOverdue } from './reconcile-executions.ts';

/** Step Functions' status event names the execution; the schedule's event does not. */
const Wake = z.object({ source: z.string(), detail: z.object({ name: z.string() }).partial() });

export const makeHandler =
  (deps: ReconcileExecutionsDeps) =>
  async (event: unknown): Promise<void> => {
    const { source, detail } = parseInput(Wake, event);
    if (source === 'aws.states' && detail.name) await reconcileByName(detail.name, deps);
    else await reconcileOverdue(deps);
  };
