import type { CreateEndpointConfigCommandInput, CreateModelCommandInput } from '@aws-sdk/client-sagemaker';
import { asyncKeys } from '../../domain/names.ts';
import type { ModelVersion } from '../../domain/registry/entities.ts';
import { VARIANT } from '../../domain/rollout/endpoint-scaling.ts';
import { DEFAULT_MAX_CONCURRENCY, type DeploymentSpec } from '../../domain/spec/deployment.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { containerEnvironment } from './training-requests.ts';

/** Memory of a serverless endpoint unless the spec says more. */
const DEFAULT_MEMORY_MB = 2_048;
const DEFAULT_INSTANCE = 'ml.m5.large';

export function modelRequest(
  name: string,
  { image, artifacts }: Pick<ModelVersion, 'image' | 'artifacts'>,
  { spec, stage, roleArn }: { spec: ModelSpec; stage: string; roleArn: string },
): CreateModelCommandInput {
  const { bucket, key } = artifacts.model;
  return {
    ModelName: name,
    ExecutionRoleArn: roleArn,
    PrimaryContainer: {
      Image: image,
      ModelDataUrl: `s3://${bucket}/${key}`,
      Environment: containerEnvironment({ spec, stage }),
    },
  };
}

/** One immutable configuration per version; the variant carries all of the endpoint's traffic. */
export function endpointConfigRequest(
  name: string,
  deployment: DeploymentSpec,
  answers: AsyncAnswers,
): CreateEndpointConfigCommandInput {
  return {
    EndpointConfigName: name,
    ProductionVariants: [{ VariantName: VARIANT, ModelName: name, ...capacity(deployment) }],
    ...(deployment.target === 'async' ? { AsyncInferenceConfig: asyncInference(deployment, answers) } : {}),
  };
}

/** Where an endpoint of target `async` writes what it answered, and who is told. */
export interface AsyncAnswers {
  readonly model: string;
  readonly lakeBucket: string;
  readonly topicArn: string;
}

function asyncInference({ async }: DeploymentSpec, { model, lakeBucket, topicArn }: AsyncAnswers) {
  const most = async?.maxInvocationsPerInstance;
  return {
    ...(most === undefined ? {} : { ClientConfig: { MaxConcurrentInvocationsPerInstance: most } }),
    OutputConfig: {
      S3OutputPath: `s3://${lakeBucket}/${asyncKeys.outputs}${model}`,
      S3FailurePath: `s3://${lakeBucket}/${asyncKeys.errors}${model}`,
      NotificationConfig: { SuccessTopic: topicArn, ErrorTopic: topicArn },
    },
  };
}

function capacity(deployment: DeploymentSpec) {
  const { provisionedConcurrency } = deployment;
  if (deployment.target === 'realtime' || deployment.target === 'async') {
    return {
      InstanceType: (deployment.instance ?? DEFAULT_INSTANCE) as never,
      // an asynchronous endpoint that scales to 0 begins with one, which is verified
      InitialInstanceCount: deployment.instanceCount ?? Math.max(1, deployment.scaling?.min ?? 1),
      InitialVariantWeight: 1,
    };
  }
  return {
    ServerlessConfig: {
      MemorySizeInMB: deployment.memoryMb ?? DEFAULT_MEMORY_MB,
      MaxConcurrency: deployment.maxConcurrency ?? DEFAULT_MAX_CONCURRENCY,
      ...(provisionedConcurrency === undefined ? {} : { ProvisionedConcurrency: provisionedConcurrency }),
    },
  };
}
