import {
  type AsyncInferenceConfig,
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DeleteEndpointCommand,
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  type ProductionVariant,
} from '@aws-sdk/client-sagemaker';
import {
  InvokeEndpointAsyncCommand,
  type InvokeEndpointAsyncCommandInput,
  InvokeEndpointCommand,
} from '@aws-sdk/client-sagemaker-runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endpointReaches, IMAGE, LOCAL_COMMAND, modelArchive, ROLE, startWorld, type World } from './harness.ts';

const TOPIC = 'arn:aws:sns:us-east-1:000000000000:answered';
const lost = new Set<string>();
let clock = 0;
let world: World;
beforeAll(async () => {
  world = await startWorld({
    now: () => new Date(Date.now() + clock),
    faults: { dropNotification: (id) => lost.has(id) },
  });
  world.aws.objects.set('lake/model.tar.gz', await modelArchive({ 'model.txt': 'learned' }));
  const PrimaryContainer = { Image: IMAGE, ModelDataUrl: 's3://lake/model.tar.gz', Environment: LOCAL_COMMAND };
  await world.sagemaker.send(new CreateModelCommand({ ModelName: 'good', PrimaryContainer, ExecutionRoleArn: ROLE }));
  await anEndpoint('queued', aConfig());
  await anEndpoint('narrow', aConfig({ ClientConfig: { MaxConcurrentInvocationsPerInstance: 2 } }));
  await anEndpoint('direct', undefined);
});
afterAll(() => world.stop());

const variant: ProductionVariant = {
  VariantName: 'AllTraffic',
  ModelName: 'good',
  InstanceType: 'ml.m5.large',
  InitialInstanceCount: 1,
};
const aConfig = (change: Partial<AsyncInferenceConfig> = {}): AsyncInferenceConfig => ({
  OutputConfig: {
    S3OutputPath: 's3://lake/outputs/',
    S3FailurePath: 's3://lake/errors',
    NotificationConfig: { SuccessTopic: TOPIC, ErrorTopic: TOPIC },
  },
  ...change,
});
const aConfiguration = (name: string, config: AsyncInferenceConfig | undefined, variants = [variant]) =>
  world.sagemaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: name,
      ProductionVariants: variants,
      ...(config && { AsyncInferenceConfig: config }),
    }),
  );

async function anEndpoint(name: string, config: AsyncInferenceConfig | undefined) {
  await aConfiguration(name, config);
  await world.sagemaker.send(new CreateEndpointCommand({ EndpointName: name, EndpointConfigName: name }));
  await endpointReaches(world, name, 'IN_SERVICE');
}

const ask = (change: Partial<InvokeEndpointAsyncCommandInput> = {}) =>
  world.runtime.send(new InvokeEndpointAsyncCommand({ EndpointName: 'queued', ContentType: 'text/csv', ...change }));
const anInput = (name: string, text: string): string => {
  world.aws.objects.set(`lake/in/${name}`, Buffer.from(text));
  return `s3://lake/in/${name}`;
};
const stored = (location: string | undefined): string | undefined =>
  world.aws.objects.get(location?.replace('s3://', '') ?? '')?.toString();

describe('an asynchronous endpoint', () => {
  it('describes its configuration', async () => {
    const config = await world.sagemaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName: 'narrow' }));
    const endpoint = await world.sagemaker.send(new DescribeEndpointCommand({ EndpointName: 'narrow' }));
    for (const described of [config, endpoint]) {
      expect(described.AsyncInferenceConfig).toEqual(
        aConfig({ ClientConfig: { MaxConcurrentInvocationsPerInstance: 2 } }),
      );
    }
  });

  it('takes a request, writes what its container answers, and tells the topic', async () => {
    const answer = await ask({ InputLocation: anInput('1', '1,2'), InferenceId: 'first', Accept: 'a/b' });
    expect(answer).toMatchObject({
      $metadata: { httpStatusCode: 202 },
      InferenceId: 'first',
      OutputLocation: expect.stringMatching(/^s3:\/\/lake\/outputs\/[0-9a-f-]{36}\.out$/),
      FailureLocation: expect.stringMatching(/^s3:\/\/lake\/errors\/[0-9a-f-]{36}-error\.out$/),
    });
    const { topic, message } = await world.aws.notification('first');
    expect(topic).toBe(TOPIC);
    expect(message).toEqual({
      awsRegion: 'us-east-1',
      eventTime: expect.any(String),
      receivedTime: expect.any(String),
      invocationStatus: 'Completed',
      requestParameters: { contentType: 'text/csv', endpointName: 'queued', inputLocation: 's3://lake/in/1' },
      responseParameters: { contentType: 'application/json', outputLocation: answer.OutputLocation },
      inferenceId: 'first',
      eventVersion: '1.0',
      eventSource: 'aws:sagemaker',
      eventName: 'InferenceResult',
    });
    const { body, headers } = JSON.parse(stored(answer.OutputLocation) ?? '');
    expect(body).toBe('1,2');
    expect(headers).toMatchObject({
      'content-type': 'text/csv',
      accept: 'a/b',
      'x-amzn-sagemaker-inference-id': 'first',
    });
    expect(stored(answer.FailureLocation)).toBeUndefined();
  });

  it('takes a small body in place of a location, and gives a request an id', async () => {
    const { InferenceId = '', OutputLocation } = await ask({ Body: Buffer.from('7,8') });
    const { message } = await world.aws.notification(InferenceId);
    expect(message.requestParameters as object).not.toHaveProperty('inputLocation');
    expect(JSON.parse(stored(OutputLocation) ?? '').body).toBe('7,8');
  });

  it('writes down why its model failed', async () => {
    const { OutputLocation, FailureLocation } = await ask({ Body: Buffer.from('status 503'), InferenceId: 'fails' });
    const { message } = await world.aws.notification('fails');
    expect(message).toMatchObject({
      invocationStatus: 'Failed',
      failureReason: expect.stringContaining('Received server error (503) from AllTraffic'),
    });
    expect(message).not.toHaveProperty('responseParameters');
    expect(stored(FailureLocation)).toBe('refused by the model');
    expect(stored(OutputLocation)).toBeUndefined();
  });

  const failures: [string, string, Partial<InvokeEndpointAsyncCommandInput>, RegExp][] = [
    [
      'an input that is not there',
      'absent',
      { InputLocation: 's3://lake/in/none' },
      /no object at s3:\/\/lake\/in\/none/,
    ],
    ['a model that takes too long', 'slow', { Body: Buffer.from('hang'), InvocationTimeoutSeconds: 1 }, /timed out/],
    ['a container that dies', 'dies', { Body: Buffer.from('crash') }, /./],
  ];
  for (const [what, id, change, reason] of failures) {
    it(`fails for ${what}`, async () => {
      await ask({ ...change, InferenceId: id });
      const { message } = await world.aws.notification(id);
      expect(message).toMatchObject({ invocationStatus: 'Failed', failureReason: expect.stringMatching(reason) });
    });
  }

  it('works off as many at a time as it is told, and lets those go that waited too long', async () => {
    const bodies = Array.from({ length: 5 }, () => Buffer.from('wait 150'));
    const asked = await Promise.all(bodies.map((Body) => ask({ EndpointName: 'narrow', Body })));
    const expired = await ask({
      EndpointName: 'narrow',
      Body: Buffer.from('1'),
      RequestTTLSeconds: 60,
      InferenceId: 'old',
    });
    clock += 61_000;
    await Promise.all(asked.map(({ InferenceId = '' }) => world.aws.notification(InferenceId)));
    expect(asked.map(({ OutputLocation }) => Number(stored(OutputLocation)))).toEqual([2, 2, 2, 2, 2]);
    const { message } = await world.aws.notification('old');
    expect(message).toMatchObject({ invocationStatus: 'Failed', failureReason: expect.stringMatching(/expired/) });
    expect(stored(expired.OutputLocation)).toBeUndefined();
  });

  it('repeats a notification that the topic did not take, and may lose one', async () => {
    world.aws.failPublish = 2;
    lost.add('lost');
    await ask({ Body: Buffer.from('1'), InferenceId: 'again' });
    const { OutputLocation } = await ask({ Body: Buffer.from('2'), InferenceId: 'lost' });
    await world.aws.notification('again');
    await expect.poll(() => stored(OutputLocation)).toBeDefined();
    expect(world.aws.notifications.some(({ message }) => message.inferenceId === 'lost')).toBe(false);
  });

  it('answers after a restart what it had not answered before', async () => {
    const asked = await Promise.all(
      ['a', 'b', 'c'].map((id) => ask({ EndpointName: 'narrow', Body: Buffer.from('wait 400'), InferenceId: id })),
    );
    await world.restart();
    await Promise.all(asked.map(({ InferenceId = '' }) => world.aws.notification(InferenceId)));
    for (const { OutputLocation } of asked) expect(stored(OutputLocation)).toMatch(/^\d$/);
    const told = world.aws.notifications.filter(({ message }) => /^[abc]$/.test(String(message.inferenceId)));
    expect(told.map(({ message }) => message.invocationStatus)).toEqual(['Completed', 'Completed', 'Completed']);
  });

  it('forgets its queue when it is deleted', async () => {
    await anEndpoint('brief', aConfig({ ClientConfig: { MaxConcurrentInvocationsPerInstance: 1 } }));
    await ask({ EndpointName: 'brief', Body: Buffer.from('wait 300'), InferenceId: 'under-way' });
    await ask({ EndpointName: 'brief', Body: Buffer.from('1'), InferenceId: 'waits' });
    await world.sagemaker.send(new DeleteEndpointCommand({ EndpointName: 'brief' }));
    await expect
      .poll(() =>
        world.sagemaker.send(new DescribeEndpointCommand({ EndpointName: 'brief' })).catch(({ name }) => name),
      )
      .toBe('ValidationException');
    await anEndpoint('brief2', aConfig());
    expect(world.aws.notifications.some(({ message }) => message.inferenceId === 'waits')).toBe(false);
  });
});

describe('requests', () => {
  const refused: [string, Partial<InvokeEndpointAsyncCommandInput>, RegExp][] = [
    ['neither body nor location', {}, /Exactly one/],
    ['both', { Body: Buffer.from('1'), InputLocation: 's3://lake/in/1' }, /Exactly one/],
    ['a body above 128,000 bytes', { Body: Buffer.alloc(128_001, '1') }, /larger than 128000/],
    ['a location elsewhere', { InputLocation: 'https://example.com/x' }, /S3 URI/],
    ['a time to live below a minute', { Body: Buffer.from('1'), RequestTTLSeconds: 59 }, /requestttlseconds/],
    ['a time to live above six hours', { Body: Buffer.from('1'), RequestTTLSeconds: 21_601 }, /requestttlseconds/],
    ['more than an hour', { Body: Buffer.from('1'), InvocationTimeoutSeconds: 3_601 }, /invocationtimeoutseconds/],
    ['a name for the output', { Body: Buffer.from('1'), Filename: 'x' }, /filename is not supported/],
    ['a path for the output', { Body: Buffer.from('1'), S3OutputPathExtension: 'x' }, /not supported/],
    ['another endpoint', { Body: Buffer.from('1'), EndpointName: 'none' }, /not found/],
    ['an endpoint that answers at once', { Body: Buffer.from('1'), EndpointName: 'direct' }, /is not asynchronous/],
  ];
  for (const [what, change, reason] of refused) {
    it(`are refused with ${what}`, async () => {
      await expect(ask(change)).rejects.toMatchObject({
        name: 'ValidationError',
        message: expect.stringMatching(reason),
        $metadata: { httpStatusCode: 400 },
      });
    });
  }

  it('take a body of 128,000 bytes', async () => {
    const { InferenceId = '' } = await ask({ Body: Buffer.alloc(128_000, '1') });
    expect((await world.aws.notification(InferenceId)).message.invocationStatus).toBe('Completed');
  });

  it('are refused by an asynchronous endpoint that want an answer at once', async () => {
    const call = new InvokeEndpointCommand({ EndpointName: 'queued', Body: '1' });
    await expect(world.runtime.send(call)).rejects.toMatchObject({
      name: 'ValidationError',
      message: 'Endpoint queued is asynchronous: it takes InvokeEndpointAsync.',
    });
  });

  const configs: [string, AsyncInferenceConfig, ProductionVariant[]?][] = [
    [
      'a queue before a serverless variant',
      aConfig(),
      [{ VariantName: 'a', ModelName: 'good', ServerlessConfig: { MemorySizeInMB: 1024, MaxConcurrency: 1 } }],
    ],
    ['no output path', { OutputConfig: {} as never }],
    ['nothing in the container', aConfig({ ClientConfig: { MaxConcurrentInvocationsPerInstance: 0 } })],
    ['more than 1,000', aConfig({ ClientConfig: { MaxConcurrentInvocationsPerInstance: 1_001 } })],
    [
      'answers in notifications, which the stand-in does not send',
      aConfig({
        OutputConfig: {
          S3OutputPath: 's3://lake/o',
          NotificationConfig: { SuccessTopic: TOPIC, IncludeInferenceResponseIn: ['SUCCESS_NOTIFICATION_TOPIC'] },
        },
      }),
    ],
  ];
  for (const [what, config, variants] of configs) {
    it(`are refused for a configuration with ${what}`, async () => {
      await expect(aConfiguration('refused', config, variants)).rejects.toMatchObject({ name: 'ValidationException' });
    });
  }
});
