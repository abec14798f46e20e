import { arn, type Context, epochSeconds } from './context.ts';
import { failureReason, pick } from './describe.ts';
import type { CreateTransformJobRequest, TransformJobStatus } from './schemas/transform.ts';
import type { StoredResource } from './store.ts';

export interface TransformJob extends StoredResource, Omit<CreateTransformJobRequest, 'Tags'> {
  TransformJobArn: string;
  TransformJobStatus: TransformJobStatus;
  FailureReason?: string;
  TransformStartTime?: number;
  TransformEndTime?: number;
}

export const KIND = 'transform-job';

export function newTransformJob(context: Context, request: CreateTransformJobRequest): TransformJob {
  const { Tags: _, ...fields } = request;
  return {
    ...fields,
    name: request.TransformJobName,
    TransformJobArn: arn(context, KIND, request.TransformJobName),
    TransformJobStatus: 'InProgress',
    CreationTime: epochSeconds(context),
  };
}

export function moveTransformJob(
  context: Context,
  job: TransformJob,
  status: TransformJobStatus,
  reason?: string,
): void {
  job.TransformJobStatus = status;
  job.LastModifiedTime = epochSeconds(context);
  if (reason !== undefined) job.FailureReason = failureReason(reason);
  if (status === 'Completed' || status === 'Failed' || status === 'Stopped')
    job.TransformEndTime = job.LastModifiedTime;
  context.store.put(KIND, job);
  publishTransformJob(context, job);
}

export function publishTransformJob(context: Context, job: TransformJob): void {
  const detail = pick(
    job,
    'TransformJobName',
    'TransformJobArn',
    'TransformJobStatus',
    'FailureReason',
    'ModelName',
    'MaxConcurrentTransforms',
    'MaxPayloadInMB',
    'BatchStrategy',
    'Environment',
    'TransformInput',
    'TransformOutput',
    'TransformResources',
    'CreationTime',
    'TransformStartTime',
    'TransformEndTime',
  );
  context.events.publish(KIND, job.TransformJobArn, detail);
}
