import type { EventPublisher } from '../events/catalog.ts';
import type { TrainingRun } from '../registry/entities.ts';
import type { Change, Registry } from '../registry/ports.ts';

/** The name a run is parked under while its execution goes on, so that one which dies is noticed. */
export const watchedRun = (runId: string): string => `run/${runId}`;

/** A cause is shown to people and stored in one item: Step Functions allows 32 KB of it. */
const MAX_CAUSE = 4_000;

export interface RunEnding {
  readonly model: string;
  readonly runId: string;
  readonly status: Exclude<TrainingRun['status'], 'running'>;
  /** Of a registered version. */
  readonly version?: number;
  readonly failure?: NonNullable<TrainingRun['failure']>;
}

/** Ends a run, tells the bus, and stops watching it. Safe to repeat; a run that has ended keeps how it ended. */
export async function finishRun(
  { model, runId, status, version, failure }: RunEnding,
  change: Change,
  { registry, publisher }: { registry: Registry; publisher: EventPublisher },
): Promise<void> {
  const run = await registry.requireRun(model, runId);
  const at = change.at.toISOString();
  if (run.status === 'running') {
    const patch = failure && { failure: { ...failure, cause: failure.cause.slice(0, MAX_CAUSE) } };
    await registry.updateRun(model, runId, { status, endedAt: at, ...patch }, change);
  }
  const ended = run.status === 'running' ? status : run.status;
  await publisher.publish('TrainingRunFinished', { model, at, runId, status: ended, version });
  await registry.unpark(watchedRun(runId));
}
