import * as z from 'zod';
import { listInput } from '../listing.ts';
import { environment, ImageUri, KmsKeyId, Name, RoleArn, S3Uri, Tags, VpcConfig } from './common.ts';

export const CreateModelRequest = z.strictObject({
  ModelName: Name,
  PrimaryContainer: z.strictObject({
    Image: ImageUri,
    Mode: z.literal('SingleModel').optional(),
    ModelDataUrl: S3Uri.optional(),
    Environment: environment(1024, 100),
  }),
  ExecutionRoleArn: RoleArn,
  EnableNetworkIsolation: z.boolean().optional(),
  VpcConfig,
  Tags,
});
export type CreateModelRequest = z.output<typeof CreateModelRequest>;

/** 1,024 to 6,144 MB in steps of 1 GB. */
const MemorySizeInMB = z
  .number()
  .int()
  .min(1024)
  .max(6144)
  .refine((megabytes) => megabytes % 1024 === 0, { error: 'Member must be a multiple of 1024' });

const ServerlessConfig = z.strictObject({
  MemorySizeInMB,
  MaxConcurrency: z.number().int().min(1).max(200),
  ProvisionedConcurrency: z.number().int().min(1).max(200).optional(),
});

export const ProductionVariant = z
  .strictObject({
    VariantName: Name,
    ModelName: Name,
    InitialInstanceCount: z.number().int().min(1).optional(),
    InstanceType: z
      .string()
      .regex(/^ml\.[a-z0-9.-]+$/)
      .optional(),
    InitialVariantWeight: z.number().min(0).optional(),
    ServerlessConfig: ServerlessConfig.optional(),
    VolumeSizeInGB: z.number().int().min(1).max(512).optional(),
    ModelDataDownloadTimeoutInSeconds: z.number().int().min(60).max(3600).optional(),
    ContainerStartupHealthCheckTimeoutInSeconds: z.number().int().min(60).max(3600).optional(),
  })
  .refine(
    (variant) =>
      variant.ServerlessConfig
        ? variant.InstanceType === undefined && variant.InitialInstanceCount === undefined
        : variant.InstanceType !== undefined && variant.InitialInstanceCount !== undefined,
    { error: 'Member must have either ServerlessConfig or both InstanceType and InitialInstanceCount' },
  );
export type ProductionVariant = z.output<typeof ProductionVariant>;

const TopicArn = z
  .string()
  .max(2048)
  .regex(/^arn:aws[a-z-]*:sns:[a-z0-9-]*:[0-9]{12}:[a-zA-Z0-9_.-]+$/);

const AsyncInferenceConfig = z.strictObject({
  ClientConfig: z
    .strictObject({ MaxConcurrentInvocationsPerInstance: z.number().int().min(1).max(1000).optional() })
    .optional(),
  OutputConfig: z.strictObject({
    S3OutputPath: S3Uri,
    S3FailurePath: S3Uri.optional(),
    NotificationConfig: z
      .strictObject({ SuccessTopic: TopicArn.optional(), ErrorTopic: TopicArn.optional() })
      .optional(),
  }),
});
export type AsyncInferenceConfig = z.output<typeof AsyncInferenceConfig>;

export const CreateEndpointConfigRequest = z
  .strictObject({
    EndpointConfigName: Name,
    ProductionVariants: z.array(ProductionVariant).min(1).max(10),
    KmsKeyId,
    ExecutionRoleArn: RoleArn.optional(),
    VpcConfig,
    EnableNetworkIsolation: z.boolean().optional(),
    AsyncInferenceConfig: AsyncInferenceConfig.optional(),
    Tags,
  })
  .refine((config) => !config.AsyncInferenceConfig || !config.ProductionVariants.some((v) => v.ServerlessConfig), {
    error: 'An asynchronous endpoint configuration must have instances',
    path: ['AsyncInferenceConfig'],
  })
  .refine(
    (config) => config.ProductionVariants.length === 1 || !config.ProductionVariants.some((v) => v.ServerlessConfig),
    {
      error: 'A serverless endpoint configuration must have exactly one production variant',
      path: ['ProductionVariants'],
    },
  );
export type CreateEndpointConfigRequest = z.output<typeof CreateEndpointConfigRequest>;

export const CreateEndpointRequest = z.strictObject({ EndpointName: Name, EndpointConfigName: Name, Tags });

export const ModelNameRequest = z.strictObject({ ModelName: Name });
export const EndpointConfigNameRequest = z.strictObject({ EndpointConfigName: Name });
export const EndpointNameRequest = z.strictObject({ EndpointName: Name });

const NoStatus = z.never();
export const EndpointStatus = z.enum(['Creating', 'InService', 'Deleting', 'Failed', 'OutOfService', 'Updating']);
export type EndpointStatus = z.output<typeof EndpointStatus>;

export const ListModelsRequest = listInput(['Name', 'CreationTime'], NoStatus);
export const ListEndpointConfigsRequest = listInput(['Name', 'CreationTime'], NoStatus);
export const ListEndpointsRequest = listInput(['Name', 'CreationTime', 'Status'], EndpointStatus);

const Arn = z.string().max(256).startsWith('arn:');
export const AddTagsRequest = z.strictObject({ ResourceArn: Arn, Tags: Tags.unwrap() });
export const ListTagsRequest = z.strictObject({
  ResourceArn: Arn,
  NextToken: z.string().optional(),
  MaxResults: z.number().int().min(50).optional(),
});
export const DeleteTagsRequest = z.strictObject({ ResourceArn: Arn, TagKeys: z.array(z.string()).min(1).max(50) });
