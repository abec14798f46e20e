import { arn, type Context, epochSeconds } from './context.ts';
import { failureReason, pick, toDescription } from './describe.ts';
import type { FinalMetric } from './metrics.ts';
import type { CreateTrainingJobRequest, SecondaryStatus, TrainingJobStatus } from './schemas/training.ts';
import type { StoredResource } from './store.ts';

interface Transition {
  Status: SecondaryStatus;
  StartTime: number;
  EndTime?: number;
  StatusMessage?: string;
}

/** A stored training job: its Describe answer. */
export interface TrainingJob extends StoredResource, Omit<CreateTrainingJobRequest, 'Tags'> {
  TrainingJobArn: string;
  TuningJobArn?: string;
  TrainingJobStatus: TrainingJobStatus;
  SecondaryStatus: SecondaryStatus;
  SecondaryStatusTransitions: Transition[];
  LastModifiedTime: number;
  FailureReason?: string;
  ModelArtifacts?: { S3ModelArtifacts: string };
  TrainingStartTime?: number;
  TrainingEndTime?: number;
  TrainingTimeInSeconds?: number;
  BillableTimeInSeconds?: number;
  FinalMetricDataList?: FinalMetric[];
}

const MESSAGES: Record<SecondaryStatus, string> = {
  Starting: 'Preparing the instances for training',
  Downloading: 'Downloading the training image and the input data',
  Training: 'Training image download completed. Training in progress.',
  Uploading: 'Uploading generated training model',
  Stopping: 'Stopping the training job',
  Stopped: 'Training job stopped',
  MaxRuntimeExceeded: 'Training job runtime exceeded MaxRuntimeInSeconds provided',
  Completed: 'Training job completed',
  Failed: 'Training job failed',
};

export const FINAL_TRAINING_STATUSES: readonly TrainingJobStatus[] = ['Completed', 'Failed', 'Stopped'];

export function newTrainingJob(
  context: Context,
  request: CreateTrainingJobRequest,
  tuningJobArn?: string,
): TrainingJob {
  const { Tags: _, ...fields } = request;
  const now = epochSeconds(context);
  return {
    ...fields,
    name: request.TrainingJobName,
    StoppingCondition: { MaxRuntimeInSeconds: 86_400, ...request.StoppingCondition },
    TrainingJobArn: arn(context, 'training-job', request.TrainingJobName),
    ...(tuningJobArn === undefined ? {} : { TuningJobArn: tuningJobArn }),
    TrainingJobStatus: 'InProgress',
    SecondaryStatus: 'Starting',
    SecondaryStatusTransitions: [{ Status: 'Starting', StartTime: now, StatusMessage: MESSAGES.Starting }],
    CreationTime: now,
    LastModifiedTime: now,
  };
}

/** Stores a change of status and tells the world; both statuses move together, as in Describe. */
export function moveTrainingJob(
  context: Context,
  job: TrainingJob,
  status: TrainingJobStatus,
  secondary: SecondaryStatus,
  change: Partial<
    Pick<TrainingJob, 'FailureReason' | 'ModelArtifacts' | 'FinalMetricDataList' | 'TrainingStartTime'>
  > = {},
): void {
  const now = epochSeconds(context);
  const last = job.SecondaryStatusTransitions.at(-1);
  if (last) last.EndTime = now;
  const final = FINAL_TRAINING_STATUSES.includes(status);
  const message = change.FailureReason ?? MESSAGES[secondary];
  job.SecondaryStatusTransitions.push({
    Status: secondary,
    StartTime: now,
    ...(final ? { EndTime: now } : {}),
    StatusMessage: message,
  });
  Object.assign(job, change, { TrainingJobStatus: status, SecondaryStatus: secondary, LastModifiedTime: now });
  if (change.FailureReason !== undefined) job.FailureReason = failureReason(change.FailureReason);
  if (final) {
    job.TrainingEndTime = now;
    const seconds = Math.max(1, Math.ceil(now - (job.TrainingStartTime ?? now)));
    if (job.TrainingStartTime !== undefined)
      Object.assign(job, { TrainingTimeInSeconds: seconds, BillableTimeInSeconds: seconds });
  }
  context.store.put('training-job', job);
  publishTrainingJob(context, job);
}

/** The members the developer guide shows in the detail of a training job's state change. */
export function publishTrainingJob(context: Context, job: TrainingJob): void {
  const detail = pick(
    toDescription(job),
    'TrainingJobName',
    'TrainingJobArn',
    'TrainingJobStatus',
    'SecondaryStatus',
    'FailureReason',
    'HyperParameters',
    'AlgorithmSpecification',
    'RoleArn',
    'InputDataConfig',
    'OutputDataConfig',
    'ResourceConfig',
    'VpcConfig',
    'StoppingCondition',
    'CreationTime',
    'TrainingStartTime',
    'TrainingEndTime',
    'LastModifiedTime',
    'SecondaryStatusTransitions',
    'FinalMetricDataList',
    'ModelArtifacts',
    'TuningJobArn',
  );
  context.events.publish('training-job', job.TrainingJobArn, detail);
}
