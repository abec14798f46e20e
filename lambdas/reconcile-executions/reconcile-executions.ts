import type { EventPublisher } from '../../domain/events/catalog.ts';
import type { ParkedToken } from '../../domain/registry/entities.ts';
import type { Registry } from '../../domain/registry/ports.ts';
import { finishRun } from '../../domain/training/finish-run.ts';
import type { ExecutionState } from '../adapters/sfn-executions.ts';
import { logger } from '../runtime/logger.ts';

export interface ReconcileExecutionsDeps {
  readonly registry: Registry;
  readonly publisher: EventPublisher;
  readonly describe: (executionArn: string) => Promise<ExecutionState | undefined>;
  readonly now: () => Date;
}

/** Looks again this much later while an execution goes on. */
const RECHECK_MS = 10 * 60_000;
const BY = 'reconcile-executions';

/** An execution that somebody stopped, that timed out or that Step Functions lost cannot end its own run. */
export async function reconcileByName(name: string, deps: ReconcileExecutionsDeps): Promise<void> {
  const watched = await deps.registry.findParked(`run/${name}`);
  if (watched) await reconcile(watched, deps);
}

/** The schedule: covers lost events. */
export async function reconcileOverdue(deps: ReconcileExecutionsDeps): Promise<void> {
  for (const watched of await deps.registry.listParkedDue(deps.now())) await reconcile(watched, deps);
}

async function reconcile(watched: ParkedToken, deps: ReconcileExecutionsDeps): Promise<void> {
  const { registry, publisher, now } = deps;
  const { kind, name, model, ownerId, executionArn } = watched;
  if (kind !== 'run' || !executionArn) return;
  const execution = await deps.describe(executionArn);
  if (execution?.status === 'RUNNING') {
    await registry.postponeParked(name, new Date(now().getTime() + RECHECK_MS));
    return;
  }
  const failure = {
    state: 'execution',
    error: execution?.error ?? execution?.status ?? 'ExecutionLost',
    cause: execution?.cause ?? `the execution ended as ${execution?.status ?? 'unknown to Step Functions'}`,
  };
  await finishRun({ model, runId: ownerId, status: 'failed', failure }, { by: BY, at: now() }, { registry, publisher });
  logger.warn('run-reconciled', { model, runId: ownerId, execution: execution?.status });
}
