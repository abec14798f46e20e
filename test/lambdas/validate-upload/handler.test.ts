import { beforeEach, describe, expect, it } from 'vitest';
import { uploadIdentity } from '../../../domain/datasets/upload.ts';
import { makeHandler } from '../../../lambdas/validate-upload/handler.ts';
import { anObjectCreated } from '../../fixtures/aws-events.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { recordingSets } from '../../fixtures/landing.ts';
import { SET_NOW, type SetRoom, setRoom } from '../../fixtures/set-room.ts';

const KEY = 'churn/week/_SUCCESS';

describe('a message about a set', () => {
  let room: SetRoom;
  let sets: ReturnType<typeof recordingSets>;
  beforeEach(async () => {
    room = await setRoom(aModelSpec());
    sets = recordingSets();
    return () => room.lake.remove();
  });
  const take = (...messages: object[]) =>
    makeHandler({ ...room.deps, attemptId: () => 'a', sets, landingBucket: 'landing' })({
      Records: messages.map((message, index) => ({ messageId: String(index), body: JSON.stringify(message) })),
    });
  const failed = (status: string, input: unknown) => ({
    source: 'aws.states',
    'detail-type': 'Step Functions Execution Status Change',
    detail: { name: 'churn-abc-1', status, input },
  });

  it('starts its validation when it is sealed, once', async () => {
    const event = anObjectCreated('landing', KEY);
    expect(await take(event, event)).toEqual({ batchItemFailures: [] });
    const seal = { bucket: 'landing', key: KEY, versionId: event.detail.object['version-id'] };
    expect(sets.started).toMatchObject([{ input: { model: 'churn', seal, attempt: 1 } }]);
    // the execution claims it
    expect(await room.registry.claimStates([uploadIdentity(seal)], SET_NOW)).toEqual(['free']);
  });

  it('does nothing for a part, nor for a seal in another bucket', async () => {
    expect(await take(anObjectCreated('landing', 'churn/week/part-0.csv'), anObjectCreated('other', KEY))).toEqual({
      batchItemFailures: [],
    });
    expect(sets.started).toEqual([]);
    expect(await room.registry.listDatasets('churn')).toEqual([]);
    expect(room.publisher.published).toEqual([]);
  });

  it('starts another execution after one that failed', async () => {
    const work = { model: 'churn', seal: { bucket: 'landing', key: KEY, versionId: 'v1' }, attempt: 1 };
    sets.describe = async () => ({ status: sets.started.length === 1 ? 'FAILED' : 'RUNNING' });
    expect(await take(failed('FAILED', JSON.stringify(work)))).toEqual({ batchItemFailures: [] });
    expect(sets.started.map(({ input }) => input)).toEqual([work, { ...work, attempt: 2 }]);
  });

  it('is reported if it does not say which set', async () => {
    const messages = [failed('FAILED', '{}'), failed('FAILED', undefined), failed('FAILED', 'no JSON')];
    expect((await take(...messages)).batchItemFailures).toHaveLength(3);
    expect(sets.started).toEqual([]);
  });
});
