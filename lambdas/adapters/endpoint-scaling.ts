import {
  type ApplicationAutoScalingClient,
  DeregisterScalableTargetCommand,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
  type TargetTrackingScalingPolicyConfiguration,
} from '@aws-sdk/client-application-auto-scaling';
import { type CloudWatchClient, DeleteAlarmsCommand, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import { UnavailableError } from '../../domain/common-errors.ts';
import {
  SCALABLE_DIMENSIONS,
  type ScalableDimension,
  type ScalingPlan,
  VARIANT,
} from '../../domain/rollout/endpoint-scaling.ts';
import { QuotaExceededError } from '../../domain/training/errors.ts';
import type { SageMakerEndpoints } from './sagemaker-endpoints.ts';

/** Lets AWS follow the traffic of an endpoint; both are safe to repeat. */
export interface EndpointScaling {
  apply(plan: ScalingPlan): Promise<void>;
  /** What was never scaled, or is gone, is fine. */
  remove(endpointName: string): Promise<void>;
}

/** Before the name, so that a role can be held to these alarms. */
export const WAKE_ALARM_PREFIX = 'millrace-wake-';
const wakeAlarm = (endpointName: string): string => `${WAKE_ALARM_PREFIX}${endpointName}`;

/** Seconds until another instance may be added to an endpoint that was woken. */
const WAKE_COOLDOWN_SECONDS = 300;

const target = (endpointName: string, dimension: ScalableDimension) => ({
  ServiceNamespace: 'sagemaker' as const,
  ResourceId: `endpoint/${endpointName}/variant/${VARIANT}`,
  ScalableDimension: dimension,
});

export function endpointScaling(scaling: ApplicationAutoScalingClient, alarms: CloudWatchClient): EndpointScaling {
  return {
    async apply(plan) {
      const { endpointName, dimension, min, max } = plan;
      const scaled = target(endpointName, dimension);
      try {
        await scaling.send(new RegisterScalableTargetCommand({ ...scaled, MinCapacity: min, MaxCapacity: max }));
        await scaling.send(
          new PutScalingPolicyCommand({
            ...scaled,
            PolicyName: 'millrace-follow',
            PolicyType: 'TargetTrackingScaling',
            TargetTrackingScalingPolicyConfiguration: tracking(plan),
          }),
        );
        if (plan.wakesFromZero) await wake(plan);
      } catch (error) {
        throw understood(error);
      }
    },

    async remove(endpointName) {
      for (const dimension of SCALABLE_DIMENSIONS) {
        const deregister = new DeregisterScalableTargetCommand(target(endpointName, dimension));
        await unlessGone('ObjectNotFoundException', () => scaling.send(deregister));
      }
      const remove = new DeleteAlarmsCommand({ AlarmNames: [wakeAlarm(endpointName)] });
      await unlessGone('ResourceNotFound', () => alarms.send(remove));
    },
  };

  /** @see https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-autoscale.html */
  async function wake({ endpointName, dimension }: ScalingPlan): Promise<void> {
    const { PolicyARN } = await scaling.send(
      new PutScalingPolicyCommand({
        ...target(endpointName, dimension),
        PolicyName: 'millrace-wake',
        PolicyType: 'StepScaling',
        StepScalingPolicyConfiguration: {
          AdjustmentType: 'ChangeInCapacity',
          MetricAggregationType: 'Average',
          Cooldown: WAKE_COOLDOWN_SECONDS,
          StepAdjustments: [{ MetricIntervalLowerBound: 0, ScalingAdjustment: 1 }],
        },
      }),
    );
    if (!PolicyARN) throw new UnavailableError(`the policy that wakes ${endpointName} has no ARN`);
    await alarms.send(
      new PutMetricAlarmCommand({
        AlarmName: wakeAlarm(endpointName),
        AlarmDescription: `Requests wait for ${endpointName}, which has no instance`,
        MetricName: 'HasBacklogWithoutCapacity',
        Namespace: 'AWS/SageMaker',
        Dimensions: [{ Name: 'EndpointName', Value: endpointName }],
        Statistic: 'Average',
        Period: 60,
        EvaluationPeriods: 2,
        DatapointsToAlarm: 2,
        Threshold: 1,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        TreatMissingData: 'missing',
        AlarmActions: [PolicyARN],
      }),
    );
  }
}

function tracking(plan: ScalingPlan): TargetTrackingScalingPolicyConfiguration {
  const { endpointName, metric, targetValue, scaleInSeconds, scaleOutSeconds } = plan;
  const cooldowns = { ScaleInCooldown: scaleInSeconds, ScaleOutCooldown: scaleOutSeconds };
  if (metric !== 'ApproximateBacklogSizePerInstance') {
    const PredefinedMetricSpecification = { PredefinedMetricType: metric };
    return { TargetValue: targetValue, PredefinedMetricSpecification, ...cooldowns };
  }
  return {
    TargetValue: targetValue,
    CustomizedMetricSpecification: {
      MetricName: metric,
      Namespace: 'AWS/SageMaker',
      Dimensions: [{ Name: 'EndpointName', Value: endpointName }],
      Statistic: 'Average',
    },
    ...cooldowns,
  };
}

/** What passes if one waits: another change under way, a target registered a moment ago, a limit of the account. */
function understood(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message } = error;
  if (name === 'LimitExceededException') return new QuotaExceededError(message, { cause: error });
  if (/^(ConcurrentUpdateException|ObjectNotFoundException)$/.test(name))
    return new UnavailableError(`${name}: ${message}`, { cause: error });
  return error;
}

/** Endpoints whose scaling goes with them: SageMaker would leave the alarm behind. */
export const scaledEndpoints = (
  endpoints: SageMakerEndpoints,
  scaling: Pick<EndpointScaling, 'remove'>,
): SageMakerEndpoints => ({
  ...endpoints,
  async remove(name) {
    await scaling.remove(name);
    await endpoints.remove(name);
  },
});

async function unlessGone(name: string, send: () => Promise<unknown>): Promise<void> {
  try {
    await send();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== name) throw understood(error);
  }
}
