import { durationMs } from '../duration.ts';
import type { DeploymentSpec } from '../spec/deployment.ts';

/** Name of the one production variant that every endpoint has. */
export const VARIANT = 'AllTraffic';

export const SCALABLE_DIMENSIONS = [
  'sagemaker:variant:DesiredInstanceCount',
  'sagemaker:variant:DesiredProvisionedConcurrency',
] as const;
export type ScalableDimension = (typeof SCALABLE_DIMENSIONS)[number];

/** What Application Auto Scaling is asked to do with an endpoint. */
export interface ScalingPlan {
  readonly endpointName: string;
  readonly dimension: ScalableDimension;
  /** Instances, or provisioned concurrency. */
  readonly min: number;
  readonly max: number;
  /** What is kept at `targetValue`: a predefined metric, or the backlog of an asynchronous endpoint. */
  readonly metric:
    | 'SageMakerVariantInvocationsPerInstance'
    | 'SageMakerVariantProvisionedConcurrencyUtilization'
    | 'ApproximateBacklogSizePerInstance';
  readonly targetValue: number;
  readonly scaleInSeconds: number;
  readonly scaleOutSeconds: number;
  /** Without an instance there is no backlog per instance: an alarm has to wake the endpoint. */
  readonly wakesFromZero: boolean;
}

/** @returns undefined for an endpoint that stays as it was created */
export function scalingPlan(
  endpointName: string,
  { target, scaling }: Pick<DeploymentSpec, 'target' | 'scaling'>,
): ScalingPlan | undefined {
  if (!scaling) return undefined;
  const { min, max, scaleInCooldown, scaleOutCooldown } = scaling;
  const tracked = trackedFigure(target, scaling);
  if (!tracked) return undefined;
  return {
    endpointName,
    min,
    max,
    ...tracked,
    scaleInSeconds: durationMs(scaleInCooldown) / 1_000,
    scaleOutSeconds: durationMs(scaleOutCooldown) / 1_000,
    wakesFromZero: min === 0,
  };
}

function trackedFigure(
  target: DeploymentSpec['target'],
  { invocationsPerInstance, backlogPerInstance, utilization }: NonNullable<DeploymentSpec['scaling']>,
): Pick<ScalingPlan, 'dimension' | 'metric' | 'targetValue'> | undefined {
  const [instances, concurrency] = SCALABLE_DIMENSIONS;
  if (target === 'realtime' && invocationsPerInstance !== undefined)
    return {
      dimension: instances,
      metric: 'SageMakerVariantInvocationsPerInstance',
      targetValue: invocationsPerInstance,
    };
  if (target === 'async' && backlogPerInstance !== undefined)
    return { dimension: instances, metric: 'ApproximateBacklogSizePerInstance', targetValue: backlogPerInstance };
  if (target === 'serverless')
    return {
      dimension: concurrency,
      metric: 'SageMakerVariantProvisionedConcurrencyUtilization',
      targetValue: utilization ?? DEFAULT_UTILIZATION,
    };
  return undefined;
}

/** Share of the provisioned concurrency in use. */
const DEFAULT_UTILIZATION = 0.7;
