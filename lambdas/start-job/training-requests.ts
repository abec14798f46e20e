import type {
  Channel,
  CreateHyperParameterTuningJobCommandInput,
  CreateTrainingJobCommandInput,
  CreateTransformJobCommandInput,
  MetricDefinition,
  ParameterRanges,
} from '@aws-sdk/client-sagemaker';
import { durationMs } from '../../domain/duration.ts';
import { lakeKeys } from '../../domain/names.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { xgboostImage } from '../../domain/training/images.ts';
import { maxRuntimeSeconds } from '../../domain/training/limits.ts';

export interface JobContext {
  readonly spec: ModelSpec;
  readonly model: string;
  readonly runId: string;
  readonly lakeBucket: string;
  readonly roleArn: string;
  readonly region: string;
  /** On `local` the containers' local commands are passed on. */
  readonly stage: string;
}

/** How long a spot job may wait for capacity besides its runtime. */
const SPOT_WAIT_SECONDS = 3_600;

export function trainingImage({ training }: ModelSpec, region: string): string {
  if (training.container) return training.container.image;
  return xgboostImage(region, training.xgboost?.version ?? '3.0-5');
}

/** SageMaker takes every value as text. */
export function hyperparameters({ training }: ModelSpec): Record<string, string> {
  const given = training.container?.hyperparameters ?? training.xgboost?.hyperparameters ?? {};
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value)]));
}

/** What a `container` algorithm needs to run as a local process; nothing in AWS. */
export function containerEnvironment({ spec, stage }: Pick<JobContext, 'spec' | 'stage'>): Record<string, string> {
  const command = spec.training.container?.localCommand;
  return stage === 'local' && command ? { MILLRACE_LOCAL_COMMAND: JSON.stringify(command) } : {};
}

export function trainingJobRequest(context: JobContext, name: string, spot: boolean): CreateTrainingJobCommandInput {
  const { spec } = context;
  return {
    TrainingJobName: name,
    HyperParameters: hyperparameters(spec),
    Environment: containerEnvironment(context),
    ...jobDefinition(context, name, spot, maxRuntimeSeconds(spec.training)),
  };
}

export function tuningJobRequest(
  context: JobContext,
  name: string,
  spot: boolean,
): CreateHyperParameterTuningJobCommandInput {
  const { tuning } = context.spec.training;
  if (!tuning) throw new Error(`${context.runId}: the spec has no training.tuning`);
  const fixed = Object.entries(hyperparameters(context.spec)).filter(([key]) => !(key in tuning.ranges));
  const definition = jobDefinition(context, name, spot, maxRuntimeSeconds(context.spec.training, tuning.maxJobs));
  return {
    HyperParameterTuningJobName: name,
    HyperParameterTuningJobConfig: {
      Strategy: tuning.strategy,
      HyperParameterTuningJobObjective: {
        Type: tuning.objective.goal,
        MetricName: tuning.objective.metric,
      },
      ResourceLimits: {
        MaxNumberOfTrainingJobs: tuning.maxJobs,
        MaxParallelTrainingJobs: tuning.maxParallelJobs,
      },
      ParameterRanges: parameterRanges(tuning.ranges),
      // the same run asks for the same search
      RandomSeed: Number.parseInt(name.replace(/[^0-9a-f]/g, '').slice(0, 7), 16),
    },
    TrainingJobDefinition: {
      StaticHyperParameters: Object.fromEntries(fixed),
      Environment: containerEnvironment(context),
      ...definition,
      AlgorithmSpecification: {
        ...definition.AlgorithmSpecification,
        ...(context.spec.training.container && { MetricDefinitions: [loggedMetric(tuning.objective.metric)] }),
      },
    },
  };
}

/** SageMaker knows the metrics of its own images; another one logs `[<round>] … <channel>-<metric>:<value>`, as XGBoost does. */
function loggedMetric(name: string): MetricDefinition {
  const logged = name.replace(':', '-').replace(/[^A-Za-z0-9_-]/g, '\\$&');
  return { Name: name, Regex: `\\[[0-9]+\\].*${logged}:(\\S+)` };
}

/** Hyperparameters that XGBoost takes as whole numbers. */
const WHOLE_NUMBERS = new Set([
  'num_round',
  'max_depth',
  'max_leaves',
  'max_bin',
  'num_parallel_tree',
  'max_delta_step',
]);

function parameterRanges(ranges: NonNullable<ModelSpec['training']['tuning']>['ranges']): ParameterRanges {
  const result: Required<
    Pick<ParameterRanges, 'IntegerParameterRanges' | 'ContinuousParameterRanges' | 'CategoricalParameterRanges'>
  > = {
    IntegerParameterRanges: [],
    ContinuousParameterRanges: [],
    CategoricalParameterRanges: [],
  };
  for (const [Name, range] of Object.entries(ranges)) {
    if ('values' in range) {
      result.CategoricalParameterRanges.push({ Name, Values: range.values.map(String) });
      continue;
    }
    const list = WHOLE_NUMBERS.has(Name) ? result.IntegerParameterRanges : result.ContinuousParameterRanges;
    list.push({
      Name,
      MinValue: String(range.min),
      MaxValue: String(range.max),
      ScalingType: range.scale === 'logarithmic' ? 'Logarithmic' : 'Linear',
    });
  }
  return result;
}

function jobDefinition(context: JobContext, name: string, spot: boolean, maxRuntime: number) {
  const { spec, lakeBucket, model, runId } = context;
  const folder = `s3://${lakeBucket}/${lakeKeys.runFolder(model, runId)}`;
  return {
    AlgorithmSpecification: { TrainingImage: trainingImage(spec, context.region), TrainingInputMode: 'File' as const },
    RoleArn: context.roleArn,
    InputDataConfig: [channel('train', `${folder}/train/`), channel('validation', `${folder}/validation/`)],
    OutputDataConfig: { S3OutputPath: `s3://${lakeBucket}/${lakeKeys.jobOutput(model, runId)}` },
    ResourceConfig: {
      InstanceType: spec.training.instance,
      InstanceCount: 1,
      VolumeSizeInGB: spec.training.volumeGb,
    } as {
      InstanceType: never;
      InstanceCount: number;
      VolumeSizeInGB: number;
    },
    StoppingCondition: {
      MaxRuntimeInSeconds: maxRuntime,
      ...(spot ? { MaxWaitTimeInSeconds: maxRuntime + SPOT_WAIT_SECONDS } : {}),
    },
    EnableManagedSpotTraining: spot,
    // an interrupted spot job goes on from its checkpoint, and may then wait for more than an hour
    ...(spot ? { CheckpointConfig: { S3Uri: `${folder}/checkpoints/${name}/` } } : {}),
  };
}

function channel(ChannelName: string, S3Uri: string): Channel {
  return {
    ChannelName,
    ContentType: 'text/csv',
    InputMode: 'File',
    DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri, S3DataDistributionType: 'FullyReplicated' } },
  };
}

/** Scores the holdout's features in the model's own container. @param modelName SageMaker's, of the same name by default */
export function transformJobRequest(
  { spec, lakeBucket, model, runId }: Pick<JobContext, 'spec' | 'lakeBucket' | 'model' | 'runId'>,
  name: string,
  modelName = name,
): CreateTransformJobCommandInput {
  return {
    TransformJobName: name,
    ModelName: modelName,
    MaxConcurrentTransforms: 1,
    ModelClientConfig: { InvocationsTimeoutInSeconds: Math.min(3_600, durationMs(spec.training.maxRuntime) / 1_000) },
    BatchStrategy: 'MultiRecord',
    TransformInput: {
      ContentType: 'text/csv',
      SplitType: 'Line',
      DataSource: {
        S3DataSource: { S3DataType: 'S3Prefix', S3Uri: `s3://${lakeBucket}/${lakeKeys.holdoutFeatures(model, runId)}` },
      },
    },
    TransformOutput: {
      S3OutputPath: `s3://${lakeBucket}/${lakeKeys.jobOutput(model, runId)}/${name}`,
      Accept: 'text/csv',
      AssembleWith: 'Line',
    },
    TransformResources: { InstanceType: spec.training.instance as never, InstanceCount: 1 },
  };
}
