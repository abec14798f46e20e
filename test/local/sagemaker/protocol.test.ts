import { request } from 'node:http';
import { CreateProcessingJobCommand, ListTrainingJobsCommand, UpdateEndpointCommand } from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorld, type World } from './harness.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const post = (target: string | undefined, body: string, path = '/') =>
  fetch(`${world.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', ...(target ? { 'x-amz-target': target } : {}) },
    body,
  });

describe('the control plane', () => {
  it('refuses an operation it does not have by name', async () => {
    const unsupported = (operation: string) => ({
      name: 'UnknownOperationException',
      message: `The operation ${operation} is not supported by the local SageMaker (docs/local-support.md lists what is)`,
    });
    const update = new UpdateEndpointCommand({ EndpointName: 'e', EndpointConfigName: 'c' });
    await expect(world.sagemaker.send(update)).rejects.toMatchObject(unsupported('UpdateEndpoint'));
    const processing = new CreateProcessingJobCommand({} as never);
    await expect(world.sagemaker.send(processing)).rejects.toMatchObject(unsupported('CreateProcessingJob'));
    for (const name of ['__proto__', 'toString']) expect((await post(`SageMaker.${name}`, '{}')).status).toBe(400);
  });

  it('answers errors in the shape of AWS JSON 1.1', async () => {
    const response = await post('SageMaker.DescribeTrainingJob', '{"TrainingJobName":"none"}');
    expect(response.status).toBe(400);
    expect(response.headers.get('x-amzn-errortype')).toBe('ResourceNotFound');
    expect(response.headers.get('content-type')).toBe('application/x-amz-json-1.1');
    expect(await response.json()).toEqual({ __type: 'ResourceNotFound', Message: 'Requested resource not found.' });
  });

  it('names every member that is wrong, as SageMaker does', async () => {
    const response = await post(
      'SageMaker.ListTrainingJobs',
      '{"MaxResults":101,"StatusEquals":"Done","Colour":"red"}',
    );
    const { __type, message } = (await response.json()) as Record<string, string>;
    expect(__type).toBe('ValidationException');
    expect(message).toMatch(/^3 validation errors detected: /);
    expect(message).toContain(
      "Value '101' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 100",
    );
    expect(message).toContain(
      "Value 'Done' at 'statusEquals' failed to satisfy constraint: Member must satisfy enum value set: [",
    );
    expect(message).toContain('Colour is not supported by the local SageMaker');
  });

  it('says which required member is missing', async () => {
    const response = await post('SageMaker.DescribeModel', '{}');
    expect(await response.json()).toMatchObject({
      message:
        "1 validation error detected: Value 'undefined' at 'modelName' failed to satisfy constraint: Member must not be null",
    });
  });

  for (const [what, target, body, type] of [
    ['a body that is no JSON', 'SageMaker.ListModels', '{', 'SerializationException'],
    ['another service', 'DynamoDB_20120810.ListTables', '{}', 'UnknownOperationException'],
    ['no target', undefined, '{}', 'UnknownOperationException'],
    ['a token it did not give', 'SageMaker.ListModels', '{"NextToken":"abc"}', 'ValidationException'],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const response = await post(target, body);
      expect([response.status, ((await response.json()) as { __type: string }).__type]).toEqual([400, type]);
    });
  }

  it('refuses paths of the runtime it does not have', async () => {
    const response = await post(undefined, '', '/endpoints/e/invocations-response-stream');
    expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([404, 'UnknownOperationException']);
  });

  for (const headers of [{ origin: 'https://example.com' }, { host: 'rebound.example.com' }]) {
    it(`refuses web pages: ${JSON.stringify(headers)}`, async () => {
      const status = await new Promise((resolve, reject) => {
        const options = { method: 'POST', headers: { ...headers, 'x-amz-target': 'SageMaker.ListModels' } };
        request(world.url, options, (response) => resolve(response.resume().statusCode))
          .on('error', reject)
          .end('{}');
      });
      expect(status).toBe(403);
    });
  }

  it('takes dates as the SDK writes them', async () => {
    const { TrainingJobSummaries } = await world.sagemaker.send(
      new ListTrainingJobsCommand({ CreationTimeAfter: new Date() }),
    );
    expect(TrainingJobSummaries).toEqual([]);
  });
});
