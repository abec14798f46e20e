import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ValidationContext } from '../../../domain/contracts/context.ts';
import { SetContext, SetPlan, setExecutionName, setFiles, setId } from '../../../domain/datasets/sets.ts';
import { type UploadSource, uploadIdentity } from '../../../domain/datasets/upload.ts';
import { makeHandler } from '../../../lambdas/plan-set/handler.ts';
import { planSet } from '../../../lambdas/plan-set/plan-set.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { customers, toCsv } from '../../fixtures/customers.ts';
import { SET_NOW, type SetRoom, setRoom } from '../../fixtures/set-room.ts';

const csv = (from = 0, count = 100) => toCsv(customers(count, { from }));

describe('plan-set', () => {
  let room: SetRoom;
  beforeEach(async () => {
    room = await setRoom(aModelSpec());
  });
  afterEach(() => room.lake.remove());

  const files = (seal: UploadSource) => setFiles('churn', setId(seal));
  const planOf = async (seal: UploadSource) => SetPlan.parse(await room.lake.files.readJson(files(seal).plan));
  const contextOf = async (seal: UploadSource) => SetContext.parse(await room.lake.files.readJson(files(seal).context));
  const state = async (seal: UploadSource) => (await room.registry.claimStates([uploadIdentity(seal)], SET_NOW))[0];
  const onlyDataset = () => room.registry.requireDataset('churn', 1);

  it('lists the parts with their versions, and claims the seal', async () => {
    const seal = room.seal('week', { 'b.csv': csv(), 'a.csv': csv(100), '.hidden': 'x', 'c.csv.tmp': 'x' });
    const planned = await room.plan(seal);
    expect(planned).toEqual({ outcome: 'planned', bucket: 'lake', items: files(seal).items, parts: 2 });
    expect(await room.items(files(seal).items)).toEqual([
      { model: 'churn', set: setId(seal), index: 0, key: 'churn/week/a.csv', versionId: 'v2', size: csv(100).length },
      { model: 'churn', set: setId(seal), index: 1, key: 'churn/week/b.csv', versionId: 'v1', size: csv().length },
    ]);
    expect(await planOf(seal)).toMatchObject({ seal, specVersion: 1, parts: 2, size: csv().length + csv(100).length });
    expect(await state(seal)).toBe('busy');
  });

  it('suits bins to a part where nothing else fixes them', async () => {
    const seal = room.seal('week', { 'a.csv': csv(), 'empty.csv': '' });
    await room.plan(seal);
    const { reference } = await contextOf(seal);
    const bins = Object.fromEntries(reference.columns.map(({ name, bins: of }) => [name, of?.edges.length]));
    expect(bins.age).toBeGreaterThan(5);
    expect(bins.spend).toBeGreaterThan(5);
    expect(bins.plan).toBeUndefined();
  });

  it('counts over the bins of the last version if it has them, without a look at the data', async () => {
    const context = (at: Date): ValidationContext => ({
      at: at.toISOString(),
      history: [
        {
          dataset: 1,
          rows: 1,
          at: at.toISOString(),
          profile: {
            rows: 1,
            columns: ['age', 'spend', 'churned'].map((name) => ({
              name,
              type: 'numeric' as const,
              ...{ count: 1, nulls: 0, nans: 0, infinities: 0 },
              bins: { edges: [1, 2, 3], counts: [0, 0, 0, 1] },
            })),
          },
        },
      ],
    });
    await room.lake.remove();
    room = await setRoom(aModelSpec(), context);
    const seal = room.seal('week', { 'a.csv': csv() });
    await room.plan(seal);
    expect(room.landing.downloads).toBe(0);
    const { reference } = await contextOf(seal);
    expect(reference.columns.find(({ name }) => name === 'spend')?.bins?.edges).toEqual([1, 2, 3]);
  });

  for (const [what, parts, manifest, code] of [
    ['is empty', {}, undefined, 'empty-set'],
    ['has a manifest that is no JSON', { 'a.csv': 'x' }, 'a.csv', 'bad-manifest'],
    ['lacks what its manifest names', { 'a.csv': 'x' }, '{"files":["a.csv","b.csv"]}', 'missing-file'],
    ['has more than its manifest names', { 'a.csv': 'x', 'b.csv': 'x' }, '{"files":["a.csv"]}', 'extra-file'],
  ] as const) {
    it(`rejects at once a set that ${what}`, async () => {
      for (const [file, bytes] of Object.entries(parts)) room.landing.put(`churn/week/${file}`, bytes);
      const seal = room.landing.put(
        `churn/week/${manifest === undefined ? '_SUCCESS' : 'manifest.json'}`,
        manifest ?? '',
      );
      expect(await room.plan(seal)).toEqual({ outcome: 'rejected', codes: [code] });
      expect(await onlyDataset()).toMatchObject({ verdict: 'rejected', source: seal, reasons: [{ code }] });
      expect(room.publisher.published).toMatchObject([{ name: 'DatasetRejected', detail: { dataset: 1 } }]);
      expect(await state(seal)).toBe('done');
      expect(await room.plan(seal)).toMatchObject({ outcome: 'repeated', codes: [code] });
    });
  }

  it('takes the parts in the order of the manifest', async () => {
    for (const file of ['a', 'b']) room.landing.put(`churn/week/${file}`, csv());
    const seal = room.landing.put('churn/week/manifest.json', '{"files":["b","a"]}');
    await room.plan(seal);
    expect((await room.items(files(seal).items)).map(({ key }) => key)).toEqual(['churn/week/b', 'churn/week/a']);
  });

  it('says that a model is not known, that the seal is gone, and that it was sealed again', async () => {
    const gone = room.seal('week', { 'a.csv': csv() });
    room.landing.remove(gone);
    expect(await room.plan(gone)).toMatchObject({ outcome: 'gone' });
    const [first, second] = [room.seal('twice', { 'a.csv': csv() }), room.seal('twice', {})];
    expect(await room.plan(first)).toMatchObject({ outcome: 'superseded' });
    expect(await room.plan(second)).toMatchObject({ outcome: 'planned' });
    const other = room.landing.put('other/week/_SUCCESS', '');
    const work = { model: 'other', seal: other, attempt: 1 };
    expect(await planSet(work, room.deps)).toMatchObject({ outcome: 'unknown-model' });
    expect(room.publisher.published.map(({ detail }) => (detail.reasons as { code: string }[])[0]?.code)).toEqual([
      'gone',
      'superseded',
      'unknown-model',
    ]);
    expect(await room.registry.listDatasets('churn')).toEqual([]);
  });

  describe('run again', () => {
    it('keeps to what the first run found', async () => {
      const seal = room.seal('week', { 'a.csv': csv() });
      await room.plan(seal);
      const [plan, items] = [await planOf(seal), await room.items(files(seal).items)];
      room.landing.put('churn/week/b.csv', csv(100));
      await room.registry.applySpec(aModelSpec({ description: 'newer' }), { by: 'test', at: SET_NOW });
      for (const attempt of [1, 2])
        expect(await room.plan(seal, attempt)).toMatchObject({ outcome: 'planned', parts: 1 });
      expect([await planOf(seal), await room.items(files(seal).items)]).toEqual([plan, items]);
    });

    it('takes over from executions before it, and from nobody else', async () => {
      const seal = room.seal('week', { 'a.csv': csv() });
      await room.plan(seal, 1);
      expect(await room.plan(seal, 2)).toMatchObject({ outcome: 'planned' });
      await expect(room.plan(seal, 1)).rejects.toMatchObject({ name: 'UnavailableError' });
    });

    it('after a failure on the way finds the claim free', async () => {
      const seal = room.seal('week', { 'a.csv': csv() });
      const failing = { ...room.deps, context: () => Promise.reject(new Error('no table')) };
      await expect(planSet({ model: 'churn', seal, attempt: 1 }, failing)).rejects.toThrow('no table');
      expect(await state(seal)).toBe('free');
      expect(await room.plan(seal)).toMatchObject({ outcome: 'planned' });
    });
  });

  it('lets go of a set whose validation failed, so that it may be tried again', async () => {
    const seal = room.seal('week', { 'a.csv': csv() });
    const handle = makeHandler({ ...room.deps, landingBucket: 'landing' });
    const work = { model: 'churn', seal, attempt: 1 };
    expect(await handle({ action: 'plan', ...work })).toMatchObject({ outcome: 'planned' });
    expect(await handle({ action: 'release', ...work })).toEqual({ outcome: 'released' });
    expect(await state(seal)).toBe('free');
    const owner = setExecutionName('churn', setId(seal), 1);
    await room.registry.claim(uploadIdentity(seal), owner, { now: SET_NOW, ms: 1_000 });
    await room.registry.completeClaim(uploadIdentity(seal), owner, { codes: [] });
    await handle({ action: 'release', ...work });
    expect(await state(seal)).toBe('done');
  });

  it('refuses what is no seal of this model, and another bucket', async () => {
    const handle = makeHandler({ ...room.deps, landingBucket: 'landing' });
    const seal = room.seal('week', { 'a.csv': csv() });
    await expect(handle({ action: 'plan', model: 'other', seal, attempt: 1 })).rejects.toThrow('seals no set of other');
    const elsewhere = { ...seal, bucket: 'elsewhere' };
    await expect(handle({ action: 'plan', model: 'churn', seal: elsewhere, attempt: 1 })).rejects.toThrow('elsewhere');
  });
});
