import { NoSuchKey } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ArtifactRef } from '../../../domain/artifacts.ts';
import { ConcurrentWriteError } from '../../../domain/common-errors.ts';
import type { Profile } from '../../../domain/profiles/profile.ts';
import type { DatasetVersion } from '../../../domain/registry/entities.ts';
import type { ModelSpec } from '../../../domain/spec/model-spec.ts';
import { quoteLiteral } from '../../../domain/sql.ts';
import { sideOf } from '../../../domain/training/split.ts';
import { queryOf, withDuckDb } from '../../../engine/duckdb.ts';
import { measure } from '../../../engine/measure/measure.ts';
import { validationContext } from '../../../lambdas/adapters/validation-context.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { aDataset, aModelVersion, anArtifact } from '../../fixtures/entities.ts';
import { type MemoryRegistry, memoryRegistry } from '../../fixtures/memory-registry.ts';
import { aBaseline, memoryArtifacts } from '../../fixtures/monitoring.ts';
import { type TrainingRoom, trainingRoom } from '../../fixtures/training-room.ts';

const at = new Date('2026-03-05T00:00:00.000Z');
const change = { by: 'test', at };
const withChecks = (...checks: object[]): ModelSpec => aModelSpec({ data: { checks } });
const MEAN = { type: 'statistic', column: 'spend', statistic: 'mean' };

/** What a version profiled before columns had newer figures. */
const profileOf = (rows: number): Profile => ({
  rows,
  columns: ['age', 'spend'].map((name) => ({
    name,
    type: 'numeric',
    count: rows,
    nulls: 0,
    nans: 0,
    infinities: 0,
    mean: rows,
    m2: 0,
  })),
});

/** Counts what is read. */
function aWorld() {
  const registry = memoryRegistry();
  const { store } = memoryArtifacts();
  const read: string[] = [];
  const files = {
    readJson: async (key: string): Promise<unknown> => {
      read.push(key);
      throw new NoSuchKey({ message: 'expired', $metadata: {} });
    },
    download: async (key: string) => void read.push(key),
  };
  const artifacts = {
    async getBytes(ref: ArtifactRef) {
      read.push(ref.key.split('/').at(-1) as string);
      return store.getBytes(ref);
    },
  };
  const json = (name: string, value: unknown) => store.putBytes(name, new TextEncoder().encode(JSON.stringify(value)));
  let uploads = 0;
  return {
    registry,
    read,
    deps: { registry, artifacts, files },
    async dataset(overrides: Partial<DatasetVersion> = {}) {
      uploads += 1;
      const rows = overrides.rows ?? uploads;
      const { version: _, ...dataset } = aDataset({
        version: uploads,
        rows,
        profile: await json(`profile-${uploads}`, profileOf(rows)),
        ...overrides,
      });
      return registry.registerDataset(dataset, change);
    },
    async champion() {
      const { version: _, ...version } = aModelVersion();
      const baseline = await json('baseline', aBaseline());
      const registered = await registry.registerVersion(
        { ...version, artifacts: { ...version.artifacts, baseline } },
        change,
      );
      await promote(registry, registered.version);
    },
  };
}

async function promote(registry: MemoryRegistry, version: number): Promise<void> {
  await registry.moveAlias({ model: 'churn', alias: 'champion', version, expectedRev: 0 }, change);
}

describe('the context of a validation', () => {
  let world: ReturnType<typeof aWorld>;
  beforeEach(async () => {
    world = aWorld();
    await world.registry.applySpec(aModelSpec(), change);
  });

  it('is only the time for the first data set', async () => {
    const spec = withChecks(MEAN, { type: 'volume' }, { type: 'drift' }, { type: 'holdout-overlap' });
    expect(await validationContext(world.deps, spec, at)).toEqual({ at: at.toISOString(), history: [] });
  });

  it('is the version before without checks that look back, and nothing of the champion', async () => {
    for (let i = 0; i < 3; i++) await world.dataset();
    await world.champion();
    const context = await validationContext(world.deps, withChecks({ type: 'row-count', min: 1 }), at);
    const { at: came } = aDataset();
    expect(context).toEqual({
      at: at.toISOString(),
      history: [{ dataset: 3, rows: 3, at: came, profile: profileOf(3) }],
    });
    expect(world.read).toEqual(['profile-3']);
  });

  it('has row counts, and one profile, for volume', async () => {
    for (let i = 0; i < 5; i++) await world.dataset();
    const { history } = await validationContext(world.deps, withChecks({ type: 'volume', versions: 4 }), at);
    expect(history.map(({ dataset, rows }) => [dataset, rows])).toEqual([5, 4, 3, 2].map((n) => [n, n]));
    expect(world.read).toEqual(['profile-5']);
  });

  it('has profiles as far as statistics look back, of their columns alone but for the newest', async () => {
    for (let i = 0; i < 20; i++) await world.dataset();
    const checks = [
      { ...MEAN, versions: 10 },
      { type: 'volume', versions: 12 },
    ];
    const { history } = await validationContext(world.deps, withChecks(...checks), at);
    expect(history).toHaveLength(12);
    expect(history.map(({ profile }) => profile?.columns.map(({ name }) => name).join())).toEqual([
      'age,spend',
      ...Array(9).fill('spend'),
      undefined,
      undefined,
    ]);
    expect(history[9]?.profile?.columns[0]?.mean).toBe(11);
  });

  it('looks further back past versions that do not count', async () => {
    await world.dataset();
    await world.dataset({ verdict: 'accepted-with-quarantine' });
    for (let i = 0; i < 100; i++) await world.dataset({ verdict: 'rejected' });
    await world.dataset({ origin: { kind: 'release', of: 2, by: 'ana', reason: 'fine' } });
    await world.dataset({ rows: 77, origin: { kind: 'replay', of: 1, by: 'ana' } });
    const { history } = await validationContext(world.deps, withChecks({ type: 'volume', versions: 3 }), at);
    expect(history.map(({ dataset, rows }) => [dataset, rows])).toEqual([
      [2, 2],
      [104, 77],
    ]);
  });

  it('does not know what came after data that is judged again', async () => {
    for (let i = 0; i < 30; i++) await world.dataset();
    const spec = withChecks({ type: 'volume', versions: 2 });
    const { history } = await validationContext(world.deps, spec, at, { again: 4 });
    expect(history.map(({ dataset }) => dataset)).toEqual([3, 2]);
    expect((await validationContext(world.deps, spec, at, { again: 1 })).history).toEqual([]);
  });

  it('may lack a profile', async () => {
    await world.dataset({ profile: undefined });
    const { history } = await validationContext(world.deps, withChecks(MEAN), at);
    expect(history).toEqual([{ dataset: 1, rows: 1, at: aDataset().at }]);
  });

  it('has the baseline of the champion for drift', async () => {
    await world.champion();
    const context = await validationContext(world.deps, withChecks({ type: 'drift' }), at);
    expect(context.champion).toEqual({ version: 1, baseline: aBaseline() });
    expect(context.holdoutIds).toBeUndefined();
    expect(world.read).toEqual(['baseline']);
  });

  it('knows no ids of a holdout whose files expired', async () => {
    await world.champion();
    const context = await validationContext(world.deps, withChecks({ type: 'holdout-overlap' }), at);
    expect(context).toEqual({ at: at.toISOString(), history: [] });
    expect(world.read).toEqual(['runs/churn/churn-0123456789ab/plan.json']);
  });

  it('knows no ids of rows that have none', async () => {
    await world.registry.applySpec(aModelSpec({ data: { id: undefined } }), change);
    const { version: _, ...version } = aModelVersion({ specVersion: 2 });
    await promote(world.registry, (await world.registry.registerVersion(version, change)).version);
    await validationContext(world.deps, withChecks({ type: 'holdout-overlap' }), at);
    expect(world.read).toEqual([]);
  });

  it('passes on what is no expiry', async () => {
    await world.champion();
    const readJson = async () => {
      throw new ConcurrentWriteError('another');
    };
    const deps = { ...world.deps, files: { ...world.deps.files, readJson } };
    const act = validationContext(deps, withChecks({ type: 'holdout-overlap' }), at);
    await expect(act).rejects.toThrow(ConcurrentWriteError);
  });
});

describe('the ids of a holdout', () => {
  const RUN = 'churn-000000000001';
  let room: TrainingRoom;
  afterEach(() => room.lake.remove());

  it('are those a champion was judged on: as many rows of its data overlap as the split held out', async () => {
    const spec = withChecks({ type: 'holdout-overlap' });
    room = await trainingRoom(spec);
    await room.prepared(RUN);
    const { registry, lake } = room;
    const { version: _, ...version } = aModelVersion({ runId: RUN });
    await promote(registry, (await registry.registerVersion(version, change)).version);
    const { holdoutIds = [] } = await validationContext({ registry, ...lake, memoryLimitMb: 256 }, spec, at);

    const { data = anArtifact() } = await registry.requireDataset('churn', 1);
    const relation = `read_parquet(${quoteLiteral(lake.path(data.key))})`;
    await withDuckDb({ folders: [lake.path('.')] }, async (connection) => {
      const query = queryOf(connection);
      const needed = { duplicateRows: false, unseen: [], labels: false, leakage: false, holdoutOverlap: true };
      const { holdoutOverlap } = await measure(query, relation, spec, needed, { holdoutIds });
      const rows = await query(`SELECT customer_id FROM ${relation}`);
      const heldOut = rows.filter((row) => sideOf(spec, row) === 'holdout').length;
      expect(heldOut).toBeGreaterThan(100);
      expect(holdoutOverlap).toBe(heldOut);
    });
    expect(holdoutIds).toEqual(holdoutIds.toSorted());
    expect(holdoutIds.every((id) => /^[0-9a-f]{16}$/.test(id))).toBe(true);
  });
});
