import * as z from 'zod';
import { listInput } from '../listing.ts';
import { environment, HyperParameters, ImageUri, KmsKeyId, Name, RoleArn, S3Uri, Tags, VpcConfig } from './common.ts';

export const MetricDefinitions = z
  .array(z.strictObject({ Name: z.string().min(1).max(255), Regex: z.string().min(1).max(500) }))
  .max(40)
  .optional();

/** FastFile is served as File: the whole channel is downloaded before the start. */
const InputMode = z.enum(['File', 'FastFile']);

export const Channel = z.strictObject({
  ChannelName: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/),
  DataSource: z.strictObject({
    S3DataSource: z.strictObject({
      S3DataType: z.literal('S3Prefix'),
      S3Uri,
      S3DataDistributionType: z.enum(['FullyReplicated', 'ShardedByS3Key']).optional(),
    }),
  }),
  ContentType: z.string().max(256).optional(),
  CompressionType: z.literal('None').optional(),
  RecordWrapperType: z.literal('None').optional(),
  InputMode: InputMode.optional(),
});

export const OutputDataConfig = z.strictObject({
  S3OutputPath: S3Uri,
  KmsKeyId,
  CompressionType: z.literal('GZIP').optional(),
});

export const ResourceConfig = z.strictObject({
  InstanceType: z.string().regex(/^ml\.[a-z0-9.-]+$/),
  InstanceCount: z.literal(1),
  VolumeSizeInGB: z.number().int().min(1),
  VolumeKmsKeyId: KmsKeyId,
  KeepAlivePeriodInSeconds: z.literal(0).optional(),
});

export const StoppingCondition = z.strictObject({
  MaxRuntimeInSeconds: z
    .number()
    .int()
    .min(1)
    .max(28 * 86_400)
    .optional(),
  MaxWaitTimeInSeconds: z.number().int().min(1).optional(),
});

export const CheckpointConfig = z
  .strictObject({ S3Uri, LocalPath: z.string().startsWith('/opt/ml/').optional() })
  .optional();

export const RetryStrategy = z.strictObject({ MaximumRetryAttempts: z.number().int().min(1).max(30) }).optional();

/** What a training job and the training job definition of a tuning job have in common. */
export const TrainingFields = {
  RoleArn,
  InputDataConfig: z.array(Channel).min(1).max(20).optional(),
  OutputDataConfig,
  ResourceConfig,
  VpcConfig,
  StoppingCondition,
  EnableNetworkIsolation: z.boolean().optional(),
  EnableInterContainerTrafficEncryption: z.boolean().optional(),
  EnableManagedSpotTraining: z.boolean().optional(),
  CheckpointConfig,
  RetryStrategy,
};

export const AlgorithmSpecification = z.strictObject({
  TrainingImage: ImageUri,
  TrainingInputMode: InputMode,
  MetricDefinitions,
  EnableSageMakerMetricsTimeSeries: z.boolean().optional(),
});

export const CreateTrainingJobRequest = z.strictObject({
  TrainingJobName: Name,
  HyperParameters,
  AlgorithmSpecification,
  ...TrainingFields,
  Environment: environment(512, 100),
  Tags,
});
export type CreateTrainingJobRequest = z.output<typeof CreateTrainingJobRequest>;

export const TrainingJobNameRequest = z.strictObject({ TrainingJobName: Name });

const Status = z.enum(['InProgress', 'Completed', 'Failed', 'Stopping', 'Stopped', 'Deleting']);
export const ListTrainingJobsRequest = listInput(['Name', 'CreationTime', 'Status'], Status);

export type TrainingJobStatus = z.output<typeof Status>;
export const TrainingJobStatus = Status;

export type SecondaryStatus =
  | 'Starting'
  | 'Downloading'
  | 'Training'
  | 'Uploading'
  | 'Stopping'
  | 'Stopped'
  | 'MaxRuntimeExceeded'
  | 'Completed'
  | 'Failed';
