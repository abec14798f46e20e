import { describe, expect, it } from 'vitest';
import { uploadIdentity } from '../../../domain/datasets/upload.ts';
import type { CurrentObject } from '../../../lambdas/adapters/s3-listing.ts';
import { reconcileUploads } from '../../../lambdas/reconcile-uploads/reconcile-uploads.ts';
import { ObjectCreated } from '../../../lambdas/runtime/s3-event.ts';
import { memoryRegistry } from '../../fixtures/memory-registry.ts';

const NOW = Date.parse('2026-11-23T12:00:00.000Z');
const MINUTE = 60_000;

function world(objects: CurrentObject[], pageSize = 1_000) {
  const registry = memoryRegistry();
  const sent: string[] = [];
  let waiting = 0;
  let now = NOW;
  let pages = 0;
  const deps = {
    bucket: 'landing',
    registry,
    objects: {
      async page({ cursor = '0' }: { cursor?: string | undefined }) {
        pages += 1;
        const end = Number(cursor) + pageSize;
        return { objects: objects.slice(Number(cursor), end), ...(end < objects.length && { next: String(end) }) };
      },
    },
    uploads: { waiting: async () => waiting, send: async (body: string) => void sent.push(body) },
    now: () => new Date(now),
  };
  return {
    registry,
    deps,
    run: () => reconcileUploads(deps),
    keys: () => sent.map((body) => ObjectCreated.parse(JSON.parse(body)).detail.object.key),
    sent,
    later: (ms: number) => {
      now += ms;
    },
    wait: (messages: number) => {
      waiting = messages;
    },
    pages: () => pages,
  };
}

const object = (key: string, ageMs = 10 * MINUTE, versionId = 'v1'): CurrentObject => ({
  key,
  versionId,
  size: 7,
  etag: 'abc',
  modifiedAt: new Date(NOW - ageMs),
});
const identity = (key: string, versionId = 'v1') => uploadIdentity({ bucket: 'landing', key, versionId });

describe('reconcile-uploads', () => {
  it('announces an upload nobody heard of, as EventBridge would have, and once', async () => {
    const { run, sent, later, registry } = world([object('churn/a b+c.csv')]);
    expect(await run()).toEqual({ outcome: 'looked', pages: 1, looked: 1, sent: 1, unfinished: false });
    expect(ObjectCreated.parse(JSON.parse(sent[0] ?? ''))).toEqual({
      'detail-type': 'Object Created',
      time: '2026-11-23T11:50:00.000Z',
      detail: {
        bucket: { name: 'landing' },
        object: { key: 'churn/a b+c.csv', size: 7, etag: 'abc', 'version-id': 'v1' },
      },
    });
    later(10 * MINUTE);
    expect(await run()).toMatchObject({ looked: 1, sent: 0 });
    expect(await registry.claimStates([identity('churn/a b+c.csv')], new Date(NOW))).toEqual(['free']);
  });

  for (const [age, expected] of [
    [5 * MINUTE - 1, 0],
    [5 * MINUTE, 1],
    [24 * 60 * MINUTE, 1],
    [24 * 60 * MINUTE + 1, 0],
  ] as const) {
    it(`${expected ? 'announces' : 'leaves'} an upload that is ${age} ms old`, async () => {
      expect(await world([object('churn/a.csv', age)]).run()).toMatchObject({ looked: expected, sent: expected });
    });
  }

  it('leaves what is being worked on, and what is done', async () => {
    const { run, registry, keys, later } = world(['busy', 'done', 'lost'].map((file) => object(`churn/${file}.csv`)));
    const lease = { now: new Date(NOW), ms: 6 * MINUTE };
    await registry.claim(identity('churn/busy.csv'), 'a', lease);
    await registry.claim(identity('churn/done.csv'), 'a', lease);
    await registry.completeClaim(identity('churn/done.csv'), 'a', {});
    await run();
    expect(keys()).toEqual(['churn/lost.csv']);
    // the function that held the claim is gone
    later(7 * MINUTE);
    await run();
    expect(keys()).toEqual(['churn/lost.csv', 'churn/busy.csv']);
  });

  it('tells versions of one key apart', async () => {
    const { run, registry, keys } = world([object('churn/a.csv', 10 * MINUTE, 'v2')]);
    await registry.claim(identity('churn/a.csv', 'v1'), 'a', { now: new Date(NOW), ms: MINUTE });
    await run();
    expect(keys()).toEqual(['churn/a.csv']);
  });

  it('announces data, seals of sets and mistakes; not specs, parts and what is passed over', async () => {
    const claimed = [
      'churn/a.csv',
      'churn/set/_SUCCESS',
      'churn/other/manifest.json',
      'no-folder.csv',
      'churn/a/b/c.csv',
    ];
    const others = [
      'specs/churn.yaml',
      'spec-problems/churn.json',
      'churn/set/part-0',
      'churn/',
      'churn/.x',
      'churn/a.tmp',
    ];
    const { run, keys } = world([...claimed, ...others].map((key) => object(key)));
    expect(await run()).toMatchObject({ looked: claimed.length, sent: claimed.length });
    expect(keys()).toEqual(claimed);
  });

  it('walks a large bucket over several runs, and begins again at its end', async () => {
    const objects = Array.from({ length: 250 }, (_, index) => object(`churn/${index}.csv`));
    const { run, keys, pages } = world(objects, 1);
    expect(await run()).toMatchObject({ pages: 100, unfinished: true });
    expect(await run()).toMatchObject({ pages: 100, unfinished: true });
    expect(await run()).toMatchObject({ pages: 50, unfinished: false });
    expect(keys()).toEqual(objects.map(({ key }) => key));
    await run();
    expect(pages()).toBe(350);
    expect(keys()).toHaveLength(250);
  });

  for (const [messages, outcome] of [
    [100, 'looked'],
    [101, 'backlog'],
  ] as const) {
    it(`${outcome === 'looked' ? 'looks' : 'does not look'} while ${messages} messages wait`, async () => {
      const { run, wait, sent } = world([object('churn/a.csv')]);
      wait(messages);
      expect(await run()).toMatchObject({ outcome });
      expect(sent).toHaveLength(outcome === 'looked' ? 1 : 0);
    });
  }

  it('tries again what could not be sent', async () => {
    const { deps, run, keys } = world([object('churn/a.csv')]);
    const failing = { ...deps, uploads: { ...deps.uploads, send: () => Promise.reject(new Error('no queue')) } };
    await expect(reconcileUploads(failing)).rejects.toThrow('no queue');
    await run();
    expect(keys()).toEqual(['churn/a.csv']);
  });
});
