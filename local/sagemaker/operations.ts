import type * as z from 'zod';
import { AsyncQueues } from './async-queues.ts';
import type { Context } from './context.ts';
import { Endpoints } from './endpoints.ts';
import { Models } from './models.ts';
import { AwsError, parseRequest } from './protocol.ts';
import { Scaling } from './scaling.ts';
import * as hosting from './schemas/hosting.ts';
import * as scalingSchemas from './schemas/scaling.ts';
import * as training from './schemas/training.ts';
import * as transform from './schemas/transform.ts';
import * as tuning from './schemas/tuning.ts';
import { Tagging } from './tags.ts';
import { TrainingJobs } from './training-jobs.ts';
import { TransformJobs } from './transform-jobs.ts';
import { TuningJobs } from './tuning-jobs.ts';

type Operation = (input: unknown) => unknown;

/** Ties a strict input schema to what the operation does. */
const operation =
  <Schema extends z.ZodType>(schema: Schema, run: (input: z.output<Schema>) => unknown): Operation =>
  (input) =>
    run(parseRequest(schema, input));

export interface ControlPlane {
  readonly endpoints: Endpoints;
  readonly queues: AsyncQueues;
  /** @throws AwsError */
  call(name: string, input: unknown): Promise<unknown>;
  /** An operation of Application Auto Scaling. @throws AwsError */
  callScaling(name: string, input: unknown): Promise<unknown>;
  recover(): void;
  shutdown(): Promise<void>;
}

function find(operations: Record<string, Operation>, name: string): Operation {
  const found = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (found) return found;
  throw new AwsError(
    'UnknownOperationException',
    `The operation ${name} is not supported by the local SageMaker (docs/local-support.md lists what is)`,
  );
}

export function controlPlane(context: Context, tagsPath: string): ControlPlane {
  const tags = new Tagging(tagsPath);
  const models = new Models(context, tags);
  const endpoints = new Endpoints(context, tags, models);
  const queues = new AsyncQueues(context, endpoints);
  const scaling = new Scaling(context, (name) => endpoints.scalable(name));
  const jobs = new TrainingJobs(context, tags);
  const tuningJobs = new TuningJobs(context, tags, jobs);
  const transformJobs = new TransformJobs(context, tags, models);
  const operations: Record<string, Operation> = {
    CreateTrainingJob: operation(training.CreateTrainingJobRequest, (input) => jobs.create(input)),
    DescribeTrainingJob: operation(training.TrainingJobNameRequest, (input) => jobs.describe(input.TrainingJobName)),
    ListTrainingJobs: operation(training.ListTrainingJobsRequest, (input) => jobs.list(input)),
    StopTrainingJob: operation(training.TrainingJobNameRequest, (input) => jobs.stop(input.TrainingJobName)),
    DeleteTrainingJob: operation(training.TrainingJobNameRequest, (input) => jobs.delete(input.TrainingJobName)),
    CreateHyperParameterTuningJob: operation(tuning.CreateHyperParameterTuningJobRequest, (input) =>
      tuningJobs.create(input),
    ),
    DescribeHyperParameterTuningJob: operation(tuning.TuningJobNameRequest, (input) =>
      tuningJobs.describe(input.HyperParameterTuningJobName),
    ),
    ListHyperParameterTuningJobs: operation(tuning.ListHyperParameterTuningJobsRequest, (input) =>
      tuningJobs.list(input),
    ),
    StopHyperParameterTuningJob: operation(tuning.TuningJobNameRequest, (input) =>
      tuningJobs.stop(input.HyperParameterTuningJobName),
    ),
    ListTrainingJobsForHyperParameterTuningJob: operation(tuning.ListTrainingJobsForTuningRequest, (input) =>
      tuningJobs.listTrainingJobs(input),
    ),
    CreateTransformJob: operation(transform.CreateTransformJobRequest, (input) => transformJobs.create(input)),
    DescribeTransformJob: operation(transform.TransformJobNameRequest, (input) =>
      transformJobs.describe(input.TransformJobName),
    ),
    ListTransformJobs: operation(transform.ListTransformJobsRequest, (input) => transformJobs.list(input)),
    StopTransformJob: operation(transform.TransformJobNameRequest, (input) =>
      transformJobs.stop(input.TransformJobName),
    ),
    CreateModel: operation(hosting.CreateModelRequest, (input) => models.createModel(input)),
    DescribeModel: operation(hosting.ModelNameRequest, (input) => models.describeModel(input.ModelName)),
    ListModels: operation(hosting.ListModelsRequest, (input) => models.listModels(input)),
    DeleteModel: operation(hosting.ModelNameRequest, (input) => models.deleteModel(input.ModelName)),
    CreateEndpointConfig: operation(hosting.CreateEndpointConfigRequest, (input) => models.createConfig(input)),
    DescribeEndpointConfig: operation(hosting.EndpointConfigNameRequest, (input) =>
      models.describeConfig(input.EndpointConfigName),
    ),
    ListEndpointConfigs: operation(hosting.ListEndpointConfigsRequest, (input) => models.listConfigs(input)),
    DeleteEndpointConfig: operation(hosting.EndpointConfigNameRequest, (input) =>
      models.deleteConfig(input.EndpointConfigName),
    ),
    CreateEndpoint: operation(hosting.CreateEndpointRequest, (input) => endpoints.create(input)),
    DescribeEndpoint: operation(hosting.EndpointNameRequest, (input) => endpoints.describe(input.EndpointName)),
    ListEndpoints: operation(hosting.ListEndpointsRequest, (input) => endpoints.list(input)),
    DeleteEndpoint: operation(hosting.EndpointNameRequest, (input) => {
      endpoints.delete(input.EndpointName);
      scaling.endpointDeleted(input.EndpointName);
    }),
    AddTags: operation(hosting.AddTagsRequest, (input) => ({ Tags: tags.add(input.ResourceArn, input.Tags) })),
    ListTags: operation(hosting.ListTagsRequest, (input) => ({ Tags: tags.get(input.ResourceArn) })),
    DeleteTags: operation(hosting.DeleteTagsRequest, (input) => {
      tags.remove(input.ResourceArn, input.TagKeys);
      return {};
    }),
  };
  const scaled: Record<string, Operation> = {
    RegisterScalableTarget: operation(scalingSchemas.RegisterScalableTargetRequest, (input) => scaling.register(input)),
    DeregisterScalableTarget: operation(scalingSchemas.DeregisterScalableTargetRequest, (input) =>
      scaling.deregister(input),
    ),
    PutScalingPolicy: operation(scalingSchemas.PutScalingPolicyRequest, (input) => scaling.putPolicy(input)),
    DescribeScalableTargets: operation(scalingSchemas.DescribeScalableTargetsRequest, (input) =>
      scaling.describeTargets(input),
    ),
    DescribeScalingPolicies: operation(scalingSchemas.DescribeScalingPoliciesRequest, (input) =>
      scaling.describePolicies(input),
    ),
  };
  return {
    endpoints,
    queues,
    call: async (name, input) => find(operations, name)(input),
    callScaling: async (name, input) => find(scaled, name)(input),
    recover() {
      jobs.recover();
      tuningJobs.recover();
      transformJobs.recover();
      endpoints.recover();
      queues.recover();
    },
    async shutdown() {
      const queuesEnd = queues.shutdown();
      const tuningEnd = tuningJobs.shutdown();
      await Promise.all([jobs.shutdown(), transformJobs.shutdown(), endpoints.shutdown()]);
      await Promise.all([queuesEnd, tuningEnd]);
    },
  };
}
