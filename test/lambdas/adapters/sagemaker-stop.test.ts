import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { expect, it } from 'vitest';
import { sageMakerStop } from '../../../lambdas/adapters/sagemaker-stop.ts';

function clientThat(answer: () => Promise<unknown>) {
  const sent: string[] = [];
  const client = {
    send: (command: { constructor: { name: string } }) => {
      sent.push(command.constructor.name);
      return answer();
    },
  } as unknown as SageMakerClient;
  return { client, sent };
}
const failing = (name: string) => () => Promise.reject(Object.assign(new Error(name), { name }));

for (const [kind, command] of [
  ['training', 'StopTrainingJobCommand'],
  ['tuning', 'StopHyperParameterTuningJobCommand'],
  ['transform', 'StopTransformJobCommand'],
  ['parity', 'StopTransformJobCommand'],
] as const) {
  it(`stops a ${kind} job`, async () => {
    const { client, sent } = clientThat(async () => ({}));
    await sageMakerStop(client).stop({ kind, name: 'job' });
    expect(sent).toEqual([command]);
  });
}

it('leaves endpoints alone', async () => {
  const { client, sent } = clientThat(async () => ({}));
  await sageMakerStop(client).stop({ kind: 'endpoint', name: 'endpoint' });
  expect(sent).toEqual([]);
});

for (const name of ['ResourceNotFound', 'ValidationException']) {
  it(`takes ${name} for a job that has ended`, async () => {
    await expect(sageMakerStop(clientThat(failing(name)).client).stop({ kind: 'training', name: 'job' })).resolves.toBe(
      undefined,
    );
  });
}

it('does not take a throttle for one', async () => {
  const { client } = clientThat(failing('ThrottlingException'));
  await expect(sageMakerStop(client).stop({ kind: 'training', name: 'job' })).rejects.toThrow('Throttling');
});
