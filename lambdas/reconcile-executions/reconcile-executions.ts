import { finishBatch, watchedBatch } from '../../domain/batch/finish-batch.ts';
import { type ScheduleDeps, startDueBatch } from '../../domain/batch/schedule.ts';
import { launch } from '../../domain/batch/start-batch.ts';
import type { ParkedToken } from '../../domain/registry/entities.ts';
import { rollBack } from '../../domain/rollout/advance.ts';
import type { AdvanceDeps } from '../../domain/rollout/promote.ts';
import { watchedRollout } from '../../domain/rollout/rollout-record.ts';
import { finishRun, watchedRun } from '../../domain/training/finish-run.ts';
import { askForRetraining } from '../../domain/training/schedule.ts';
import type { SageMakerModels } from '../adapters/sagemaker-models.ts';
import type { JobStopper } from '../adapters/sagemaker-stop.ts';
import type { ExecutionState } from '../adapters/sfn-executions.ts';
import { eachOf } from '../runtime/each-of.ts';
import { logger } from '../runtime/logger.ts';

export interface ReconcileExecutionsDeps extends AdvanceDeps, Pick<ScheduleDeps, 'batches'> {
  readonly models: SageMakerModels;
  readonly jobs: JobStopper;
  readonly describe: (executionArn: string) => Promise<ExecutionState | undefined>;
}

/** Looks again this much later while an execution goes on. */
const RECHECK_MS = 10 * 60_000;
const BY = 'reconcile-executions';

/** An execution that somebody stopped, that timed out or that Step Functions lost cannot end its own run or rollout. */
export async function reconcileByName(name: string, deps: ReconcileExecutionsDeps): Promise<void> {
  for (const key of [watchedRun(name), watchedRollout(name), watchedBatch(name)]) {
    const watched = await deps.registry.findParked(key);
    if (watched) await reconcile(watched, deps);
  }
}

/**
 * The schedule: covers lost events, and keeps `monitoring.retrain.every` and `deployment.batch.every`.
 *
 * @throws AggregateError of what could not be looked at, after everything else was
 */
export async function reconcileOverdue(deps: ReconcileExecutionsDeps): Promise<void> {
  const due = await deps.registry.listParkedDue(deps.now());
  await eachOf(due, (watched) => reconcile(watched, deps));
}

async function reconcile(watched: ParkedToken, deps: ReconcileExecutionsDeps): Promise<void> {
  const { registry, now } = deps;
  const { kind, name, executionArn } = watched;
  if (kind === 'schedule') {
    logger.info('retraining-due', { name, outcome: await askForRetraining(watched, deps) });
    return;
  }
  if (kind === 'batch-schedule') {
    logger.info('batch-due', { name, outcome: await startDueBatch(watched, deps) });
    return;
  }
  if (kind === 'batch' && !executionArn) return takeUp(watched, deps);
  if ((kind !== 'run' && kind !== 'rollout' && kind !== 'batch') || !executionArn) return;
  const execution = await deps.describe(executionArn);
  if (execution?.status === 'RUNNING') {
    await registry.postponeParked(name, new Date(now().getTime() + RECHECK_MS));
    return;
  }
  const error = execution?.error ?? execution?.status ?? 'ExecutionLost';
  const cause = execution?.cause ?? `the execution ended as ${execution?.status ?? 'unknown to Step Functions'}`;
  if (kind === 'run') await endRun(watched, { error, cause }, deps);
  else if (kind === 'batch') await endBatch(watched, { error, cause }, deps);
  else await endRollout(watched, `${error}: ${cause}`, deps);
  await registry.unpark(name);
  logger.warn('execution-reconciled', { name, execution: execution?.status });
}

/** Its jobs first: nobody waits for them any more, and they cost until they end. */
async function endRun(
  { model, ownerId }: ParkedToken,
  failure: { error: string; cause: string },
  deps: ReconcileExecutionsDeps,
): Promise<void> {
  const { jobs } = await deps.registry.requireRun(model, ownerId);
  for (const job of jobs) if (!job.endedAt) await deps.jobs.stop(job);
  const ending = { model, runId: ownerId, status: 'failed' as const, failure: { state: 'execution', ...failure } };
  await finishRun(ending, { by: BY, at: deps.now() }, deps);
}

/** Whoever started the batch died before its execution was known: it is started again, under the same name. */
async function takeUp({ name, model, ownerId }: ParkedToken, deps: ReconcileExecutionsDeps): Promise<void> {
  const batch = await deps.registry.findBatch(model, ownerId);
  if (batch?.status === 'running') await launch(batch, deps);
  else await deps.registry.unpark(name);
  logger.warn('batch-taken-up', { model, batchId: ownerId, status: batch?.status });
}

async function endBatch(
  { model, ownerId }: ParkedToken,
  failure: { error: string; cause: string },
  deps: ReconcileExecutionsDeps,
): Promise<void> {
  const ending = { model, batchId: ownerId, status: 'failed' as const, failure: { state: 'execution', ...failure } };
  await finishBatch(ending, { by: BY, at: deps.now() }, deps);
}

/** What was promoted is finished as such; anything else gives its traffic back and loses its endpoint. */
async function endRollout(
  { model, ownerId }: ParkedToken,
  reason: string,
  deps: ReconcileExecutionsDeps,
): Promise<void> {
  const rollout = await deps.registry.requireRollout(model, ownerId);
  const reasons = rollout.reasons.length > 0 ? rollout.reasons : [reason];
  await rollBack({ ...rollout, reasons }, deps);
}
