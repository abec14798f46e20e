import { jobState } from '../../domain/training/job-state.ts';
import type { StartJobDeps } from './start-job.ts';
import type { Work } from './work.ts';

/** First look by ourselves, should the state-change event be lost. */
const FIRST_CHECK_MS = 5 * 60_000;

/**
 * Parks the token before the work exists, so that no event comes too early, and takes it back when the work is refused:
 * the heartbeat would look for a job that never was, and might take away the token of the next try.
 */
export async function parkedWhile(
  work: Work,
  { name, ownerId, endsAt }: { name: string; ownerId: string; endsAt?: Date },
  { registry, now }: StartJobDeps,
  start: () => Promise<void>,
): Promise<void> {
  await registry.park({
    name,
    kind: work.work,
    taskToken: work.taskToken,
    model: work.model,
    ownerId,
    parkedAt: now().toISOString(),
    dueAt: new Date(now().getTime() + FIRST_CHECK_MS).toISOString(),
    ...(endsAt && { endsAt: endsAt.toISOString() }),
  });
  try {
    await start();
  } catch (error) {
    await registry.unpark(name);
    throw error;
  }
}

/** What was there before changes its state no more if it has settled: no event would come. */
export async function answerIfSettled(
  name: string,
  { work: kind, taskToken }: Pick<Work, 'work' | 'taskToken'>,
  { registry, status, tasks }: StartJobDeps,
): Promise<void> {
  const state = jobState({ name, kind }, await status.describe(kind, name));
  if (state.state === 'open') return;
  if (state.state === 'succeeded') await tasks.succeed(taskToken, state.outcome);
  else await tasks.fail(taskToken, state.error);
  await registry.unpark(name);
}
