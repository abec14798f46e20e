import * as z from 'zod';
import type { EventPublisher } from '../../domain/events/catalog.ts';
import type { Registry } from '../../domain/registry/ports.ts';
import { finishRun } from '../../domain/training/finish-run.ts';
import { parseInput } from '../runtime/input.ts';
import { logger } from '../runtime/logger.ts';
import { readableCause } from '../runtime/readable-cause.ts';

export interface FinishRunDeps {
  readonly registry: Registry;
  readonly publisher: EventPublisher;
  readonly now: () => Date;
}

const FinishRunRequest = z.object({
  model: z.string(),
  runId: z.string(),
  status: z.enum(['registered', 'rejected', 'failed']),
  /** A registered version that is rejected with the run: its approval expired or was denied. */
  version: z.number().int().optional(),
  failure: z.object({ state: z.string(), error: z.string(), cause: z.string() }).optional(),
});

/** Every execution ends here, so that no run stays `running` without a visible reason. */
export const makeHandler =
  ({ registry, publisher, now }: FinishRunDeps) =>
  async (event: unknown): Promise<{ status: string }> => {
    const { failure, ...ending } = parseInput(FinishRunRequest, event);
    const { model, runId, status, version } = ending;
    const change = { by: 'training-pipeline', at: now() };
    if (status === 'rejected' && version !== undefined) {
      await registry.setApproval(model, version, 'Rejected', change);
      await registry.unpark(`approval/${model}/${version}`);
    }
    const readable = failure && { ...failure, cause: readableCause(failure.cause) };
    await finishRun({ ...ending, ...(readable && { failure: readable }) }, change, { registry, publisher });
    logger.info('run-finished', { model, runId, status, failure: failure?.error });
    return { status };
  };
