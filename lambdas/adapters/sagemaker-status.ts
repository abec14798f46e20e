import {
  DescribeEndpointCommand,
  DescribeHyperParameterTuningJobCommand,
  DescribeTrainingJobCommand,
  DescribeTransformJobCommand,
  type DescribeTransformJobCommandOutput,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import type { JobRecord } from '../../domain/registry/entities.ts';
import type { JobDescription } from '../../domain/training/job-state.ts';

export interface SageMakerStatus {
  /** Undefined when SageMaker does not know the name. */
  describe(kind: JobRecord['kind'], name: string): Promise<JobDescription | undefined>;
}

export function sageMakerStatus(client: SageMakerClient): SageMakerStatus {
  async function training(name: string): Promise<JobDescription> {
    const job = await client.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
    return {
      status: job.TrainingJobStatus ?? 'InProgress',
      secondaryStatus: job.SecondaryStatus,
      failureReason: job.FailureReason,
      modelDataUrl: job.ModelArtifacts?.S3ModelArtifacts,
      trainingJobName: name,
      hyperparameters: ownHyperparameters(job.HyperParameters),
      trainingSeconds: job.TrainingTimeInSeconds,
      billableSeconds: job.BillableTimeInSeconds,
    };
  }

  async function tuning(name: string): Promise<JobDescription> {
    const job = await client.send(new DescribeHyperParameterTuningJobCommand({ HyperParameterTuningJobName: name }));
    const status = job.HyperParameterTuningJobStatus ?? 'InProgress';
    const best = job.BestTrainingJob?.TrainingJobName;
    if (status !== 'Completed') return { status, failureReason: job.FailureReason };
    if (!best) return { status: 'Failed', failureReason: 'no training job of the search completed' };
    return { ...(await training(best)), status };
  }

  async function transform(name: string): Promise<JobDescription> {
    const job = await client.send(new DescribeTransformJobCommand({ TransformJobName: name }));
    return {
      status: job.TransformJobStatus ?? 'InProgress',
      failureReason: job.FailureReason,
      outputUrl: job.TransformOutput?.S3OutputPath,
      instanceSeconds: instanceSeconds(job),
    };
  }

  async function endpoint(name: string): Promise<JobDescription> {
    const found = await client.send(new DescribeEndpointCommand({ EndpointName: name }));
    return {
      status: found.EndpointStatus ?? 'Creating',
      failureReason: found.FailureReason,
      endpointConfigName: found.EndpointConfigName,
    };
  }

  const describers = { training, tuning, transform, parity: transform, endpoint, 'batch-transform': transform };
  return {
    async describe(kind, name) {
      try {
        return await describers[kind](name);
      } catch (error) {
        if (error instanceof Error && isUnknown(error)) return undefined;
        throw error;
      }
    },
  };
}

/** What a transform job is billed by; undefined until it has ended. */
function instanceSeconds({
  TransformStartTime: from,
  TransformEndTime: to,
  TransformResources,
}: DescribeTransformJobCommandOutput): number | undefined {
  if (!from || !to) return undefined;
  return ((to.getTime() - from.getTime()) / 1_000) * (TransformResources?.InstanceCount ?? 1);
}

/** A tuning job adds entries of its own, `_tuning_objective_metric`, to what its training jobs are given. */
const ownHyperparameters = (all: Readonly<Record<string, string>> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(all).filter(([name]) => !name.startsWith('_')));

const isUnknown = (error: Error): boolean =>
  error.name === 'ResourceNotFound' ||
  (error.name === 'ValidationException' && /could not find|not found|does not exist/i.test(error.message));
