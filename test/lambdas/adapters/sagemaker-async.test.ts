import type { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { describe, expect, it } from 'vitest';
import type { LakeText } from '../../../lambdas/adapters/lake-texts.ts';
import { askAsyncEndpoint, keyIn, WAIT_MS } from '../../../lambdas/adapters/sagemaker-async.ts';
import { TRANSIENT } from '../../../lib/asl.ts';

const QUESTION = { endpointName: 'churn-v1-b', model: 'churn', inferenceId: 'verify-churn-v1-r1', csv: '1,2' };
const aText = (text: string): LakeText => ({ text, contentType: 'text/csv', at: new Date(0) });

/** An endpoint that writes `object` after so many looks. */
function aWorld(object: Record<string, LakeText>, after = 0, OutputLocation = 's3://lake/async/outputs/churn/1.out') {
  const objects = new Map<string, LakeText>();
  const sent: unknown[] = [];
  let waited = 0;
  let looks = 0;
  const client = {
    send: async ({ input }: { input: unknown }) => {
      sent.push(input);
      return { OutputLocation, FailureLocation: 's3://lake/async/errors/churn/1-error.out' };
    },
  };
  const lake = {
    bucket: 'lake',
    find: async (key: string) => {
      if (looks++ >= after) for (const [name, text] of Object.entries(object)) objects.set(name, text);
      return objects.get(key);
    },
    put: async (key: string, text: string) => void objects.set(key, aText(text)),
  };
  const ask = askAsyncEndpoint(client as unknown as SageMakerRuntimeClient, lake, async (ms) => {
    waited += ms;
  });
  return { ask, sent, objects, waited: () => waited };
}

describe('asking an endpoint that answers later', () => {
  it('sends rows through S3 and waits for the answer', async () => {
    const world = aWorld({ 'async/outputs/churn/1.out': aText('0.5') }, 6);
    expect(await world.ask(QUESTION)).toEqual({ contentType: 'text/csv', text: '0.5' });
    expect(world.objects.get('async/features/churn/verify-churn-v1-r1.csv')?.text).toBe('1,2');
    expect(world.sent).toEqual([
      expect.objectContaining({
        EndpointName: 'churn-v1-b',
        InferenceId: 'verify-churn-v1-r1',
        InputLocation: 's3://lake/async/features/churn/verify-churn-v1-r1.csv',
        ContentType: 'text/csv',
      }),
    ]);
    expect(world.waited()).toBeGreaterThan(0);
  });

  it('says so when the model fails, which is not tried again', async () => {
    const world = aWorld({ 'async/errors/churn/1-error.out': aText('a payload') }, 1);
    await expect(world.ask(QUESTION)).rejects.toMatchObject({
      name: 'EndpointVerificationError',
      message: 'the model of endpoint churn-v1-b failed',
    });
  });

  it('gives up in the end, with an error that the state machine asks again after', async () => {
    const world = aWorld({});
    await expect(world.ask(QUESTION)).rejects.toMatchObject({
      name: TRANSIENT.ErrorEquals.find((name) => name === 'UnavailableError'),
      message: 'endpoint churn-v1-b has not answered within 240 s',
    });
    expect(world.waited()).toBeGreaterThanOrEqual(WAIT_MS);
    expect(world.waited()).toBeLessThan(WAIT_MS + 5_000);
  });

  it('reads from nowhere but the lake', async () => {
    await expect(aWorld({}, 0, 's3://elsewhere/1.out').ask(QUESTION)).rejects.toThrow('writes to s3://elsewhere/1.out');
    expect(keyIn('lake', 's3://lake2/key')).toBeUndefined();
    expect(keyIn('lake', undefined)).toBeUndefined();
  });
});
