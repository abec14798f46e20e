import * as z from 'zod';
import { listInput } from '../listing.ts';
import { environment, KmsKeyId, Name, S3Uri, Tags } from './common.ts';

export const CreateTransformJobRequest = z.strictObject({
  TransformJobName: Name,
  ModelName: Name,
  MaxConcurrentTransforms: z.number().int().min(0).max(100).optional(),
  ModelClientConfig: z
    .strictObject({
      InvocationsTimeoutInSeconds: z.number().int().min(1).max(3600).optional(),
      InvocationsMaxRetries: z.number().int().min(0).max(3).optional(),
    })
    .optional(),
  MaxPayloadInMB: z.number().int().min(0).max(100).optional(),
  BatchStrategy: z.enum(['MultiRecord', 'SingleRecord']).optional(),
  Environment: environment(10_240, 16),
  TransformInput: z.strictObject({
    DataSource: z.strictObject({ S3DataSource: z.strictObject({ S3DataType: z.literal('S3Prefix'), S3Uri }) }),
    ContentType: z.string().max(256).optional(),
    CompressionType: z.literal('None').optional(),
    SplitType: z.enum(['None', 'Line']).optional(),
  }),
  TransformOutput: z.strictObject({
    S3OutputPath: S3Uri,
    Accept: z.string().max(256).optional(),
    AssembleWith: z.enum(['None', 'Line']).optional(),
    KmsKeyId,
  }),
  TransformResources: z.strictObject({
    InstanceType: z.string().regex(/^ml\.[a-z0-9.-]+$/),
    InstanceCount: z.number().int().min(1),
    VolumeKmsKeyId: KmsKeyId,
  }),
  Tags,
});
export type CreateTransformJobRequest = z.output<typeof CreateTransformJobRequest>;

export const TransformJobNameRequest = z.strictObject({ TransformJobName: Name });

const Status = z.enum(['InProgress', 'Completed', 'Failed', 'Stopping', 'Stopped']);
export type TransformJobStatus = z.output<typeof Status>;
export const ListTransformJobsRequest = listInput(['Name', 'CreationTime', 'Status'], Status);
