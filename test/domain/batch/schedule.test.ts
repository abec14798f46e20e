import { describe, expect, it } from 'vitest';
import { batchScheduleOf, keepBatchSchedule, startDueBatch } from '../../../domain/batch/schedule.ts';
import type { EventName } from '../../../domain/events/catalog.ts';
import type { ParkedToken } from '../../../domain/registry/entities.ts';
import { aBatchStarter, type BatchStarter } from '../../fixtures/batch-starter.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { AT, aDataset, aModelVersion, anArtifact } from '../../fixtures/entities.ts';
import { memoryRegistry } from '../../fixtures/memory-registry.ts';

const HOUR = 3_600_000;
const PREFIX = 's3://landing/batch-inputs/churn/';
const change = { by: 'ana', at: new Date(AT) };
const later = (hours: number) => new Date(Date.parse(AT) + hours * HOUR);

async function setUp(batch: object | undefined, { champion = true } = {}) {
  const registry = memoryRegistry();
  await registry.applySpec(aModelSpec({ deployment: { batch } }), change);
  if (champion) {
    const { version: _, ...version } = aModelVersion();
    await registry.registerVersion(version, change);
    await registry.moveAlias({ model: 'churn', alias: 'champion', version: 1, expectedRev: 0 }, change);
  }
  const world: BatchStarter = { objects: [], started: [], written: new Map() };
  const published: EventName[] = [];
  let now = later(0);
  await keepBatchSchedule('churn', registry, now);
  const entry = () => registry.findParked(batchScheduleOf('churn'));
  return {
    registry,
    world,
    published,
    entry,
    put: (key: string, etag = key) => world.objects.push({ key: `batch-inputs/churn/${key}`, etag, size: 1 }),
    async due(at: Date) {
      now = at;
      const publisher = { publish: async (name: EventName) => void published.push(name) };
      return startDueBatch((await entry()) as ParkedToken, {
        registry,
        publisher,
        batches: aBatchStarter(world),
        now: () => now,
      });
    },
    async end(status: 'scored' | 'failed') {
      const [newest] = await registry.listBatches('churn');
      const scored = status === 'scored' ? { predictions: anArtifact() } : {};
      await registry.updateBatch('churn', newest?.batchId ?? '', { status, ...scored }, change);
    },
    objectsOf: (index: number) => {
      const name = world.started[index]?.name;
      const list = world.written.get(`batches/churn/${name}/input.json`) as { objects: { key: string }[] };
      return list.objects.map(({ key }) => key.replace('batch-inputs/churn/', ''));
    },
  };
}

describe('a batch schedule', () => {
  it('is kept as the spec in force has it', async () => {
    const { registry, entry } = await setUp({ every: '6h', input: 'datasets' });
    expect(await entry()).toMatchObject({ kind: 'batch-schedule', dueAt: later(6).toISOString() });
    await keepBatchSchedule('churn', registry, later(5));
    expect(await entry()).toMatchObject({ dueAt: later(6).toISOString() });
    await registry.applySpec(aModelSpec({ deployment: { batch: { every: '15m', input: 'datasets' } } }), change);
    await keepBatchSchedule('churn', registry, later(1));
    expect(await entry()).toMatchObject({ dueAt: later(1.25).toISOString() });
    await registry.applySpec(aModelSpec(), change);
    await keepBatchSchedule('churn', registry, later(1));
    expect(await entry()).toBeUndefined();
  });

  it('waits for a champion', async () => {
    const { due, entry } = await setUp({ every: '6h', input: 'datasets' }, { champion: false });
    expect(await due(later(6))).toBe('no-champion');
    expect(await entry()).toMatchObject({ dueAt: later(12).toISOString() });
  });

  it('scores the newest accepted data set once', async () => {
    const { registry, due, world, end } = await setUp({ every: '6h', input: 'datasets' });
    expect(await due(later(6))).toBe('nothing-new');
    for (const version of [1, 2]) {
      const { version: _, ...dataset } = aDataset({ version });
      await registry.registerDataset(dataset, change);
    }
    const { version: _, ...rejected } = aDataset({ version: 3, verdict: 'rejected', data: undefined });
    await registry.registerDataset(rejected, change);
    expect(await due(later(12))).toBe('started');
    const [batch] = await registry.listBatches('churn');
    expect(batch).toMatchObject({ trigger: 'schedule', by: 'schedule', input: { kind: 'dataset', dataset: 2 } });
    expect(await due(later(18))).toBe('still-running');
    await end('scored');
    expect(await due(later(19))).toBe('nothing-new');
    expect(world.started).toHaveLength(1);
  });

  it('scores only what is new or was replaced under a prefix', async () => {
    const { due, put, end, objectsOf, world } = await setUp({ every: '1h', input: PREFIX });
    expect(await due(later(1))).toBe('nothing-new');
    put('a.csv');
    put('b.csv');
    expect(await due(later(2))).toBe('started');
    expect(objectsOf(0)).toEqual(['a.csv', 'b.csv']);
    await end('scored');
    expect(await due(later(3))).toBe('nothing-new');
    put('c.csv');
    expect(await due(later(4))).toBe('started');
    expect(objectsOf(1)).toEqual(['c.csv']);
    await end('scored');
    world.objects = world.objects.filter(({ key }) => !key.endsWith('a.csv'));
    put('a.csv', 'another');
    expect(await due(later(5))).toBe('started');
    expect(objectsOf(2)).toEqual(['a.csv']);
    await end('scored');
    expect(await due(later(6))).toBe('nothing-new');
  });

  it('tries again what a batch failed over, with what came since', async () => {
    const { due, put, end, objectsOf, world } = await setUp({ every: '1h', input: PREFIX });
    put('a.csv');
    await due(later(1));
    await end('failed');
    expect(await due(later(2))).toBe('started');
    expect(objectsOf(1)).toEqual(['a.csv']);
    expect(world.started[1]?.name).toMatch(/-2$/);
    await end('failed');
    put('b.csv');
    expect(await due(later(3))).toBe('started');
    expect(objectsOf(2)).toEqual(['a.csv', 'b.csv']);
  });

  it('starts one batch, whenever it dies and begins again', async () => {
    const { registry, due, put, world, entry } = await setUp({ every: '1h', input: PREFIX });
    put('a.csv');
    const before = (await entry()) as ParkedToken;
    await due(later(1));
    // it died before it wrote down that it had started one
    await registry.moveCursor(batchScheduleOf('churn'), undefined);
    await registry.park(before);
    expect(await due(later(1.1))).toBe('nothing-new');
    expect(world.started).toHaveLength(1);
    expect(await registry.listBatches('churn')).toHaveLength(1);
  });

  it('keeps its beat, however late it is looked at', async () => {
    const { due, entry } = await setUp({ every: '1h', input: PREFIX });
    await due(later(4.5));
    expect(await entry()).toMatchObject({ dueAt: later(5).toISOString() });
  });

  it('writes down why a place is refused, and asks again when it is due', async () => {
    const { registry, due, entry } = await setUp({ every: '1h', input: 's3://nobodys/rows/' });
    expect(await due(later(1))).toBe('refused');
    expect(await registry.listDecisions('churn', 'batch')).toMatchObject([
      { outcome: 'refused', reasons: [expect.stringContaining('batches may not read s3://nobodys/rows/')] },
    ]);
    expect(await entry()).toMatchObject({ dueAt: later(2).toISOString() });
  });
});
