import * as z from 'zod';

/** Most names: letters, digits and single or repeated hyphens, neither first nor last; 63 characters. */
const NAME = /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/;
/** Tuning jobs: 32 characters. */
const TUNING_NAME = /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,31}$/;

export const Name = z.string().max(63).regex(NAME);
export const TuningJobName = z.string().max(32).regex(TUNING_NAME);
export const RoleArn = z
  .string()
  .min(20)
  .max(2048)
  .regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/?[a-zA-Z_0-9+=,.@\-_/]+$/);
export const S3Uri = z
  .string()
  .max(1024)
  .regex(/^s3:\/\/([^/]+)\/?(.*)$/);
export const ImageUri = z.string().min(1).max(255).regex(/^\S+$/);
export const KmsKeyId = z.string().max(2048).optional();

/** @param max longest value allowed for this kind of resource @param entries most variables */
export const environment = (max: number, entries: number) =>
  z
    .record(
      z
        .string()
        .max(max)
        .regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/),
      z.string().max(max),
    )
    .refine((variables) => Object.keys(variables).length <= entries, {
      error: `Member must have length less than or equal to ${entries}`,
    })
    .optional();

export const HyperParameters = z
  .record(z.string().max(256), z.string().max(2500))
  .refine((parameters) => Object.keys(parameters).length <= 100, {
    error: 'Member must have length less than or equal to 100',
  })
  .optional();

export const Tags = z
  .array(z.strictObject({ Key: z.string().min(1).max(128), Value: z.string().max(256) }))
  .max(50)
  .optional();

export const VpcConfig = z
  .strictObject({ SecurityGroupIds: z.array(z.string()).min(1).max(5), Subnets: z.array(z.string()).min(1).max(16) })
  .optional();

export type Tag = { readonly Key: string; readonly Value: string };
