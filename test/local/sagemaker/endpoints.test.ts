import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  DescribeModelCommand,
  ListEndpointsCommand,
  type ProductionVariant,
} from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand, type InvokeEndpointCommandInput } from '@aws-sdk/client-sagemaker-runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endpointReaches, IMAGE, LOCAL_COMMAND, modelArchive, ROLE, startWorld, type World } from './harness.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld({
    limits: { endpoints: 12 },
    timings: { servingStopGraceMs: 300, pingTimeoutMs: 1500, invocationTimeoutMs: 500 },
    faults: { failEndpointCreation: (name) => (name === 'unlucky' ? 'InsufficientInstanceCapacity' : undefined) },
  });
  world.aws.objects.set('lake/model.tar.gz', await modelArchive({ 'model.txt': 'learned' }));
  await aModel('good');
  await aConfig('good', [serverless('good')]);
  await anEndpoint('good', 'good');
  await endpointReaches(world, 'good', 'IN_SERVICE');
});
afterAll(() => world.stop());

const aModel = (ModelName: string, more: { ModelDataUrl?: string; MODE?: string } = {}) => {
  const { MODE, ModelDataUrl = 's3://lake/model.tar.gz' } = more;
  const Environment = { ...LOCAL_COMMAND, ...(MODE ? { MODE } : {}) };
  const PrimaryContainer = { Image: IMAGE, ModelDataUrl, Environment };
  return world.sagemaker.send(new CreateModelCommand({ ModelName, PrimaryContainer, ExecutionRoleArn: ROLE }));
};
const aConfig = (EndpointConfigName: string, ProductionVariants: ProductionVariant[]) =>
  world.sagemaker.send(new CreateEndpointConfigCommand({ EndpointConfigName, ProductionVariants }));
const anEndpoint = (EndpointName: string, EndpointConfigName: string) =>
  world.sagemaker.send(new CreateEndpointCommand({ EndpointName, EndpointConfigName }));
const serverless = (ModelName: string, MaxConcurrency = 5): ProductionVariant => ({
  VariantName: 'AllTraffic',
  ModelName,
  ServerlessConfig: { MemorySizeInMB: 2048, MaxConcurrency },
});
const onInstance = (ModelName: string, VariantName: string, InitialVariantWeight = 1): ProductionVariant => ({
  ...{ VariantName, ModelName, InitialVariantWeight },
  ...{ InstanceType: 'ml.m5.large', InitialInstanceCount: 1 },
});
const describeEndpoint = (EndpointName: string) => world.sagemaker.send(new DescribeEndpointCommand({ EndpointName }));

async function invoke(Body: string, more: Partial<InvokeEndpointCommandInput> = {}) {
  const input = { EndpointName: 'good', ContentType: 'text/csv', ...more, Body };
  const answer = await world.runtime.send(new InvokeEndpointCommand(input));
  return { ...answer, json: JSON.parse(new TextDecoder().decode(answer.Body)) };
}

describe('an endpoint', () => {
  it('reaches InService and describes its configuration and variants', async () => {
    expect(await describeEndpoint('good')).toMatchObject({
      EndpointArn: 'arn:aws:sagemaker:us-east-1:000000000000:endpoint/good',
      EndpointConfigName: 'good',
      EndpointStatus: 'InService',
      ProductionVariants: [
        { VariantName: 'AllTraffic', CurrentWeight: 1, CurrentServerlessConfig: { MaxConcurrency: 5 } },
      ],
    });
  });

  it('publishes its states in upper case', async () => {
    const events = world.aws.events.filter(({ detail }) => detail.EndpointName === 'good');
    expect(events.map(({ detail }) => detail.EndpointStatus)).toEqual(['CREATING', 'IN_SERVICE']);
    expect(events[1]).toMatchObject({
      detailType: 'SageMaker Endpoint State Change',
      detail: { EndpointConfigName: 'good', CreationTime: expect.any(Number) },
    });
    expect(events[1]?.detail.CreationTime).toBeGreaterThan(1e12);
  });

  it('answers with its model', async () => {
    const { json, InvokedProductionVariant, ContentType } = await invoke('1,2,3');
    expect(json).toMatchObject({ body: '1,2,3', model: 'learned' });
    expect(InvokedProductionVariant).toBe('AllTraffic');
    expect(ContentType).toBe('application/json');
  });

  it('hands on content type, accept, custom attributes and inference id, and nothing else', async () => {
    const { json, CustomAttributes } = await invoke('1', {
      Accept: 'a/b',
      CustomAttributes: 'x=1',
      InferenceId: 'id-1',
    });
    expect(json.headers).toEqual({
      'content-type': 'text/csv',
      accept: 'a/b',
      'x-amzn-sagemaker-custom-attributes': 'x=1',
      'x-amzn-sagemaker-inference-id': 'id-1',
      'content-length': '1',
      host: expect.any(String),
      connection: expect.any(String),
    });
    expect(CustomAttributes).toBe('x=1, answered');
  });

  for (const [status, side] of [
    [418, 'client'],
    [503, 'server'],
  ] as const) {
    it(`turns a ${status} of its model into a ModelError`, async () => {
      await expect(invoke(`status ${status}`)).rejects.toMatchObject({
        name: 'ModelError',
        message: expect.stringContaining(
          `Received ${side} error (${status}) from AllTraffic with message "refused by the model"`,
        ),
        OriginalStatusCode: status,
        OriginalMessage: 'refused by the model',
        $metadata: { httpStatusCode: 424 },
      });
    });
  }

  it('gives up on a model that does not answer in time', async () => {
    await expect(invoke('hang')).rejects.toMatchObject({
      name: 'ModelError',
      message: expect.stringMatching(/invocation timed out/),
    });
  });

  it('starts its container again after a crash', async () => {
    const before = (await invoke('1')).json.pid;
    await expect(invoke('crash')).rejects.toMatchObject({ name: 'ModelError' });
    const { json } = await invoke('2');
    expect(json.body).toBe('2');
    expect(json.pid).not.toBe(before);
  });

  it('refuses a body over 4 MB if it is serverless', async () => {
    const most = 4 * 1024 ** 2;
    expect((await invoke('x'.repeat(most))).json.body).toHaveLength(most);
    await expect(invoke('x'.repeat(most + 1))).rejects.toMatchObject({
      name: 'ValidationError',
      $metadata: { httpStatusCode: 413 },
    });
  });

  it('refuses the headers it cannot honour', async () => {
    await expect(invoke('1', { TargetModel: 'other.tar.gz' })).rejects.toMatchObject({
      name: 'ValidationError',
      message: expect.stringMatching(/target-model/),
    });
    await expect(invoke('1', { InferenceId: 'é' })).rejects.toMatchObject({ name: 'ValidationError' });
  });

  it('throttles a serverless variant beyond its concurrency', async () => {
    await aConfig('narrow', [serverless('good', 1)]);
    await anEndpoint('narrow', 'narrow');
    await endpointReaches(world, 'narrow', 'IN_SERVICE');
    const calls = await Promise.allSettled([
      invoke('hang', { EndpointName: 'narrow' }),
      invoke('1', { EndpointName: 'narrow' }),
    ]);
    const names = calls.map((call) => (call.status === 'rejected' ? call.reason.name : 'answered'));
    expect(names.sort()).toContain('ThrottlingException');
  });

  it('sends requests to its variants by weight, or to the one asked for', async () => {
    await aConfig('two', [onInstance('good', 'never', 0), onInstance('good', 'always', 1)]);
    await anEndpoint('two', 'two');
    await endpointReaches(world, 'two', 'IN_SERVICE');
    for (let i = 0; i < 5; i++) {
      expect((await invoke('1', { EndpointName: 'two' })).InvokedProductionVariant).toBe('always');
    }
    const aimed = await invoke('1', { EndpointName: 'two', TargetVariant: 'never' });
    expect(aimed.InvokedProductionVariant).toBe('never');
    await expect(invoke('1', { EndpointName: 'two', TargetVariant: 'gone' })).rejects.toMatchObject({
      name: 'ValidationError',
    });
  });

  it('is not found once it is deleted', async () => {
    await anEndpoint('short-lived', 'good');
    await endpointReaches(world, 'short-lived', 'IN_SERVICE');
    await world.sagemaker.send(new DeleteEndpointCommand({ EndpointName: 'short-lived' }));
    await endpointReaches(world, 'short-lived', 'DELETING');
    const unknown = {
      name: 'ValidationException',
      message: expect.stringMatching(/^Could not find endpoint "arn:aws:sagemaker:.*short-lived"\.$/),
    };
    await expect.poll(() => describeEndpoint('short-lived').catch((error) => error)).toMatchObject(unknown);
    await expect(invoke('1', { EndpointName: 'short-lived' })).rejects.toMatchObject({
      name: 'ValidationError',
      message: 'Endpoint short-lived of account 000000000000 not found.',
    });
  });

  it('serves on after its model and configuration are deleted', async () => {
    await aModel('passing');
    await aConfig('passing', [onInstance('passing', 'AllTraffic')]);
    await anEndpoint('passing', 'passing');
    await endpointReaches(world, 'passing', 'IN_SERVICE');
    await world.sagemaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: 'passing' }));
    await world.sagemaker.send(new DeleteModelCommand({ ModelName: 'passing' }));
    expect((await invoke('1', { EndpointName: 'passing' })).json.model).toBe('learned');
    await expect(world.sagemaker.send(new DescribeModelCommand({ ModelName: 'passing' }))).rejects.toMatchObject({
      message: 'Could not find model "arn:aws:sagemaker:us-east-1:000000000000:model/passing".',
    });
    const config = new DescribeEndpointConfigCommand({ EndpointConfigName: 'passing' });
    await expect(world.sagemaker.send(config)).rejects.toMatchObject({
      message: expect.stringMatching(/^Could not find endpoint configuration "arn/),
    });
  });

  it('serves again after the platform was restarted', async () => {
    const before = (await invoke('1')).json.pid;
    await world.restart();
    expect((await describeEndpoint('good')).EndpointStatus).toBe('InService');
    const { json } = await invoke('again');
    expect(json).toMatchObject({ body: 'again', model: 'learned' });
    expect(json.pid).not.toBe(before);
  });
});

describe('an endpoint fails', () => {
  const failures = [
    [
      'whose model is not there',
      'no-model',
      { ModelDataUrl: 's3://lake/none.tar.gz' },
      /Failed to download model data.*s3:\/\/lake\/none/,
    ],
    ['whose container exits', 'exits', { MODE: 'crash' }, /ping health check.*code 1.*cannot read the model/s],
    ['whose container stays unhealthy', 'unhealthy', { MODE: 'unhealthy' }, /ping health check within 1\.5 seconds/],
    ['that the test lets fail', 'unlucky', {}, /^InsufficientInstanceCapacity$/],
  ] as const;
  for (const [what, name, model, reason] of failures) {
    it(what, async () => {
      await aModel(name, model);
      await aConfig(name, [serverless(name)]);
      await anEndpoint(name, name);
      const { detail } = await endpointReaches(world, name, 'FAILED');
      expect(detail.FailureReason).toMatch(reason);
      const described = await describeEndpoint(name);
      expect(described).toMatchObject({ EndpointStatus: 'Failed', FailureReason: expect.stringMatching(reason) });
      await world.sagemaker.send(new DeleteEndpointCommand({ EndpointName: name }));
      await endpointReaches(world, name, 'DELETING');
    });
  }
});

describe('requests', () => {
  it('are refused for a name that exists', async () => {
    const exists = (what: string) => ({
      name: 'ValidationException',
      message: expect.stringContaining(`Cannot create already existing ${what} "arn:`),
    });
    await expect(aModel('good')).rejects.toMatchObject(exists('model'));
    await expect(aConfig('good', [serverless('good')])).rejects.toMatchObject(exists('endpoint configuration'));
    await expect(anEndpoint('good', 'good')).rejects.toMatchObject(exists('endpoint'));
  });

  it('are refused for what they refer to and is not there', async () => {
    await expect(aConfig('c', [serverless('none')])).rejects.toMatchObject({
      message: expect.stringMatching(/^Could not find model "arn/),
    });
    await expect(anEndpoint('e', 'none')).rejects.toMatchObject({
      message: expect.stringMatching(/^Could not find endpoint configuration "arn/),
    });
  });

  const variants: Array<[string, ProductionVariant[]]> = [
    [
      'memory that is no multiple of 1 GB',
      [{ ...serverless('good'), ServerlessConfig: { MemorySizeInMB: 1500, MaxConcurrency: 1 } }],
    ],
    ['a concurrency over 200', [serverless('good', 201)]],
    ['both kinds of capacity', [{ ...serverless('good'), ...onInstance('good', 'AllTraffic') }]],
    ['no capacity', [{ VariantName: 'a', ModelName: 'good' }]],
    ['two serverless variants', [serverless('good'), { ...serverless('good'), VariantName: 'other' }]],
    ['a field without local meaning', [{ ...onInstance('good', 'a'), EnableSSMAccess: true }]],
  ];
  for (const [what, list] of variants) {
    it(`are refused with ${what}`, async () => {
      await expect(aConfig('refused', list)).rejects.toMatchObject({ name: 'ValidationException' });
    });
  }

  it('are refused beyond the number of endpoints', async () => {
    const { Endpoints } = await world.sagemaker.send(new ListEndpointsCommand({ MaxResults: 100 }));
    for (let i = Endpoints?.length ?? 0; i < 12; i++) await anEndpoint(`fill-${i}`, 'good');
    await expect(anEndpoint('one-more', 'good')).rejects.toMatchObject({
      name: 'ResourceLimitExceeded',
      message: expect.stringMatching(/is 12/),
    });
  });
});
