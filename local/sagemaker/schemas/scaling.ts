import * as z from 'zod';

const scaled = {
  ServiceNamespace: z.literal('sagemaker'),
  ResourceId: z
    .string()
    .max(1600)
    .regex(/^endpoint\/[a-zA-Z0-9-]+\/variant\/[a-zA-Z0-9-]+$/),
  ScalableDimension: z.enum([
    'sagemaker:variant:DesiredInstanceCount',
    'sagemaker:variant:DesiredProvisionedConcurrency',
  ]),
};
export interface Scaled {
  readonly ResourceId: string;
  readonly ScalableDimension: string;
}

const Capacity = z.number().int().min(0);
export const RegisterScalableTargetRequest = z
  .strictObject({ ...scaled, MinCapacity: Capacity, MaxCapacity: Capacity })
  .refine((target) => target.MinCapacity <= target.MaxCapacity, {
    error: 'Maximum capacity cannot be less than minimum capacity',
  });
export type RegisterScalableTargetRequest = z.output<typeof RegisterScalableTargetRequest>;

const Seconds = z.number().int().min(0);
const Dimension = z.strictObject({ Name: z.string(), Value: z.string() });

const TargetTracking = z
  .strictObject({
    TargetValue: z.number().positive(),
    PredefinedMetricSpecification: z
      .strictObject({
        PredefinedMetricType: z.enum([
          'SageMakerVariantInvocationsPerInstance',
          'SageMakerVariantProvisionedConcurrencyUtilization',
        ]),
      })
      .optional(),
    CustomizedMetricSpecification: z
      .strictObject({
        MetricName: z.string(),
        Namespace: z.string(),
        Dimensions: z.array(Dimension).optional(),
        Statistic: z.enum(['Average', 'Minimum', 'Maximum', 'SampleCount', 'Sum']),
        Unit: z.string().optional(),
      })
      .optional(),
    ScaleInCooldown: Seconds.optional(),
    ScaleOutCooldown: Seconds.optional(),
    DisableScaleIn: z.boolean().optional(),
  })
  .refine((policy) => !policy.PredefinedMetricSpecification !== !policy.CustomizedMetricSpecification, {
    error: 'Exactly one metric specification must be given',
  });

const StepScaling = z.strictObject({
  AdjustmentType: z.enum(['ChangeInCapacity', 'PercentChangeInCapacity', 'ExactCapacity']),
  StepAdjustments: z
    .array(
      z.strictObject({
        MetricIntervalLowerBound: z.number().optional(),
        MetricIntervalUpperBound: z.number().optional(),
        ScalingAdjustment: z.number().int(),
      }),
    )
    .min(1)
    .max(20),
  Cooldown: Seconds.optional(),
  MetricAggregationType: z.enum(['Average', 'Minimum', 'Maximum']).optional(),
});

export const PutScalingPolicyRequest = z
  .strictObject({
    ...scaled,
    PolicyName: z.string().min(1).max(256),
    PolicyType: z.enum(['TargetTrackingScaling', 'StepScaling']),
    TargetTrackingScalingPolicyConfiguration: TargetTracking.optional(),
    StepScalingPolicyConfiguration: StepScaling.optional(),
  })
  .refine(
    (policy) =>
      (policy.PolicyType === 'TargetTrackingScaling') === Boolean(policy.TargetTrackingScalingPolicyConfiguration) &&
      (policy.PolicyType === 'StepScaling') === Boolean(policy.StepScalingPolicyConfiguration),
    { error: 'The configuration must be that of the policy type' },
  );
export type PutScalingPolicyRequest = z.output<typeof PutScalingPolicyRequest>;

export const DeregisterScalableTargetRequest = z.strictObject(scaled);
export type DeregisterScalableTargetRequest = z.output<typeof DeregisterScalableTargetRequest>;

export const DescribeScalableTargetsRequest = z.strictObject({
  ServiceNamespace: scaled.ServiceNamespace,
  ResourceIds: z.array(z.string()).max(50).optional(),
  ScalableDimension: scaled.ScalableDimension.optional(),
});
export const DescribeScalingPoliciesRequest = z.strictObject({
  ServiceNamespace: scaled.ServiceNamespace,
  ResourceId: z.string().optional(),
  ScalableDimension: scaled.ScalableDimension.optional(),
});
export interface DescribeRequest {
  readonly ResourceIds?: readonly string[] | undefined;
  readonly ResourceId?: string | undefined;
  readonly ScalableDimension?: string | undefined;
}
