import { ConcurrentWriteError, InvalidInputError } from '../common-errors.ts';
import { RolloutClosedError } from '../rollout/errors.ts';
import { Batch } from './batch.ts';
import {
  Alias,
  DatasetVersion,
  Decision,
  type JobRecord,
  ModelVersion,
  Rollout,
  Traffic,
  TrainingRun,
} from './entities.ts';
import { InvalidTransitionError } from './errors.ts';
import { boundReasons, boundTexts } from './limits.ts';
import { isOpen } from './open-rollout.ts';
import type { Change } from './ports.ts';

export const numberedDataset = (dataset: Omit<DatasetVersion, 'version'>, version: number): DatasetVersion =>
  DatasetVersion.parse({
    ...dataset,
    reasons: boundReasons(dataset.reasons),
    ...(dataset.warnings && { warnings: boundReasons(dataset.warnings) }),
    version,
  });

export const numberedVersion = (modelVersion: Omit<ModelVersion, 'version'>, version: number): ModelVersion =>
  ModelVersion.parse({ ...modelVersion, version });

export const newRollout = (rollout: Rollout): Rollout =>
  Rollout.parse({ ...rollout, reasons: boundTexts(rollout.reasons) });

export const newDecision = (decision: Decision): Decision =>
  Decision.parse({ ...decision, reasons: boundTexts(decision.reasons) });

type ApprovalStatus = ModelVersion['approvalStatus'];

const NEXT_APPROVAL: Record<ApprovalStatus, readonly ApprovalStatus[]> = {
  PendingManualApproval: ['Approved', 'Rejected'],
  Approved: ['Rejected'],
  Rejected: [],
};

/** @throws InvalidTransitionError */
export function changeApproval(current: ModelVersion, status: ApprovalStatus, from?: ApprovalStatus): ModelVersion {
  const moved = from !== undefined && from !== current.approvalStatus;
  if (moved || !NEXT_APPROVAL[current.approvalStatus].includes(status)) {
    throw new InvalidTransitionError(`${current.model}:${current.version}`, current.approvalStatus, status);
  }
  return { ...current, approvalStatus: status };
}

function defined<T extends object>(patch: T): T {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) as T;
}

function mergeJobs(known: readonly JobRecord[], changed: readonly JobRecord[] = []): JobRecord[] {
  const jobs = new Map(known.map((job) => [job.name, job]));
  for (const job of changed) jobs.set(job.name, { ...jobs.get(job.name), ...defined(job) });
  return [...jobs.values()];
}

export const newBatch = (batch: Batch): Batch => Batch.parse({ ...batch, reasons: boundReasons(batch.reasons) });

/** The same for a batch. */
export function mergeBatch(batch: Batch, patch: Partial<Batch>): Batch {
  const { batchId, model } = batch;
  return newBatch({ ...batch, ...defined(patch), jobs: mergeJobs(batch.jobs, patch.jobs), batchId, model });
}

/** Merges top-level fields; a job of a known name is merged into it, others are appended. Ids never change. */
export function mergeRun(run: TrainingRun, patch: Partial<TrainingRun>): TrainingRun {
  return TrainingRun.parse({
    ...run,
    ...defined(patch),
    jobs: mergeJobs(run.jobs, patch.jobs),
    runId: run.runId,
    model: run.model,
  });
}

/** @throws RolloutClosedError for one that has ended and would go on: somebody took it back while a task was under way */
export function mergeRollout(rollout: Rollout, patch: Partial<Rollout>): Rollout {
  if (!isOpen(rollout) && patch.status && isOpen({ status: patch.status })) {
    throw new RolloutClosedError(rollout.rolloutId, rollout.status);
  }
  return newRollout({ ...rollout, ...defined(patch), rolloutId: rollout.rolloutId, model: rollout.model });
}

/** @throws ConcurrentWriteError unless the pointer stands at the revision the caller saw */
export function checkRev(what: string, current: { rev: number } | undefined, expected: number): void {
  const rev = current?.rev ?? 0;
  if (rev !== expected) throw new ConcurrentWriteError(`${what} is at revision ${rev}, not ${expected}`);
}

/** @throws ConcurrentWriteError */
export function nextAlias(
  current: Alias | undefined,
  move: { model: string; alias: string; version: number; expectedRev: number; forgetPrevious?: boolean },
  change: Change,
): Alias {
  checkRev(`alias ${move.model}@${move.alias}`, current, move.expectedRev);
  const previous = current?.version === move.version ? current.previousVersion : current?.version;
  return Alias.parse({
    model: move.model,
    alias: move.alias,
    version: move.version,
    previousVersion: move.forgetPrevious ? undefined : previous,
    rev: move.expectedRev + 1,
    by: change.by,
    at: change.at.toISOString(),
  });
}

/** Weights are sums of decimal steps such as 0.1, so they add up to 1 only to rounding. */
const WEIGHT_TOLERANCE = 1e-9;

/** @throws ConcurrentWriteError, InvalidInputError when the weights are not shares of 1 or a version appears twice */
export function nextTraffic(current: Traffic | undefined, traffic: Omit<Traffic, 'rev'>, expectedRev: number): Traffic {
  checkRev(`traffic of ${traffic.model}`, current, expectedRev);
  const next = Traffic.parse({ ...traffic, rev: expectedRev + 1 });
  const total = next.routes.reduce((sum, route) => sum + route.weight, 0);
  const versions = new Set(next.routes.map((route) => route.version));
  const problems = [
    ...(Math.abs(total - 1) > WEIGHT_TOLERANCE ? [`routes: the weights must add up to 1, got ${total}`] : []),
    ...(versions.size < next.routes.length ? ['routes: each version may appear once'] : []),
  ];
  if (problems.length > 0) throw new InvalidInputError(problems);
  return next;
}
