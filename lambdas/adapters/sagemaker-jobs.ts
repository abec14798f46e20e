import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  type CreateEndpointConfigCommandInput,
  CreateHyperParameterTuningJobCommand,
  type CreateHyperParameterTuningJobCommandInput,
  CreateModelCommand,
  type CreateModelCommandInput,
  CreateTrainingJobCommand,
  type CreateTrainingJobCommandInput,
  CreateTransformJobCommand,
  type CreateTransformJobCommandInput,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { UnavailableError } from '../../domain/common-errors.ts';
import { REGISTRY_TAG } from '../../domain/endpoints/orphans.ts';
import { QuotaExceededError } from '../../domain/training/errors.ts';

/** Creates what is not there yet: a name that exists already means an earlier attempt got this far, and gives false. */
export interface SageMakerJobs {
  createTrainingJob(request: CreateTrainingJobCommandInput): Promise<boolean>;
  createTuningJob(request: CreateHyperParameterTuningJobCommandInput): Promise<boolean>;
  createTransformJob(request: CreateTransformJobCommandInput): Promise<boolean>;
  createModel(request: CreateModelCommandInput): Promise<boolean>;
  createEndpointConfig(request: CreateEndpointConfigCommandInput): Promise<boolean>;
  createEndpoint(name: string): Promise<boolean>;
}

/** @param table the registry's: its name is on everything that outlives a job, so that orphans are known by it */
export function sageMakerJobs(client: SageMakerClient, table: string): SageMakerJobs {
  const Tags = [{ Key: REGISTRY_TAG, Value: table }];
  return {
    createTrainingJob: (request) => create(() => client.send(new CreateTrainingJobCommand(request))),
    createTuningJob: (request) => create(() => client.send(new CreateHyperParameterTuningJobCommand(request))),
    createTransformJob: (request) => create(() => client.send(new CreateTransformJobCommand(request))),
    createModel: (request) => create(() => client.send(new CreateModelCommand({ ...request, Tags }))),
    createEndpointConfig: (request) => create(() => client.send(new CreateEndpointConfigCommand({ ...request, Tags }))),
    createEndpoint: (name) =>
      create(() => client.send(new CreateEndpointCommand({ EndpointName: name, EndpointConfigName: name, Tags }))),
  };
}

async function create(send: () => Promise<unknown>): Promise<boolean> {
  try {
    await send();
    return true;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (exists(error)) return false;
    if (error.name === 'ResourceLimitExceeded') throw new QuotaExceededError(error.message, { cause: error });
    // also of a model or configuration that was created a moment ago: reads are eventually consistent
    if (error.name === 'ThrottlingException' || /^could not find/i.test(error.message)) {
      throw new UnavailableError(error.message, { cause: error });
    }
    throw error;
  }
}

/** Jobs answer ResourceInUse; models, configs and endpoints a ValidationException that says so. */
function exists(error: Error): boolean {
  return (
    error.name === 'ResourceInUse' || (error.name === 'ValidationException' && /already exist/i.test(error.message))
  );
}
