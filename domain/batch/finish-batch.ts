import type { EventPublisher } from '../events/catalog.ts';
import type { Batch } from '../registry/batch.ts';
import type { JobRecord } from '../registry/entities.ts';
import type { Change, Registry } from '../registry/ports.ts';

/** The name a batch is parked under while its execution goes on, so that one which dies is noticed. */
export const watchedBatch = (batchId: string): string => `batch/${batchId}`;

/** A cause is shown to people and stored in one item: Step Functions allows 32 KB of it. */
const MAX_CAUSE = 4_000;

export type BatchEnding = { readonly model: string; readonly batchId: string } & (
  | ({ readonly status: 'scored' } & Required<Pick<Batch, 'rows' | 'predictions'>> & Pick<Batch, 'usd'>)
  | { readonly status: 'failed'; readonly failure: NonNullable<Batch['failure']> }
);

export interface FinishBatchDeps {
  readonly registry: Pick<Registry, 'requireBatch' | 'updateBatch' | 'unpark'>;
  readonly publisher: EventPublisher;
  readonly jobs: { stop(job: Pick<JobRecord, 'kind' | 'name'>): Promise<void> };
  readonly models: { remove(name: string): Promise<void> };
}

/**
 * Ends a batch, tells the bus and stops watching it; what SageMaker holds for it is stopped and deleted first. Safe to
 * repeat; a batch that has ended keeps how it ended.
 */
export async function finishBatch(ending: BatchEnding, change: Change, deps: FinishBatchDeps): Promise<Batch> {
  const { model, batchId } = ending;
  const { registry, publisher } = deps;
  const batch = await registry.requireBatch(model, batchId);
  // nobody waits for a job that is still open, and it costs until it ends
  const open = batch.jobs.filter(({ endedAt }) => endedAt === undefined);
  for (const job of open) await deps.jobs.stop(job);
  for (const { name } of batch.jobs) await deps.models.remove(name);
  const at = change.at.toISOString();
  const jobs = open.map((job): JobRecord => ({ ...job, status: 'Stopping', endedAt: at }));
  const ended =
    batch.status === 'running'
      ? await registry.updateBatch(model, batchId, { ...patchOf(ending), jobs, endedAt: at }, change)
      : batch;
  const told = { model, at: ended.endedAt ?? at, batchId, version: ended.version };
  const { predictions, rows, failure } = ended;
  if (predictions && rows) {
    const { bucket, key } = predictions;
    await publisher.publish('BatchScored', { ...told, rows, predictions: `s3://${bucket}/${key}` });
  } else {
    const { error = 'Unknown', cause = '' } = failure ?? {};
    await publisher.publish('BatchFailed', { ...told, error, cause });
  }
  await registry.unpark(watchedBatch(batchId));
  return ended;
}

function patchOf(ending: BatchEnding): Partial<Batch> {
  if (ending.status === 'failed') {
    const { failure } = ending;
    return { status: 'failed', failure: { ...failure, cause: failure.cause.slice(0, MAX_CAUSE) } };
  }
  const { status, rows, predictions, usd } = ending;
  return { status, rows, predictions, ...(usd !== undefined && { usd }) };
}
