import {
  ApplicationAutoScalingClient,
  paginateDescribeScalableTargets,
} from '@aws-sdk/client-application-auto-scaling';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeEndpointCommand } from '@aws-sdk/client-sagemaker';
import { expect, it } from 'vitest';
import type { Rollout } from '../../domain/registry/entities.ts';
import { customers } from '../fixtures/customers.ts';
import { expectClose, scored } from './training.ts';
import { once, ROWS, type World } from './world.ts';

const NEW = customers(20, { from: 30_000 });
const REALTIME = {
  target: 'realtime',
  instance: 'ml.m5.large',
  instanceCount: 2,
  scaling: { min: 2, max: 4, invocationsPerInstance: 600 },
};
const SERVERLESS = { target: 'serverless', maxConcurrency: 5, provisionedConcurrency: 2, scaling: { min: 1, max: 5 } };
const ASYNC = { target: 'async', instance: 'ml.m5.large', scaling: { min: 0, max: 2, backlogPerInstance: 5 } };

/** Three versions of one model, each served another way; the third takes the first one's endpoint away. */
export function scalingScenarios(on: () => World): void {
  const variantOf = async ({ target }: Rollout) => {
    if (target.kind !== 'endpoint') throw new Error(`the target is ${target.kind}`);
    const { endpointName: EndpointName } = target;
    const { ProductionVariants = [] } = await on().platform.sagemaker.send(
      new DescribeEndpointCommand({ EndpointName }),
    );
    return { name: EndpointName, variant: ProductionVariants[0] };
  };
  const settings = () => {
    const { region, endpoint, credentials } = on().platform;
    return { region, ...(endpoint ? { endpoint } : {}), credentials };
  };
  async function targetsOf(endpointName: string) {
    const client = new ApplicationAutoScalingClient(settings());
    const query = {
      ServiceNamespace: 'sagemaker' as const,
      ResourceIds: [`endpoint/${endpointName}/variant/AllTraffic`],
    };
    const found = [];
    for await (const page of paginateDescribeScalableTargets({ client }, query))
      found.push(...(page.ScalableTargets ?? []));
    client.destroy();
    return found;
  }
  async function alarmsOf(endpointName: string) {
    const client = new CloudWatchClient(settings());
    const AlarmNames = [`millrace-wake-${endpointName}`];
    const { MetricAlarms = [] } = await client.send(new DescribeAlarmsCommand({ AlarmNames }));
    client.destroy();
    return MetricAlarms;
  }

  const queued = once(async () => {
    const model = on().model('scaled');
    await model.apply({ deployment: ASYNC });
    const { rollout } = await model.deploy('first.csv', customers(ROWS));
    return { model, rollout };
  });

  it('lets an endpoint behind a queue scale to nothing, with an alarm to wake it', async () => {
    const { name, variant } = await variantOf((await queued()).rollout);
    expect(variant?.CurrentInstanceCount).toBe(1);
    expect(await targetsOf(name)).toMatchObject([{ MinCapacity: 0, MaxCapacity: 2 }]);
    const [alarm] = await alarmsOf(name);
    expect(alarm).toMatchObject({ MetricName: 'HasBacklogWithoutCapacity', Namespace: 'AWS/SageMaker' });
    expect(alarm?.AlarmActions).toEqual([expect.stringMatching(/^arn:.*:millrace-wake/)]);
  });

  const instances = once(async () => {
    const { model } = await queued();
    await model.apply({ deployment: REALTIME });
    return { model, ...(await model.deploy('second.csv', customers(ROWS, { from: 2_000 }))) };
  });

  it('serves a model from instances that follow its requests', async () => {
    const { model, version, rollout } = await instances();
    const { name, variant } = await variantOf(rollout);
    expect(variant?.CurrentInstanceCount).toBe(2);
    expect(await targetsOf(name)).toMatchObject([
      { ScalableDimension: 'sagemaker:variant:DesiredInstanceCount', MinCapacity: 2, MaxCapacity: 4 },
    ]);
    const answer = await model.predict(NEW);
    expect(answer.version).toBe(2);
    expectClose(answer.data, await scored(on().platform, version, NEW));
  });

  it('serves a model from a serverless endpoint of which some is kept warm', async () => {
    const { model } = await instances();
    await model.apply({ deployment: SERVERLESS });
    const { version, rollout } = await model.deploy('third.csv', customers(ROWS, { from: 4_000 }));
    const { name, variant } = await variantOf(rollout);
    expect(variant?.CurrentServerlessConfig).toMatchObject({ MaxConcurrency: 5, ProvisionedConcurrency: 2 });
    expect(await targetsOf(name)).toMatchObject([
      { ScalableDimension: 'sagemaker:variant:DesiredProvisionedConcurrency', MinCapacity: 1, MaxCapacity: 5 },
    ]);
    const answer = await model.predict(NEW);
    expect(answer.version).toBe(3);
    expectClose(answer.data, await scored(on().platform, version, NEW));
    // what scaled the first version went with its endpoint
    const { target } = (await queued()).rollout;
    const gone = target.kind === 'endpoint' ? target.endpointName : '';
    expect([await targetsOf(gone), await alarmsOf(gone)]).toEqual([[], []]);
  });
}
