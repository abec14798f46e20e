import { arn, type Context, epochSeconds } from './context.ts';
import { failureReason, pick } from './describe.ts';
import type { TrainingJobStatus } from './schemas/training.ts';
import type { CreateHyperParameterTuningJobRequest, TuningJobStatus } from './schemas/tuning.ts';
import type { StoredResource } from './store.ts';
import { FINAL_TRAINING_STATUSES, type TrainingJob } from './training-state.ts';
import type { Candidate } from './tuning-search.ts';

/** A training job of a tuning job, as ListTrainingJobsForHyperParameterTuningJob shows it. */
export interface TrainingJobSummary {
  TrainingJobName: string;
  TrainingJobArn: string;
  CreationTime: number;
  TrainingStartTime?: number;
  TrainingEndTime?: number;
  TrainingJobStatus: TrainingJobStatus;
  TunedHyperParameters: Candidate;
  FailureReason?: string;
  FinalHyperParameterTuningJobObjectiveMetric?: { Type: string; MetricName: string; Value: number };
  ObjectiveStatus: 'Succeeded' | 'Pending' | 'Failed';
}

export interface TuningJob extends StoredResource, Omit<CreateHyperParameterTuningJobRequest, 'Tags'> {
  HyperParameterTuningJobArn: string;
  HyperParameterTuningJobStatus: TuningJobStatus;
  LastModifiedTime: number;
  HyperParameterTuningEndTime?: number;
  FailureReason?: string;
  /** Not part of Describe. */
  children: TrainingJobSummary[];
}

export const KIND = 'hyper-parameter-tuning-job';

export function newTuningJob(context: Context, request: CreateHyperParameterTuningJobRequest): TuningJob {
  const { Tags: _, ...fields } = request;
  const now = epochSeconds(context);
  return {
    ...fields,
    name: request.HyperParameterTuningJobName,
    HyperParameterTuningJobArn: arn(context, KIND, request.HyperParameterTuningJobName),
    HyperParameterTuningJobStatus: 'InProgress',
    CreationTime: now,
    LastModifiedTime: now,
    children: [],
  };
}

export function summarize(job: TuningJob, training: TrainingJob, tuned: Candidate): TrainingJobSummary {
  const objective = job.HyperParameterTuningJobConfig.HyperParameterTuningJobObjective;
  const final = FINAL_TRAINING_STATUSES.includes(training.TrainingJobStatus);
  const metric = final
    ? training.FinalMetricDataList?.find(({ MetricName }) => MetricName === objective.MetricName)
    : undefined;
  const succeeded = training.TrainingJobStatus === 'Completed' && metric !== undefined;
  return {
    ...pick(training, 'TrainingJobName', 'TrainingJobArn', 'CreationTime', 'TrainingStartTime', 'TrainingEndTime'),
    ...pick(training, 'TrainingJobStatus', 'FailureReason'),
    TunedHyperParameters: tuned,
    ...(metric ? { FinalHyperParameterTuningJobObjectiveMetric: { ...objective, Value: metric.Value } } : {}),
    ObjectiveStatus: succeeded ? 'Succeeded' : final ? 'Failed' : 'Pending',
  };
}

/** The Describe answer: counters and the best job are derived from the children. */
export function describeTuningJob(job: TuningJob) {
  const { name: _, children, ...description } = job;
  const best = bestChild(job);
  return {
    ...description,
    TrainingJobStatusCounters: statusCounters(children),
    ObjectiveStatusCounters: objectiveCounters(children),
    ...(best ? { BestTrainingJob: best } : {}),
  };
}

export const statusCounters = (children: readonly TrainingJobSummary[]) => ({
  Completed: count(children, ({ TrainingJobStatus }) => TrainingJobStatus === 'Completed'),
  InProgress: count(children, ({ TrainingJobStatus }) => !FINAL_TRAINING_STATUSES.includes(TrainingJobStatus)),
  RetryableError: 0,
  NonRetryableError: count(children, ({ TrainingJobStatus }) => TrainingJobStatus === 'Failed'),
  Stopped: count(children, ({ TrainingJobStatus }) => TrainingJobStatus === 'Stopped'),
});

export const objectiveCounters = (children: readonly TrainingJobSummary[]) => ({
  Succeeded: count(children, ({ ObjectiveStatus }) => ObjectiveStatus === 'Succeeded'),
  Pending: count(children, ({ ObjectiveStatus }) => ObjectiveStatus === 'Pending'),
  Failed: count(children, ({ ObjectiveStatus }) => ObjectiveStatus === 'Failed'),
});

/** The succeeded child with the best objective; the earliest one on a tie. */
export function bestChild(job: TuningJob): TrainingJobSummary | undefined {
  const sign = job.HyperParameterTuningJobConfig.HyperParameterTuningJobObjective.Type === 'Maximize' ? 1 : -1;
  const score = (child: TrainingJobSummary): number =>
    sign * (child.FinalHyperParameterTuningJobObjectiveMetric?.Value ?? Number.NaN);
  return job.children
    .filter(({ ObjectiveStatus }) => ObjectiveStatus === 'Succeeded')
    .reduce<TrainingJobSummary | undefined>(
      (best, child) => (best && score(best) >= score(child) ? best : child),
      undefined,
    );
}

export function moveTuningJob(context: Context, job: TuningJob, status: TuningJobStatus, reason?: string): void {
  const now = epochSeconds(context);
  job.HyperParameterTuningJobStatus = status;
  job.LastModifiedTime = now;
  if (reason !== undefined) job.FailureReason = failureReason(reason);
  if (status === 'Completed' || status === 'Failed' || status === 'Stopped') job.HyperParameterTuningEndTime = now;
  context.store.put(KIND, job);
  publishTuningJob(context, job);
}

export function publishTuningJob(context: Context, job: TuningJob): void {
  const detail = pick(
    describeTuningJob(job),
    'HyperParameterTuningJobName',
    'HyperParameterTuningJobArn',
    'HyperParameterTuningJobConfig',
    'TrainingJobDefinition',
    'HyperParameterTuningJobStatus',
    'FailureReason',
    'CreationTime',
    'LastModifiedTime',
    'HyperParameterTuningEndTime',
    'TrainingJobStatusCounters',
    'ObjectiveStatusCounters',
    'BestTrainingJob',
  );
  context.events.publish(KIND, job.HyperParameterTuningJobArn, detail);
}

const count = <Element>(list: readonly Element[], test: (element: Element) => boolean): number =>
  list.filter(test).length;
