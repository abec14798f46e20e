import { beforeEach, describe, expect, it } from 'vitest';
import { needsOf, ownerOf } from '../../../domain/endpoints/orphans.ts';
import { batchId, batchJobName, endpointName, runId, transformJobName } from '../../../domain/names.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { AT, aModelVersion, aRun } from '../../fixtures/entities.ts';
import { type MemoryRegistry, memoryRegistry } from '../../fixtures/memory-registry.ts';
import { aParkedToken, aRollout, aTraffic } from '../../fixtures/registry.ts';

const DIGEST = '0123456789abcdef'.repeat(4);
const change = { by: 'test', at: new Date(AT) };

describe('a name in SageMaker', () => {
  const run = runId('churn-2', DIGEST);
  const batch = batchId('churn-2', DIGEST, 3);
  for (const [name, owner] of [
    [endpointName('churn-2', 12, DIGEST), { kind: 'version', model: 'churn-2', id: 'churn-2-v12-01234567' }],
    [transformJobName(run, 1), { kind: 'run', model: 'churn-2', id: run }],
    [batchJobName(batch, 2), { kind: 'batch', model: 'churn-2', id: batch }],
    ['churn-2-v12-r1-parity', { kind: 'rollout', model: 'churn-2', id: 'churn-2-v12-r1' }],
    ['somebody-elses-endpoint', undefined],
    ['churn-v0-01234567', undefined],
    ['churn-v1-0123456', undefined],
    ['churn-v1-01234567-copy', undefined],
  ] as const) {
    it(`${name} is ${owner ? `of ${owner.kind} ${owner.id}` : "not Millrace's"}`, () => {
      expect(ownerOf(name)).toEqual(owner);
    });
  }
});

describe('what a resource is needed by', () => {
  let registry: MemoryRegistry;
  const NAME = 'churn-v1-bbbbbbbb';
  const target = { kind: 'endpoint' as const, endpointName: NAME };
  const needs = async (name: string, now = new Date(AT)) => {
    const owner = ownerOf(name);
    if (!owner) throw new Error(`${name} has no owner`);
    return needsOf(name, owner, registry, now);
  };
  beforeEach(async () => {
    registry = memoryRegistry();
    await registry.applySpec(aModelSpec(), change);
    for (const run of ['churn-0123456789ab', 'churn-0123456789ac']) {
      const { version: _, ...version } = aModelVersion({ runId: run });
      await registry.registerVersion(version, change);
    }
  });

  it('is nothing when no pointer, rollout or task names it', async () => {
    expect(await needs(NAME)).toEqual([]);
    expect(await needs('unknown-v1-bbbbbbbb')).toEqual([]);
  });

  it('is traffic, of whatever weight', async () => {
    const routes = [
      { version: 1, weight: 0, target },
      { version: 2, weight: 1, target: { kind: 'lambda' as const } },
    ];
    await registry.writeTraffic(aTraffic({ routes }), 0, change);
    expect(await needs(NAME)).toEqual(['traffic']);
    expect(await needs('churn-v1-cccccccc')).toEqual([]);
  });

  it('is an open rollout, and no longer one that ended', async () => {
    await registry.createRollout(aRollout({ target }), change);
    expect(await needs(NAME)).toEqual(['rollout churn-v1-r1']);
    await registry.updateRollout('churn', 'churn-v1-r1', { status: 'rolled-back' }, change);
    expect(await needs(NAME)).toEqual([]);
  });

  it('is a rollout that was taken back, until what waits in its queue has expired', async () => {
    const later = { ...target, async: { timeoutSeconds: 900 } };
    await registry.createRollout(aRollout({ target: later, status: 'shifting', step: 0 }), change);
    await registry.updateRollout('churn', 'churn-v1-r1', { status: 'rolled-back', endedAt: AT }, change);
    const until = Date.parse(AT) + 8 * 3_600_000;
    expect(await needs(NAME, new Date(until - 1))).toEqual(['requests that wait since rollout churn-v1-r1']);
    expect(await needs(NAME, new Date(until))).toEqual([]);
    await registry.updateRollout('churn', 'churn-v1-r1', { step: -1 }, change);
    expect(await needs(NAME)).toEqual([]);
  });

  it('is an alias, also one that points from a version to the one before', async () => {
    await registry.createRollout(aRollout({ target, status: 'promoted' }), change);
    await registry.moveAlias({ model: 'churn', alias: 'best', version: 1, expectedRev: 0 }, change);
    expect(await needs(NAME)).toEqual(['alias best']);
    await registry.moveAlias({ model: 'churn', alias: 'best', version: 2, expectedRev: 1 }, change);
    expect(await needs(NAME)).toEqual(['before the best']);
  });

  it('is a task that waits for it', async () => {
    await registry.park(aParkedToken({ name: NAME, kind: 'endpoint' }));
    expect(await needs(NAME)).toEqual(['a task that waits for it']);
  });

  it('is a run, while it goes on', async () => {
    expect(await needs('churn-0123456789ab-x1')).toEqual([]);
    await registry.createRun(aRun(), change);
    expect(await needs('churn-0123456789ab-x1')).toEqual(['run churn-0123456789ab']);
    await registry.updateRun('churn', 'churn-0123456789ab', { status: 'failed' }, change);
    expect(await needs('churn-0123456789ab-x1')).toEqual([]);
  });
});
