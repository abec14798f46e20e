import * as z from 'zod';
import type { EventPublisher } from '../../domain/events/catalog.ts';
import type { Registry } from '../../domain/registry/ports.ts';
import { parseInput } from '../runtime/input.ts';
import { logger } from '../runtime/logger.ts';

export interface RequestApprovalDeps {
  readonly registry: Registry;
  readonly publisher: EventPublisher;
  readonly now: () => Date;
}

const ApprovalTask = z.object({
  taskToken: z.string(),
  model: z.string(),
  version: z.number().int(),
  runId: z.string(),
  timeoutSeconds: z.number().positive(),
});

/** Parks the execution until somebody approves or denies through the registry API, or the time is up. */
export const makeHandler =
  ({ registry, publisher, now }: RequestApprovalDeps) =>
  async (event: unknown): Promise<void> => {
    const { taskToken, model, version, runId, timeoutSeconds } = parseInput(ApprovalTask, event);
    const expiresAt = new Date(now().getTime() + timeoutSeconds * 1_000).toISOString();
    const name = `approval/${model}/${version}`;
    await registry.park({
      name,
      kind: 'approval',
      taskToken,
      model,
      ownerId: runId,
      parkedAt: now().toISOString(),
      dueAt: expiresAt,
    });
    // the version is announced before it waits here, and who hears of it may answer at once
    const { approvalStatus } = await registry.requireVersion(model, version);
    if (approvalStatus !== 'PendingManualApproval') {
      await registry.postponeParked(name, now());
      logger.info('approval-there', { model, version, runId, approvalStatus });
      return;
    }
    await publisher.publish('ApprovalRequested', { model, at: now().toISOString(), version, expiresAt });
    logger.info('approval-requested', { model, version, runId, expiresAt });
  };
