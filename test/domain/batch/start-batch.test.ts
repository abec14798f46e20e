import { describe, expect, it } from 'vitest';
import { finishBatch } from '../../../domain/batch/finish-batch.ts';
import { type StartBatchInput, startBatch } from '../../../domain/batch/start-batch.ts';
import type { EventName } from '../../../domain/events/catalog.ts';
import { aBatchStarter, type BatchStarter } from '../../fixtures/batch-starter.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { AT, aModelVersion, anArtifact } from '../../fixtures/entities.ts';
import { memoryRegistry } from '../../fixtures/memory-registry.ts';

const change = { by: 'ana', at: new Date(AT) };
const REQUEST: StartBatchInput = {
  model: 'churn',
  request: { prefix: 's3://landing/batch-inputs/churn/' },
  trigger: 'manual',
  by: 'ana',
};

class Killed extends Error {}

/** Everything a step does outside, of which the call numbered `at` is done or not, and then the process dies. */
function dyingAt<T extends object>(target: T, life: { left: number; done: boolean }): T {
  return new Proxy(target, {
    get(object, name) {
      const member = Reflect.get(object, name) as unknown;
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]) => {
        life.left -= 1;
        if (life.left === 0 && !life.done) throw new Killed();
        const result = await member.apply(object, args);
        if (life.left === 0) throw new Killed();
        return result;
      };
    },
  });
}

async function setUp() {
  const registry = memoryRegistry();
  await registry.applySpec(aModelSpec(), change);
  const { version: _, ...version } = aModelVersion();
  await registry.registerVersion(version, change);
  await registry.moveAlias({ model: 'churn', alias: 'champion', version: 1, expectedRev: 0 }, change);
  const objects = [{ key: 'batch-inputs/churn/a.csv', etag: 'e', size: 1 }];
  const world: BatchStarter = { objects, started: [], written: new Map() };
  const published: EventName[] = [];
  const publisher = { publish: async (name: EventName) => void published.push(name) };
  return { registry, world, published, publisher, batches: aBatchStarter(world), now: () => new Date(AT) };
}

/** Kills the step before and after each of its calls, in turn. @returns how many calls it makes */
async function killEverywhere(
  act: (life: { left: number; done: boolean }) => Promise<unknown>,
  holds: (repeat: () => Promise<unknown>) => Promise<void>,
): Promise<number> {
  for (let call = 1; ; call += 1) {
    for (const done of [false, true]) {
      const died = await act({ left: call, done }).then(
        () => false,
        (error: unknown) => {
          if (error instanceof Killed) return true;
          throw error;
        },
      );
      await holds(() => act({ left: Number.POSITIVE_INFINITY, done }));
      if (!died) return call - 1;
    }
  }
}

describe('a start that dies at any call', () => {
  it('and is repeated makes one batch, one execution and one that watches it', async () => {
    let world: Awaited<ReturnType<typeof setUp>> | undefined;
    const calls = await killEverywhere(
      async (life) => {
        if (life.left !== Number.POSITIVE_INFINITY) world = await setUp();
        const { registry, publisher, batches, now } = world as Awaited<ReturnType<typeof setUp>>;
        const deps = { registry: dyingAt(registry, life), publisher: dyingAt(publisher, life), now };
        return startBatch(REQUEST, { ...deps, batches: dyingAt(batches, life) });
      },
      async (repeat) => {
        // should nobody repeat it, somebody looks after what is registered
        const [died] = (await world?.registry.listBatches('churn')) ?? [];
        if (died) expect(await world?.registry.findParked(`batch/${died.batchId}`)).toBeDefined();
        await repeat();
        const { registry, world: made, published } = world as Awaited<ReturnType<typeof setUp>>;
        const [batch, ...others] = await registry.listBatches('churn');
        expect(others).toEqual([]);
        expect(made.started.map(({ name }) => name)).toEqual([batch?.batchId]);
        expect(made.written.has(`batches/churn/${batch?.batchId}/input.json`)).toBe(true);
        expect(batch?.executionArn).toContain(batch?.batchId);
        expect(await registry.findParked(`batch/${batch?.batchId}`)).toMatchObject({
          executionArn: batch?.executionArn,
        });
        expect(published).toContain('BatchStarted');
      },
    );
    expect(calls).toBeGreaterThanOrEqual(8);
  });
});

describe('an end that dies at any call', () => {
  for (const status of ['scored', 'failed'] as const) {
    it(`and is repeated leaves a batch that is ${status}, told of, and nothing in SageMaker`, async () => {
      const id = 'churn-b0123456789ab-1';
      const job = { name: `${id}-x1`, kind: 'batch-transform', status: 'InProgress', startedAt: AT } as const;
      let world: (Awaited<ReturnType<typeof setUp>> & { held: Set<string> }) | undefined;
      const calls = await killEverywhere(
        async (life) => {
          if (life.left !== Number.POSITIVE_INFINITY) {
            world = { ...(await setUp()), held: new Set([job.name, `model ${job.name}`]) };
            const batch = { batchId: id, model: 'churn', version: 1, input: { kind: 'dataset', dataset: 1 } } as const;
            const more = { trigger: 'manual', by: 'ana', status: 'running', startedAt: AT } as const;
            await world.registry.createBatch({ ...batch, ...more, reasons: [], jobs: [job] }, change);
            const parked = { kind: 'batch', model: 'churn', ownerId: id, parkedAt: AT, dueAt: AT } as const;
            await world.registry.park({ ...parked, name: `batch/${id}` });
          }
          const { registry, publisher, held } = world as NonNullable<typeof world>;
          const how =
            status === 'scored'
              ? { status, rows: { total: 1, scored: 1, skipped: 0 }, predictions: anArtifact() }
              : { status, failure: { state: 'Transform', error: 'Error', cause: 'no' } };
          return finishBatch({ model: 'churn', batchId: id, ...how }, change, {
            registry: dyingAt(registry, life),
            publisher: dyingAt(publisher, life),
            jobs: dyingAt({ stop: async ({ name }: { name: string }) => void held.delete(name) }, life),
            models: dyingAt({ remove: async (name: string) => void held.delete(`model ${name}`) }, life),
          });
        },
        async (repeat) => {
          await repeat();
          const { registry, published, held } = world as NonNullable<typeof world>;
          expect(await registry.requireBatch('churn', id)).toMatchObject({ status, endedAt: AT });
          expect(published.at(-1)).toBe(status === 'scored' ? 'BatchScored' : 'BatchFailed');
          expect([...held]).toEqual([]);
          expect(await registry.findParked(`batch/${id}`)).toBeUndefined();
        },
      );
      expect(calls).toBeGreaterThanOrEqual(6);
    });
  }
});
