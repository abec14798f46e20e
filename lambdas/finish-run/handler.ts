import { z } from 'zod';
import type { EventPublisher } from '../../domain/events/catalog.ts';
import type { Registry } from '../../domain/registry/ports.ts';
import { parseInput } from '../runtime/input.ts';
import { logger } from '../runtime/logger.ts';

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

/** A cause is shown to people and stored in one item: Step Functions allows 32 KB of it. */
const MAX_CAUSE = 4_000;

/** Every execution ends here, so that no run stays `running` without a visible reason. */
export const makeHandler =
  ({ registry, publisher, now }: FinishRunDeps) =>
  async (event: unknown): Promise<{ status: string }> => {
    const { model, runId, status, version, failure } = parseInput(FinishRunRequest, event);
    const change = { by: 'training-pipeline', at: now() };
    if (status === 'rejected' && version !== undefined) await registry.setApproval(model, version, 'Rejected', change);
    await registry.updateRun(
      model,
      runId,
      {
        status,
        endedAt: now().toISOString(),
        ...(failure ? { failure: { ...failure, cause: readableCause(failure.cause).slice(0, MAX_CAUSE) } } : {}),
      },
      change,
    );
    await publisher.publish('TrainingRunFinished', { model, at: now().toISOString(), runId, status, version });
    logger.info('run-finished', { model, runId, status, failure: failure?.error });
    return { status };
  };

/** A Lambda's failure reaches Step Functions as JSON with a stack: keep the message. */
function readableCause(cause: string): string {
  try {
    const parsed = z.object({ errorMessage: z.string() }).safeParse(JSON.parse(cause));
    return parsed.success ? parsed.data.errorMessage : cause;
  } catch {
    return cause;
  }
}
