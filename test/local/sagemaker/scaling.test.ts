import {
  ApplicationAutoScalingClient,
  DeleteScalingPolicyCommand,
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DeleteEndpointCommand,
  DescribeEndpointCommand,
  type ProductionVariant,
} from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scalingPlan } from '../../../domain/rollout/endpoint-scaling.ts';
import { endpointScaling } from '../../../lambdas/adapters/endpoint-scaling.ts';
import { aModelSpec, type Overrides } from '../../fixtures/builders.ts';
import { endpointReaches, IMAGE, LOCAL_COMMAND, modelArchive, ROLE, startWorld, type World } from './harness.ts';

let world: World;
let scaling: ApplicationAutoScalingClient;
beforeAll(async () => {
  world = await startWorld();
  world.aws.objects.set('lake/model.tar.gz', await modelArchive({ 'model.txt': 'learned' }));
  const PrimaryContainer = { Image: IMAGE, ModelDataUrl: 's3://lake/model.tar.gz', Environment: LOCAL_COMMAND };
  await world.sagemaker.send(new CreateModelCommand({ ModelName: 'm', PrimaryContainer, ExecutionRoleArn: ROLE }));
  scaling = new ApplicationAutoScalingClient({
    endpoint: world.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
});
afterAll(async () => {
  scaling.destroy();
  await world.stop();
});

const instances = { InstanceType: 'ml.m5.large', InitialInstanceCount: 2 } as const;
const serverless = { ServerlessConfig: { MemorySizeInMB: 2048, MaxConcurrency: 5, ProvisionedConcurrency: 2 } };

async function anEndpoint(name: string, variant: Partial<ProductionVariant>): Promise<void> {
  const ProductionVariants = [{ VariantName: 'AllTraffic', ModelName: 'm', ...variant }];
  await world.sagemaker.send(new CreateEndpointConfigCommand({ EndpointConfigName: name, ProductionVariants }));
  await world.sagemaker.send(new CreateEndpointCommand({ EndpointName: name, EndpointConfigName: name }));
  await endpointReaches(world, name, 'IN_SERVICE');
}

const targetOf = (endpoint: string, ScalableDimension = 'sagemaker:variant:DesiredInstanceCount') => ({
  ServiceNamespace: 'sagemaker' as const,
  ResourceId: `endpoint/${endpoint}/variant/AllTraffic`,
  ScalableDimension: ScalableDimension as 'sagemaker:variant:DesiredInstanceCount',
});
const register = (endpoint: string, MinCapacity = 1, MaxCapacity = 4) =>
  scaling.send(new RegisterScalableTargetCommand({ ...targetOf(endpoint), MinCapacity, MaxCapacity }));
const described = async (endpoint: string) => {
  const query = { ServiceNamespace: 'sagemaker' as const };
  const { ResourceId } = targetOf(endpoint);
  const targets = await scaling.send(new DescribeScalableTargetsCommand({ ...query, ResourceIds: [ResourceId] }));
  const policies = await scaling.send(new DescribeScalingPoliciesCommand({ ...query, ResourceId }));
  return { targets: targets.ScalableTargets ?? [], policies: policies.ScalingPolicies ?? [] };
};
const apply = async (endpoint: string, deployment: Overrides) => {
  const plan = scalingPlan(endpoint, aModelSpec({ deployment }).deployment);
  if (!plan) throw new Error('nothing to scale');
  // no alarm is needed where there is always an instance
  await endpointScaling(scaling, new CloudWatchClient({ endpoint: 'http://127.0.0.1:1' })).apply(plan);
};

describe('scaling an endpoint', () => {
  it('is kept as it was asked for, however often, and told with the endpoint’s instances', async () => {
    await anEndpoint('scaled', instances);
    const deployment = { target: 'realtime', scaling: { min: 2, max: 4, invocationsPerInstance: 600 } };
    await apply('scaled', deployment);
    await apply('scaled', deployment);
    const { targets, policies } = await described('scaled');
    expect(targets).toMatchObject([{ ...targetOf('scaled'), MinCapacity: 2, MaxCapacity: 4 }]);
    expect(targets[0]?.CreationTime).toBeInstanceOf(Date);
    expect(policies).toMatchObject([
      {
        PolicyName: 'millrace-follow',
        PolicyType: 'TargetTrackingScaling',
        TargetTrackingScalingPolicyConfiguration: { TargetValue: 600, ScaleInCooldown: 300, ScaleOutCooldown: 60 },
      },
    ]);
    const { ProductionVariants } = await world.sagemaker.send(new DescribeEndpointCommand({ EndpointName: 'scaled' }));
    expect(ProductionVariants).toMatchObject([{ CurrentInstanceCount: 2, DesiredInstanceCount: 2 }]);
  });

  it('outlives a restart, and ends with the endpoint', async () => {
    await world.restart();
    expect((await described('scaled')).targets).toHaveLength(1);
    await world.sagemaker.send(new DeleteEndpointCommand({ EndpointName: 'scaled' }));
    expect(await described('scaled')).toEqual({ targets: [], policies: [] });
  });

  it('is of the concurrency that a serverless one keeps warm', async () => {
    await anEndpoint('warm', serverless);
    await expect(register('warm')).rejects.toThrow('not that of a serverless variant');
    await apply('warm', { provisionedConcurrency: 2, scaling: { min: 1, max: 5 } });
    expect((await described('warm')).targets).toMatchObject([{ MinCapacity: 1, MaxCapacity: 5 }]);
    const { ProductionVariants } = await world.sagemaker.send(new DescribeEndpointCommand({ EndpointName: 'warm' }));
    expect(ProductionVariants?.[0]?.CurrentServerlessConfig).toMatchObject({ ProvisionedConcurrency: 2 });
  });

  it('can be taken off, with its policies, once', async () => {
    await anEndpoint('plain', instances);
    await register('plain');
    const off = () => scaling.send(new DeregisterScalableTargetCommand(targetOf('plain')));
    await off();
    expect((await described('plain')).targets).toEqual([]);
    await expect(off()).rejects.toMatchObject({ name: 'ObjectNotFoundException' });
  });

  it('is refused of what is not there or cannot be, and by name if it is not supported', async () => {
    await expect(register('nobody')).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(register('plain', 3, 2)).rejects.toThrow('Maximum capacity');
    await expect(register('plain', 0)).rejects.toThrow('at least 1');
    const policy = { ...targetOf('plain'), PolicyName: 'p', PolicyType: 'TargetTrackingScaling' as const };
    const TargetTrackingScalingPolicyConfiguration = {
      TargetValue: 1,
      PredefinedMetricSpecification: { PredefinedMetricType: 'SageMakerVariantInvocationsPerInstance' as const },
    };
    await expect(
      scaling.send(new PutScalingPolicyCommand({ ...policy, TargetTrackingScalingPolicyConfiguration })),
    ).rejects.toMatchObject({ name: 'ObjectNotFoundException' });
    await register('plain');
    await expect(scaling.send(new PutScalingPolicyCommand(policy))).rejects.toThrow('must be that of the policy type');
    await expect(
      scaling.send(new DeleteScalingPolicyCommand({ ...targetOf('plain'), PolicyName: 'p' })),
    ).rejects.toMatchObject({ name: 'UnknownOperationException' });
  });
});
