import { describe, expect, it } from 'vitest';
import { scalingPlan } from '../../../domain/rollout/endpoint-scaling.ts';
import { aModelSpec, type Overrides } from '../../fixtures/builders.ts';

const planOf = (deployment: Overrides) => scalingPlan('churn-v1-aaaaaaaa', aModelSpec({ deployment }).deployment);
const instances = 'sagemaker:variant:DesiredInstanceCount';

describe('what an endpoint is scaled by', () => {
  it('is nothing unless the spec says so', () => {
    for (const target of ['serverless', 'realtime', 'async', 'lambda', 'batch']) {
      expect(planOf({ target }), target).toBeUndefined();
    }
  });

  it('is the requests of each instance of realtime', () => {
    expect(planOf({ target: 'realtime', scaling: { min: 2, max: 4, invocationsPerInstance: 600 } })).toEqual({
      endpointName: 'churn-v1-aaaaaaaa',
      dimension: instances,
      metric: 'SageMakerVariantInvocationsPerInstance',
      targetValue: 600,
      min: 2,
      max: 4,
      scaleInSeconds: 300,
      scaleOutSeconds: 60,
      wakesFromZero: false,
    });
  });

  it('is the backlog of each instance of async, and an alarm where there may be none', () => {
    const scaling = { min: 0, max: 3, backlogPerInstance: 5, scaleInCooldown: '10m' };
    expect(planOf({ target: 'async', scaling })).toMatchObject({
      dimension: instances,
      metric: 'ApproximateBacklogSizePerInstance',
      targetValue: 5,
      scaleInSeconds: 600,
      wakesFromZero: true,
    });
    expect(planOf({ target: 'async', scaling: { ...scaling, min: 1 } })).toMatchObject({ wakesFromZero: false });
  });

  it('is the use of the provisioned concurrency of serverless', () => {
    const serverless = { provisionedConcurrency: 2, scaling: { min: 1, max: 5 } };
    expect(planOf(serverless)).toMatchObject({
      dimension: 'sagemaker:variant:DesiredProvisionedConcurrency',
      metric: 'SageMakerVariantProvisionedConcurrencyUtilization',
      targetValue: 0.7,
    });
  });
});
