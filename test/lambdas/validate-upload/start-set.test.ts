import { describe, expect, it } from 'vitest';
import type { SetWork } from '../../../domain/datasets/sets.ts';
import { startSet } from '../../../lambdas/validate-upload/start-set.ts';

const seal = { bucket: 'landing', key: 'churn/week/_SUCCESS', versionId: 'v1' };

/** Executions that end as the statuses say, by attempt. */
function world(...statuses: string[]) {
  const started = new Map<string, SetWork>();
  const sets = {
    async start(name: string, input: SetWork) {
      started.set(name, started.get(name) ?? input);
      return name;
    },
    describe: async (arn: string) => ({
      status: statuses[(started.get(arn)?.attempt ?? 0) - 1] ?? 'RUNNING',
      error: 'Lost',
    }),
  };
  return { started, start: (source = seal) => startSet(source, 'churn', { sets }) };
}

describe('a sealed set', () => {
  it('is started once, however often its event comes', async () => {
    const { start, started } = world();
    const { execution } = await start();
    expect(await start()).toEqual({ execution });
    expect([...started]).toEqual([[execution, { model: 'churn', seal, attempt: 1 }]]);
  });

  it('is started again if it is sealed again', async () => {
    const { start, started } = world();
    await start();
    await start({ ...seal, versionId: 'v2' });
    expect(started.size).toBe(2);
  });

  for (const [status, attempts] of [
    ['RUNNING', 1],
    ['SUCCEEDED', 1],
    ['ABORTED', 1],
    ['FAILED', 2],
    ['TIMED_OUT', 2],
  ] as const) {
    it(`is ${attempts === 1 ? 'not ' : ''}tried again after an execution that is ${status}`, async () => {
      const { start, started } = world(status);
      await start();
      expect([...started.values()].map(({ attempt }) => attempt)).toEqual(attempts === 1 ? [1] : [1, 2]);
    });
  }

  it('is an error after the third failure, so that its message ends in the dead-letter queue', async () => {
    const { start, started } = world('FAILED', 'TIMED_OUT', 'FAILED');
    await expect(start()).rejects.toMatchObject({ name: 'UnavailableError', message: expect.stringContaining('Lost') });
    expect(started.size).toBe(3);
  });
});
