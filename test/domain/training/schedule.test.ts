import { beforeEach, describe, expect, it } from 'vitest';
import { askForRetraining, keepSchedule, scheduleOf } from '../../../domain/training/schedule.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { AT, aRun } from '../../fixtures/entities.ts';
import { recordingPublisher } from '../../fixtures/landing.ts';
import { memoryRegistry } from '../../fixtures/memory-registry.ts';

const DAY = 86_400_000;
const on = (days: number) => new Date(Date.parse(AT) + days * DAY);
const change = { by: 'test', at: on(0) };
const NAME = scheduleOf('churn');

function setUp() {
  const registry = memoryRegistry();
  const publisher = recordingPublisher();
  const apply = async (every: string | undefined, now = on(0)) => {
    await registry.applySpec(aModelSpec({ monitoring: { retrain: { every } } }), change);
    await keepSchedule('churn', registry, now);
  };
  const dueAt = async () => (await registry.findParked(NAME))?.dueAt;
  /** What the reconciler does every ten minutes. */
  const tick = async (now: Date) => {
    const due = await registry.listParkedDue(now);
    return Promise.all(due.map((entry) => askForRetraining(entry, { registry, publisher, now: () => now })));
  };
  const run = (days: number, overrides = {}) =>
    registry.createRun(aRun({ runId: `churn-${days}`, startedAt: on(days).toISOString(), ...overrides }), change);
  const asked = () => publisher.published.map(({ name, detail }) => `${name} ${detail.at}`);
  return { registry, apply, dueAt, tick, run, asked };
}

describe('monitoring.retrain.every', () => {
  let world: ReturnType<typeof setUp>;
  beforeEach(() => {
    world = setUp();
  });

  it('counts from when it was asked for, until there is a run', async () => {
    await world.apply('7d');
    expect(await world.dueAt()).toBe(on(7).toISOString());
    await world.apply('7d', on(3));
    expect(await world.dueAt()).toBe(on(7).toISOString());
    await world.run(2);
    await world.apply('7d', on(3));
    expect(await world.dueAt()).toBe(on(9).toISOString());
  });

  it('asks when its time has come and not before, and again after a day if nothing came of it', async () => {
    await world.apply('7d');
    expect(await world.tick(new Date(on(7).getTime() - 1))).toEqual([]);
    expect(await world.tick(on(7))).toEqual(['asked']);
    expect(await world.tick(on(7.9))).toEqual([]);
    expect(await world.tick(on(8))).toEqual(['asked']);
    expect(world.asked()).toEqual([`RetrainingDue ${on(7).toISOString()}`, `RetrainingDue ${on(8).toISOString()}`]);
  });

  it('asks in its own rhythm if that is shorter than a day', async () => {
    await world.apply('6h');
    expect(await world.tick(on(0.25))).toEqual(['asked']);
    expect(await world.dueAt()).toBe(on(0.5).toISOString());
  });

  it('moves on with every run, whatever started it', async () => {
    await world.apply('7d');
    await world.run(5, { trigger: { kind: 'manual', reason: '' } });
    expect(await world.tick(on(7))).toEqual(['moved-on']);
    expect(world.asked()).toEqual([]);
    expect(await world.dueAt()).toBe(on(12).toISOString());
  });

  it('repeats itself, not another request, when it dies before it has put the entry off', async () => {
    await world.apply('7d');
    const { postponeParked } = world.registry;
    world.registry.postponeParked = () => Promise.reject(new Error('killed'));
    await expect(world.tick(on(7))).rejects.toThrow('killed');
    world.registry.postponeParked = postponeParked;
    await world.tick(on(7.1));
    expect(new Set(world.asked())).toEqual(new Set([`RetrainingDue ${on(7).toISOString()}`]));
  });

  it('is gone with the spec that asked for it', async () => {
    await world.apply('7d');
    await world.apply(undefined);
    expect(await world.dueAt()).toBeUndefined();
  });

  it('is dropped when due, should nobody have removed it', async () => {
    await world.apply('7d');
    await world.registry.applySpec(aModelSpec(), change);
    expect(await world.tick(on(7))).toEqual(['removed']);
    expect(world.asked()).toEqual([]);
    expect(await world.dueAt()).toBeUndefined();
  });

  it('leaves no entry for models that do not ask', async () => {
    await world.apply(undefined);
    expect(world.registry.parkedNames()).toEqual([]);
  });
});
