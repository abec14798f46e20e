import type { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { describe, expect, it } from 'vitest';
import { UnavailableError } from '../../../domain/common-errors.ts';
import type { ScalingPlan } from '../../../domain/rollout/endpoint-scaling.ts';
import { QuotaExceededError } from '../../../domain/training/errors.ts';
import { endpointScaling, scaledEndpoints } from '../../../lambdas/adapters/endpoint-scaling.ts';

const PLAN: ScalingPlan = {
  endpointName: 'e',
  dimension: 'sagemaker:variant:DesiredInstanceCount',
  metric: 'SageMakerVariantInvocationsPerInstance',
  targetValue: 600,
  min: 2,
  max: 4,
  scaleInSeconds: 300,
  scaleOutSeconds: 60,
  wakesFromZero: false,
};
const ASYNC: ScalingPlan = { ...PLAN, metric: 'ApproximateBacklogSizePerInstance', min: 0, wakesFromZero: true };
const TARGET = {
  ServiceNamespace: 'sagemaker',
  ResourceId: 'endpoint/e/variant/AllTraffic',
  ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
};

type Sent = { name: string; input: Record<string, unknown> };

function anAccount(answers: Record<string, object | Error> = {}) {
  const sent: Sent[] = [];
  const client = {
    send: async (command: { constructor: { name: string }; input: Record<string, unknown> }) => {
      const name = command.constructor.name.replace('Command', '');
      sent.push({ name, input: command.input });
      const answer = answers[name] ?? { PolicyARN: 'arn:policy' };
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  const scaling = endpointScaling(
    client as unknown as ApplicationAutoScalingClient,
    client as unknown as CloudWatchClient,
  );
  return { sent, scaling, names: () => sent.map(({ name }) => name) };
}
const failing = (name: string) => Object.assign(new Error(name), { name });

describe('letting an endpoint scale', () => {
  it('registers its variant and follows a predefined metric', async () => {
    const { sent, scaling } = anAccount();
    await scaling.apply(PLAN);
    expect(sent).toEqual([
      { name: 'RegisterScalableTarget', input: { ...TARGET, MinCapacity: 2, MaxCapacity: 4 } },
      {
        name: 'PutScalingPolicy',
        input: {
          ...TARGET,
          PolicyName: 'millrace-follow',
          PolicyType: 'TargetTrackingScaling',
          TargetTrackingScalingPolicyConfiguration: {
            TargetValue: 600,
            PredefinedMetricSpecification: { PredefinedMetricType: 'SageMakerVariantInvocationsPerInstance' },
            ScaleInCooldown: 300,
            ScaleOutCooldown: 60,
          },
        },
      },
    ]);
  });

  it('follows the backlog of an asynchronous one, and wakes it by an alarm when it has no instance', async () => {
    const { sent, scaling, names } = anAccount();
    await scaling.apply(ASYNC);
    expect(names()).toEqual(['RegisterScalableTarget', 'PutScalingPolicy', 'PutScalingPolicy', 'PutMetricAlarm']);
    expect(sent[1]?.input).toMatchObject({
      TargetTrackingScalingPolicyConfiguration: {
        CustomizedMetricSpecification: {
          MetricName: 'ApproximateBacklogSizePerInstance',
          Namespace: 'AWS/SageMaker',
          Dimensions: [{ Name: 'EndpointName', Value: 'e' }],
          Statistic: 'Average',
        },
      },
    });
    expect(sent[2]?.input).toMatchObject({
      PolicyType: 'StepScaling',
      StepScalingPolicyConfiguration: {
        AdjustmentType: 'ChangeInCapacity',
        StepAdjustments: [{ ScalingAdjustment: 1 }],
      },
    });
    expect(sent[3]?.input).toMatchObject({
      AlarmName: 'millrace-wake-e',
      MetricName: 'HasBacklogWithoutCapacity',
      Dimensions: [{ Name: 'EndpointName', Value: 'e' }],
      AlarmActions: ['arn:policy'],
    });
  });

  for (const [name, kind] of [
    ['ConcurrentUpdateException', UnavailableError],
    ['ObjectNotFoundException', UnavailableError],
    ['LimitExceededException', QuotaExceededError],
  ] as const) {
    it(`tries again after ${name}`, async () => {
      await expect(anAccount({ PutScalingPolicy: failing(name) }).scaling.apply(PLAN)).rejects.toThrow(kind);
    });
  }

  it('fails on what does not pass by itself', async () => {
    const refused = anAccount({ RegisterScalableTarget: failing('ValidationException') });
    await expect(refused.scaling.apply(PLAN)).rejects.toThrow('ValidationException');
    expect(refused.names()).toEqual(['RegisterScalableTarget']);
  });
});

describe('an endpoint that is removed', () => {
  it('loses its targets and its alarm first', async () => {
    const { sent, scaling, names } = anAccount();
    const removed: string[] = [];
    const endpoints = { describe: async () => undefined, remove: async (name: string) => void removed.push(name) };
    await scaledEndpoints(endpoints, scaling).remove('e');
    expect(names()).toEqual(['DeregisterScalableTarget', 'DeregisterScalableTarget', 'DeleteAlarms']);
    expect(sent.map(({ input }) => input.ScalableDimension ?? input.AlarmNames)).toEqual([
      'sagemaker:variant:DesiredInstanceCount',
      'sagemaker:variant:DesiredProvisionedConcurrency',
      ['millrace-wake-e'],
    ]);
    expect(removed).toEqual(['e']);
  });

  it('may never have been scaled', async () => {
    const gone = {
      DeregisterScalableTarget: failing('ObjectNotFoundException'),
      DeleteAlarms: failing('ResourceNotFound'),
    };
    const { scaling, names } = anAccount(gone);
    await scaling.remove('e');
    expect(names()).toHaveLength(3);
  });

  it('stays while its scaling cannot be taken off', async () => {
    const { scaling } = anAccount({ DeregisterScalableTarget: failing('AccessDeniedException') });
    const remove = () => Promise.reject(new Error('not reached'));
    const endpoints = scaledEndpoints({ describe: async () => undefined, remove }, scaling);
    await expect(endpoints.remove('e')).rejects.toThrow('AccessDeniedException');
  });
});
