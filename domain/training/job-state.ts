import type { JobRecord } from '../registry/entities.ts';
import {
  EndpointCreationFailedError,
  JobLostError,
  QuotaExceededError,
  SpotCapacityError,
  TrainingJobFailedError,
  TrainingJobStoppedError,
} from './errors.ts';
import type { JobOutcome } from './plan.ts';

/** What SageMaker says of a job or endpoint, in one shape for all kinds. */
export interface JobDescription {
  /** API spelling: InProgress, Completed, Failed, Stopped; endpoints Creating, InService, Failed ... */
  readonly status: string;
  readonly secondaryStatus?: string;
  readonly failureReason?: string;
  readonly modelDataUrl?: string;
  readonly outputUrl?: string;
  /** Tuning: the best of its training jobs. */
  readonly trainingJobName?: string;
  /** Training, and tuning's best: what the job ran with, searched values included. */
  readonly hyperparameters?: Readonly<Record<string, string>>;
  /** Endpoints: the configuration in force. */
  readonly endpointConfigName?: string;
  readonly trainingSeconds?: number;
  readonly billableSeconds?: number;
  /** Of a transform job, times its instances. */
  readonly instanceSeconds?: number;
}

export type JobState =
  | { readonly state: 'open' }
  | { readonly state: 'succeeded'; readonly outcome: JobOutcome }
  | { readonly state: 'failed'; readonly error: Error };

const OPEN = new Set(['InProgress', 'Stopping', 'Creating', 'Updating', 'SystemUpdating', 'RollingBack', 'Deleting']);

/**
 * Only `Completed` counts as a model: a job out of time ends as `Stopped` with a usable-looking artifact. An endpoint is
 * good when it is in service under the configuration that was asked for, since a rollback is silent.
 */
export function jobState(
  { name, kind }: { name: string; kind: JobRecord['kind'] },
  description: JobDescription | undefined,
): JobState {
  if (!description) return { state: 'failed', error: new JobLostError(`SageMaker does not know ${kind} ${name}`) };
  if (OPEN.has(description.status)) return { state: 'open' };
  if (kind === 'endpoint') return endpointState(name, description);
  if (description.status === 'Completed') {
    const { modelDataUrl, outputUrl, trainingJobName, hyperparameters } = description;
    const { trainingSeconds, billableSeconds, instanceSeconds } = description;
    return {
      state: 'succeeded',
      outcome: {
        name,
        kind,
        status: 'Completed',
        modelDataUrl,
        outputUrl,
        trainingJobName,
        hyperparameters,
        trainingSeconds,
        billableSeconds,
        ...(instanceSeconds !== undefined && { instanceSeconds }),
      },
    };
  }
  return { state: 'failed', error: jobError(name, description) };
}

function jobError(name: string, { status, secondaryStatus, failureReason }: JobDescription): Error {
  const reason = failureReason || secondaryStatus || 'no reason given';
  if (secondaryStatus === 'MaxWaitTimeExceeded' || /InsufficientInstanceCapacity|CapacityError/.test(reason)) {
    return new SpotCapacityError(`${name} got no capacity in time: ${reason}`);
  }
  // a quota may be found used up only when the job, or one of a search, is to start
  if (/ResourceLimitExceeded/.test(reason)) return new QuotaExceededError(`${name} was refused: ${reason}`);
  if (status === 'Stopped') return new TrainingJobStoppedError(`${name} was stopped: ${reason}`);
  return new TrainingJobFailedError(`${name} failed: ${reason}`);
}

function endpointState(name: string, { status, endpointConfigName, failureReason }: JobDescription): JobState {
  if (status === 'InService' && endpointConfigName === name) {
    return { state: 'succeeded', outcome: { name, kind: 'endpoint', status: 'Completed' } };
  }
  const seen =
    status === 'InService'
      ? `in service under ${endpointConfigName}`
      : `${status}: ${failureReason ?? 'no reason given'}`;
  return { state: 'failed', error: new EndpointCreationFailedError(`endpoint ${name} is ${seen}`) };
}
