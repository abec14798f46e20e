import { JobRecord, type ParkedToken, type TrainingRun } from '../../domain/registry/entities.ts';
import { ApprovalDeniedError } from '../../domain/registry/errors.ts';
import type { Registry } from '../../domain/registry/ports.ts';
import { JobOvertimeError } from '../../domain/training/errors.ts';
import { type JobDescription, type JobState, jobState } from '../../domain/training/job-state.ts';
import type { SageMakerStatus } from '../adapters/sagemaker-status.ts';
import type { TaskResumer } from '../adapters/sfn-tasks.ts';
import { eachOf } from '../runtime/each-of.ts';
import { logger } from '../runtime/logger.ts';

export interface ResumeJobDeps {
  readonly registry: Registry;
  readonly sagemaker: SageMakerStatus;
  readonly tasks: TaskResumer;
  readonly now: () => Date;
}

/** Looks again this much later while a job goes on. */
const RECHECK_MS = 5 * 60_000;
/** The token is parked before the job is created, and what was created may be unreadable for a moment. */
const UNKNOWN_MS = 2 * 60_000;

/** An event says only that something changed: what is true is asked of SageMaker. */
export async function resumeByName(name: string, deps: ResumeJobDeps): Promise<void> {
  const parked = await deps.registry.findParked(name);
  if (parked) await resume(parked, deps);
}

/**
 * The heartbeat: whatever is overdue is looked at, so that a lost event only costs time.
 *
 * @throws AggregateError of what could not be looked at, after everything else was
 */
export async function resumeOverdue(deps: ResumeJobDeps): Promise<void> {
  const due = await deps.registry.listParkedDue(deps.now());
  await eachOf(due, (parked) => resume(parked, deps));
}

async function resume(parked: ParkedToken, deps: ResumeJobDeps): Promise<void> {
  const { registry, sagemaker, tasks, now } = deps;
  const { name, taskToken } = parked;
  if (parked.kind === 'approval') return expireApproval(parked, deps);
  const kind = JobRecord.shape.kind.safeParse(parked.kind).data;
  // executions are watched by reconcile-executions
  if (!kind || !taskToken) return;
  const description = await sagemaker.describe(kind, name);
  // the heartbeat asks again; an event may come before what it tells of can be read
  if (!description && now().getTime() - Date.parse(parked.parkedAt) < UNKNOWN_MS) return;
  const state = jobState({ name, kind }, description);
  if (state.state === 'open') {
    if (parked.endsAt !== undefined && Date.parse(parked.endsAt) <= now().getTime())
      return giveUp(parked, taskToken, deps);
    await registry.postponeParked(name, new Date(now().getTime() + RECHECK_MS));
    return;
  }
  await recordJob({ ...parked, kind }, state, description, deps);
  // told first and unparked after: a crash between the two repeats the call, which is harmless
  const heard =
    state.state === 'succeeded'
      ? await tasks.succeed(taskToken, state.outcome)
      : await tasks.fail(taskToken, state.error);
  await registry.unpark(name);
  logger.info('job-resumed', { model: parked.model, name, kind, state: state.state, heard });
}

/** The execution hears of it and stops what still runs. */
async function giveUp(
  { name, model, parkedAt, endsAt }: ParkedToken,
  taskToken: string,
  { registry, tasks }: ResumeJobDeps,
): Promise<void> {
  await tasks.fail(taskToken, new JobOvertimeError(`${name} was started at ${parkedAt} and may go on until ${endsAt}`));
  await registry.unpark(name);
  logger.warn('job-overtime', { model, name, endsAt });
}

/** A task's own time-out cannot depend on the spec, so an approval that nobody gave in time is ended here. */
async function expireApproval(parked: ParkedToken, { registry, tasks, now }: ResumeJobDeps): Promise<void> {
  const { name, model, taskToken, dueAt } = parked;
  if (!taskToken || Date.parse(dueAt) > now().getTime()) return;
  const version = Number(name.split('/').at(-1));
  const { approvalStatus } = await registry.requireVersion(model, version);
  // whoever approved it wrote that down first, and may have died before the execution heard of it
  if (approvalStatus === 'Approved') await tasks.succeed(taskToken, { approved: true });
  else await tasks.fail(taskToken, new ApprovalDeniedError(model, version, 'nobody', `it expired at ${dueAt}`));
  await registry.unpark(name);
  logger.info('approval-expired', { model, version, dueAt, approvalStatus });
}

async function recordJob(
  { kind, name, model, ownerId }: ParkedToken & { kind: JobRecord['kind'] },
  state: Exclude<JobState, { state: 'open' }>,
  description: JobDescription | undefined,
  { registry, now }: ResumeJobDeps,
): Promise<void> {
  // these belong to a rollout
  if (kind === 'endpoint' || kind === 'parity') return;
  const batch = kind === 'batch-transform';
  const { jobs } = await (batch ? registry.requireBatch(model, ownerId) : registry.requireRun(model, ownerId));
  const at = now().toISOString();
  const job: TrainingRun['jobs'][number] = {
    name,
    kind,
    startedAt: jobs.find((known) => known.name === name)?.startedAt ?? at,
    endedAt: at,
    status: description?.status ?? 'Lost',
    trainingSeconds: description?.trainingSeconds,
    billableSeconds: description?.billableSeconds,
    ...(state.state === 'failed' ? { failureReason: state.error.message } : {}),
  };
  const change = { by: 'resume-job', at: now() };
  if (batch) await registry.updateBatch(model, ownerId, { jobs: [job] }, change);
  else await registry.updateRun(model, ownerId, { jobs: [job] }, change);
}
