import {
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  DescribeModelCommand,
} from '@aws-sdk/client-sagemaker';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { REGISTRY_TAG } from '../../domain/endpoints/orphans.ts';
import { customers } from '../fixtures/customers.ts';
import { beat, call } from './heartbeat.ts';
import type { Platform } from './platform.ts';
import { listen } from './queues.ts';
import { once, ROWS, type World } from './world.ts';

const Orphans = z.object({
  orphans: z.array(z.object({ kind: z.string(), name: z.string(), createdAt: z.string(), removableFrom: z.string() })),
});

export function endpointScenarios(on: () => World): void {
  const serving = once(async () => {
    const model = on().model('drifts');
    await model.apply();
    const { rollout } = await model.deploy('rows.csv', customers(ROWS));
    if (rollout.target.kind !== 'endpoint') throw new Error('the champion has no endpoint');
    return { model, endpoint: rollout.target.endpointName };
  });

  it('creates an endpoint again that somebody deleted, verifies it, and says so', async () => {
    const { model, endpoint } = await serving();
    const { platform } = on();
    const { sagemaker } = platform;
    const rows = customers(3, { from: 20_000 });
    const before = await model.predict(rows);
    const { CreationTime: created } = await sagemaker.send(new DescribeEndpointCommand({ EndpointName: endpoint }));
    const bus = await listen(platform, `${model.name}-bus`, { model: [model.name] });
    const endpointDecisions = async () => (await model.decisions()).filter(({ kind }) => kind === 'endpoint');

    await sagemaker.send(new DeleteEndpointCommand({ EndpointName: endpoint }));
    await beat(platform, 'EndpointsReconcile', async () => (await endpointDecisions()).length > 0);
    const drifted = await bus.next('the drift', (event) => event['detail-type'] === 'EndpointDrifted');
    expect(drifted.detail).toMatchObject({ version: 1, endpoint, condition: 'missing' });
    const repaired = await bus.next('the repair', (event) => event['detail-type'] === 'EndpointRepaired');
    expect(repaired.detail).toMatchObject({ version: 1, endpoint });

    const after = await sagemaker.send(new DescribeEndpointCommand({ EndpointName: endpoint }));
    expect(after).toMatchObject({ EndpointStatus: 'InService', EndpointConfigName: endpoint });
    expect(after.CreationTime?.getTime()).toBeGreaterThan(created?.getTime() ?? Number.NaN);
    expect((await model.predict(rows)).data).toEqual(before.data);
    expect((await model.champion()).version).toBe(1);
    expect((await model.traffic()).routes).toMatchObject([{ version: 1, weight: 1 }]);
    const told = Object.fromEntries((await endpointDecisions()).map((decision) => [decision.outcome, decision]));
    expect(Object.keys(told).sort()).toEqual(['drifted', 'repaired']);
    expect(told.drifted).toMatchObject({ version: 1, reasons: [`endpoint ${endpoint} does not exist`] });
    await bus.stop();
  });

  it('tells what nothing needs, by name and tag, and deletes nothing that is young', async () => {
    const { platform } = on();
    const { endpoint } = await serving();
    const ours = `${on().model('orphan').name}-v1-0123abcd`;
    const untagged = `${on().model('orphan').name}-v2-0123abcd`;
    try {
      await likeThe(endpoint, ours, platform, true);
      await likeThe(endpoint, untagged, platform, false);
      const look = async (event: object) => Orphans.parse(await call(platform, 'EndpointsRemove', event)).orphans;
      const seen = await look({ dryRun: true });
      const found = seen.filter(({ name }) => [ours, untagged, endpoint].includes(name));
      expect(found.map(({ kind, name }) => [kind, name])).toEqual([
        ['endpoint-config', ours],
        ['model', ours],
      ]);
      for (const { removableFrom } of found) expect(removableFrom > new Date().toISOString()).toBe(true);

      expect((await look({ source: 'aws.events' })).map(({ name }) => name)).not.toContain(ours);
      await platform.sagemaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName: ours }));
      await platform.sagemaker.send(new DescribeModelCommand({ ModelName: ours }));
    } finally {
      for (const name of [ours, untagged]) {
        await platform.sagemaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: name }));
        await platform.sagemaker.send(new DeleteModelCommand({ ModelName: name }));
      }
    }
  });
}

/** What a process leaves behind that ends before it has created the endpoint: a copy of another's model and configuration. */
async function likeThe(like: string, name: string, { sagemaker, outputs }: Platform, isTagged: boolean): Promise<void> {
  const Tags = isTagged ? [{ Key: REGISTRY_TAG, Value: outputs.TableName }] : [];
  const { PrimaryContainer, ExecutionRoleArn } = await sagemaker.send(new DescribeModelCommand({ ModelName: like }));
  const { Image, ModelDataUrl, Environment } = PrimaryContainer ?? {};
  await sagemaker.send(
    new CreateModelCommand({
      ...{ ModelName: name, ExecutionRoleArn, Tags },
      PrimaryContainer: { Image, ModelDataUrl, Environment },
    }),
  );
  const ServerlessConfig = { MemorySizeInMB: 1_024, MaxConcurrency: 1 };
  await sagemaker.send(
    new CreateEndpointConfigCommand({
      ...{ EndpointConfigName: name, Tags },
      ProductionVariants: [{ VariantName: 'all', ModelName: name, ServerlessConfig }],
    }),
  );
}
