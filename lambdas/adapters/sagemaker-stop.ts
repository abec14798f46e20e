import {
  type SageMakerClient,
  StopHyperParameterTuningJobCommand,
  StopTrainingJobCommand,
  StopTransformJobCommand,
} from '@aws-sdk/client-sagemaker';
import type { JobRecord } from '../../domain/registry/entities.ts';

export interface JobStopper {
  /** What has ended, or was never there, is stopped already. Endpoints are not jobs: nothing is done to them. */
  stop(job: Pick<JobRecord, 'kind' | 'name'>): Promise<void>;
}

export function sageMakerStop(client: SageMakerClient): JobStopper {
  const transform = (name: string) => client.send(new StopTransformJobCommand({ TransformJobName: name }));
  const stoppers: Readonly<Record<JobRecord['kind'], (name: string) => Promise<unknown>>> = {
    training: (name) => client.send(new StopTrainingJobCommand({ TrainingJobName: name })),
    tuning: (name) => client.send(new StopHyperParameterTuningJobCommand({ HyperParameterTuningJobName: name })),
    transform,
    parity: transform,
    'batch-transform': transform,
    endpoint: () => Promise.resolve(),
  };
  return {
    async stop({ kind, name }) {
      try {
        await stoppers[kind](name);
      } catch (error) {
        // a job that is not in progress answers with one of these
        const over = error instanceof Error && /^(ResourceNotFound|ValidationException)$/.test(error.name);
        if (!over) throw error;
      }
    },
  };
}
