import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { describe, expect, it } from 'vitest';
import { UnavailableError } from '../../../domain/common-errors.ts';
import { invokeEndpoint, sageMakerEndpoints } from '../../../lambdas/adapters/sagemaker-endpoints.ts';

type Answers = Record<string, object | Error>;

function aClient(answers: Answers) {
  const sent: string[] = [];
  const client = {
    send: async (command: { constructor: { name: string }; input: unknown }) => {
      const name = command.constructor.name.replace('Command', '');
      sent.push(`${name} ${JSON.stringify(command.input)}`);
      const answer = answers[name] ?? {};
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  return { sent, endpoints: sageMakerEndpoints(client as unknown as SageMakerClient), client };
}

const invalid = (message: string) => Object.assign(new Error(message), { name: 'ValidationException' });

describe('the endpoints of SageMaker', () => {
  it('are described with the configuration they serve', async () => {
    const { endpoints } = aClient({ DescribeEndpoint: { EndpointStatus: 'InService', EndpointConfigName: 'c' } });
    expect(await endpoints.describe('e')).toEqual({ status: 'InService', configName: 'c' });
  });

  it('are undefined when there is none', async () => {
    const { endpoints } = aClient({ DescribeEndpoint: invalid('Could not find endpoint "e".') });
    expect(await endpoints.describe('e')).toBeUndefined();
  });

  it('are removed with configuration and model, in that order', async () => {
    const { endpoints, sent } = aClient({});
    await endpoints.remove('e');
    expect(sent).toEqual([
      'DeleteEndpoint {"EndpointName":"e"}',
      'DeleteEndpointConfig {"EndpointConfigName":"e"}',
      'DeleteModel {"ModelName":"e"}',
    ]);
  });

  it('are removed as far as they are there', async () => {
    const { endpoints, sent } = aClient({
      DeleteEndpoint: invalid('Could not find endpoint "e".'),
      DeleteEndpointConfig: invalid('Could not find endpoint configuration "e".'),
      DeleteModel: invalid('Could not find model "e".'),
    });
    await endpoints.remove('e');
    expect(sent).toHaveLength(3);
  });

  it('cannot be removed while they are created: another try can', async () => {
    const { endpoints } = aClient({ DeleteEndpoint: invalid('Cannot update in-progress endpoint "e".') });
    await expect(endpoints.remove('e')).rejects.toThrow(UnavailableError);
  });

  it('let every other refusal through', async () => {
    const { endpoints } = aClient({ DeleteEndpoint: invalid('1 validation error detected') });
    await expect(endpoints.remove('e')).rejects.toThrow('validation error');
  });

  it('are invoked with CSV', async () => {
    const { client, sent } = aClient({
      InvokeEndpoint: { ContentType: 'text/csv; charset=utf-8', Body: new TextEncoder().encode('0.5') },
    });
    const invoke = invokeEndpoint(client as unknown as SageMakerRuntimeClient);
    expect(await invoke('e', '1,2')).toEqual({ contentType: 'text/csv; charset=utf-8', text: '0.5' });
    expect(sent).toEqual([
      'InvokeEndpoint {"EndpointName":"e","ContentType":"text/csv","Accept":"text/csv","Body":"1,2"}',
    ]);
  });
});
