import { describe, expect, it } from 'vitest';
import { EVENTS } from '../../../domain/events/catalog.ts';
import { makeHandler } from '../../../lambdas/finish-async/handler.ts';
import { post, V1 } from '../infer/a-faced-model.ts';
import { anAsyncWorld, notified } from '../infer/an-async-model.ts';

const BODY = { instances: [[30, 1.5, 'pro', true]] };
const MINUTE = 60_000;
const SWEEP = { 'detail-type': 'Scheduled Event', time: '2026-11-23T00:00:00Z' };

async function asked(rollout?: string) {
  const world = anAsyncWorld();
  if (rollout) {
    const async = { timeoutSeconds: 900 };
    const target = { kind: 'endpoint' as const, endpointName: 'churn-v1-bbbbbbbb', async };
    world.router.route([{ version: 1, weight: 1, target }], rollout);
  }
  const { body } = await post(world.router, V1, BODY);
  return { ...world, id: body.inference_id as string };
}
type World = Awaited<ReturnType<typeof asked>>;

/** Nothing waits, one answer is there, and it was counted once at most. */
async function expectFinished(world: World) {
  for (const folder of ['requests', 'features', 'pending']) expect(world.keys(folder), folder).toEqual([]);
  expect(world.keys('results')).toEqual([`lake/async/results/churn/${world.id}`]);
  expect(world.keys('failures')).toEqual([]);
  expect((await world.read(world.id)).status).toBe(200);
  expect(new Set(world.captured.map((line) => JSON.parse(line).eventMetadata.eventId))).toEqual(new Set([world.id]));
  expect(world.counted.length).toBeLessThanOrEqual(1);
  expect(world.published.length).toBeGreaterThanOrEqual(1);
}

describe('a notification', () => {
  it('finishes its request: answer, capture, count, event, and nothing is left over', async () => {
    const world = await asked('churn-v1-r1');
    expect(await world.tell()).toEqual({ finished: 1 });
    await expectFinished(world);
    expect(world.counted).toHaveLength(1);
    expect(world.published).toEqual([
      {
        name: 'PredictionCompleted',
        detail: {
          model: 'churn',
          at: expect.any(String),
          version: 1,
          inferenceId: world.id,
          rows: 1,
          location: `s3://lake/async/results/churn/${world.id}`,
        },
      },
    ]);
    const detail = { schemaVersion: 1, ...world.published[0]?.detail };
    expect(EVENTS.PredictionCompleted.detail.parse(detail)).toEqual(detail);
  });

  it('changes nothing when it comes again, late or as a failure', async () => {
    const world = await asked('churn-v1-r1');
    const again = world.answer();
    await world.written();
    await world.finish(notified(again));
    const before = {
      objects: [...world.aws.objects.keys()],
      published: [...world.published],
      captured: [...world.captured],
    };
    for (const message of [again, again, world.answer(1, 'late'), world.answer(1, 'timed out')]) {
      expect(await world.finish(notified(message))).toEqual({ finished: 0 });
    }
    expect([...world.aws.objects.keys()]).toEqual(before.objects);
    expect(world.published).toEqual(before.published);
    expect(world.captured).toEqual(before.captured);
    expect(world.counted).toHaveLength(1);
  });

  const STEPS = ['find', 'putOnce', 'capture', 'count', 'publish', 'remove'] as const;
  for (const step of STEPS) {
    for (const when of ['before', 'after'] as const) {
      it(`is finished by its repeat when the function dies ${when} ${step}`, async () => {
        const world = await asked('churn-v1-r1');
        const message = world.answer();
        await world.written();
        let broken = true;
        const fragile =
          <A extends unknown[], R>(name: string, run: (...args: A) => Promise<R>) =>
          async (...args: A): Promise<R> => {
            if (name !== step || !broken) return run(...args);
            broken = false;
            if (when === 'after') await run(...args);
            throw new Error('killed');
          };
        const { lake, capture, events, count } = world.deps;
        const handler = makeHandler({
          ...world.deps,
          lake: {
            ...lake,
            find: fragile('find', lake.find),
            putOnce: fragile('putOnce', lake.putOnce),
            remove: fragile('remove', lake.remove),
          },
          capture: fragile('capture', capture),
          events: { publish: fragile('publish', events.publish) },
          count: fragile('count', count),
        });
        const first = await handler(notified(message)).catch((error: Error) => error);
        // a count that is lost fails nothing
        expect(first instanceof Error).toBe(step !== 'count');
        await handler(notified(message));
        await expectFinished(world);
      });
    }
  }

  it('about an answer that is not there yet is tried again', async () => {
    const world = await asked();
    const message = world.answer();
    await world.written();
    world.aws.objects.delete('lake/async/outputs/churn/1.out');
    await expect(world.finish(notified(message))).rejects.toThrow('is not there');
    expect(world.keys('requests')).toHaveLength(1);
  });

  it('about an answer elsewhere is one about a failure', async () => {
    const world = await asked();
    const message = JSON.parse(world.answer());
    message.responseParameters.outputLocation = 's3://lake/artifacts/secret';
    await world.finish(notified(JSON.stringify(message)));
    expect((await world.read(world.id)).status).toBe(500);
  });

  it('of somebody else, as of a rollout that tries its endpoint, is passed over', async () => {
    const world = await asked();
    const message = JSON.parse(world.answer());
    for (const inputLocation of [
      's3://lake/async/features/churn/verify-churn-v1-r1.csv',
      's3://other/x.csv',
      's3://lake/artifacts/x.csv',
      undefined,
    ]) {
      const other = { ...message, requestParameters: { ...message.requestParameters, inputLocation } };
      expect(await world.finish(notified(JSON.stringify(other)))).toEqual({ finished: 0 });
    }
    expect(world.keys('requests')).toHaveLength(1);
  });

  it('that is none is refused', async () => {
    const { finish } = await asked();
    for (const message of ['', '{}', 'null', '{"invocationStatus":"Done"}']) {
      await expect(finish(notified(message))).rejects.toThrow();
    }
    await expect(finish({ Records: [] })).rejects.toThrow();
  });
});

describe('the sweep', () => {
  it('finishes a request whose notification was lost', async () => {
    const world = await asked('churn-v1-r1');
    world.answer();
    await world.written();
    expect(await world.finish(SWEEP)).toEqual({ finished: 0 });
    world.advance(10 * MINUTE);
    expect(await world.finish(SWEEP)).toEqual({ finished: 1 });
    await expectFinished(world);
    expect(await world.finish(SWEEP)).toEqual({ finished: 0 });
  });

  it('finishes the others when one cannot be read, and says so at the end', async () => {
    const world = await asked();
    world.answer();
    await world.written();
    const broken = 'lake/async/pending/churn/0.json';
    world.aws.objects.set(broken, Buffer.from('{}'));
    world.advance(11 * MINUTE);
    await expect(world.finish(SWEEP)).rejects.toThrow('1 of 2 failed, first: ');
    expect(world.keys('pending')).toEqual([broken]);
    expect((await world.read(world.id)).status).toBe(200);
  });

  it('tells a model that failed from one that is still at it', async () => {
    const world = await asked();
    world.advance(11 * MINUTE);
    expect(await world.finish(SWEEP)).toEqual({ finished: 0 });
    expect((await world.read(world.id)).status).toBe(202);
    world.aws.objects.set('lake/async/errors/churn/1-error.out', Buffer.from('a payload'));
    expect(await world.finish(SWEEP)).toEqual({ finished: 1 });
    const { status, body } = await world.read(world.id);
    expect([status, body.detail]).toEqual([500, 'the model failed']);
  });

  it('gives up once SageMaker has', async () => {
    const world = await asked();
    world.advance((6 * 60 + 25) * MINUTE - 1);
    expect(await world.finish(SWEEP)).toEqual({ finished: 0 });
    world.advance(1);
    expect(await world.finish(SWEEP)).toEqual({ finished: 1 });
    expect((await world.read(world.id)).status).toBe(504);
    expect(world.published).toMatchObject([{ name: 'PredictionFailed', detail: { status: 504 } }]);
    const detail = { schemaVersion: 1, ...world.published[0]?.detail };
    expect(EVENTS.PredictionFailed.detail.parse(detail)).toEqual(detail);
  });

  it('takes away a mark that was made after its request was finished', async () => {
    const world = await asked();
    const mark = world.aws.objects.get(`lake/async/pending/churn/${world.id}.json`) ?? Buffer.of();
    await world.tell();
    world.aws.objects.set(`lake/async/pending/churn/${world.id}.json`, mark);
    world.advance(11 * MINUTE);
    expect(await world.finish(SWEEP)).toEqual({ finished: 0 });
    expect(world.keys('pending')).toEqual([]);
  });
});
