import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { makeFeaturizer } from '../../../domain/features/featurize-row.ts';
import { makeHandler } from '../../../lambdas/prepare-batch/handler.ts';
import { type BatchRoom, batchRoom } from '../../fixtures/batch-room.ts';
import { aModelSpec } from '../../fixtures/builders.ts';

let room: BatchRoom;
afterEach(() => room.lake.remove());

const HEADER = 'customer_id,seen_at,age,spend,plan,active,gender';
const row = (id: string, cells: string) => `${id},2026-02-01T00:00:00Z,${cells}`;
const PREFIX = 's3://landing/batch-inputs/churn/day/';
const KEY = 'batch-inputs/churn/day';

async function scored(request: Parameters<BatchRoom['start']>[0]) {
  const { batchId } = await room.start(request);
  const prepared = await room.prepare({ model: 'churn', batchId });
  const job = await room.transform(batchId);
  await room.finish({ model: 'churn', batchId, job });
  const batch = await room.registry.requireBatch('churn', batchId);
  return { batch, prepared, predictions: await room.rows(batch.predictions?.key ?? '') };
}

describe('a batch over a data set', () => {
  it('gives every row, in order, the very prediction it gets online', async () => {
    room = await batchRoom(aModelSpec({ deployment: { target: 'batch', instanceCount: 3 } }));
    const { batch, prepared, predictions } = await scored({ dataset: 2 });
    expect(batch).toMatchObject({
      status: 'scored',
      version: 1,
      rows: { total: 2_000, scored: 2_000, skipped: 0 },
      reasons: [],
      predictions: { key: `batches/churn/${batch.batchId}/predictions.parquet` },
    });
    expect(batch.skippedRows).toBeUndefined();
    // 36 seconds of ml.m5.large at 0.115 USD an hour
    expect(batch.usd).toBeCloseTo(0.00115, 9);
    expect(prepared).toEqual({ rows: 2_000, skipped: 0 });
    // each instance gets a file
    expect((await room.plan(batch.batchId)).parts.map(({ rows }) => rows)).toEqual([667, 667, 666]);

    const { data } = await room.registry.requireDataset('churn', 2);
    const raw = await room.rows(data?.key ?? '');
    const featurizer = makeFeaturizer(room.featurizer);
    const names = room.featurizer.features.map(({ name }) => name);
    const expected = raw.map((cells) => {
      const features = new Float32Array(featurizer.columns);
      const value = (name: string) => (typeof cells[name] === 'bigint' ? Number(cells[name]) : cells[name]);
      featurizer.write(names.map((name) => value(name) ?? null) as never, features, 0);
      return Number(room.scorer.predict(features, featurizer.columns)[0]);
    });
    expect(predictions.map(({ probability }) => probability)).toEqual(expected);
    expect(new Set(expected).size).toBeGreaterThan(5);
    expect(predictions.map(({ customer_id }) => customer_id)).toEqual(raw.map(({ customer_id }) => customer_id));
    expect(Object.keys(predictions[0] ?? {})).toEqual([
      '__input',
      '__line',
      'customer_id',
      'seen_at',
      'probability',
      '__version',
    ]);
    expect(predictions[0]).toMatchObject({ __input: null, __line: 1n, __version: 1 });
    expect(room.published.at(-1)).toMatchObject({
      name: 'BatchScored',
      detail: { batchId: batch.batchId, rows: batch.rows, predictions: `s3://lake/${batch.predictions?.key}` },
    });
    expect(room.removed).toEqual([`${batch.batchId}-x1`]);
    expect(await room.registry.findParked(`batch/${batch.batchId}`)).toBeUndefined();
  });

  it('takes a set of many objects in their order, and a model of one feature that may be missing', async () => {
    room = await batchRoom(aModelSpec());
    const files = [];
    for (const version of [1, 2]) files.push((await room.registry.requireDataset('churn', version)).data);
    const bytes = new TextEncoder().encode(JSON.stringify({ files, quarantine: [], raw: [] }));
    const parts = await room.lake.artifacts.putBytes('parts.json', bytes);
    const { version: _, data: __, ...rest } = await room.registry.requireDataset('churn', 2);
    const source = { ...rest.source, key: 'churn/set/_SUCCESS' };
    const set = await room.registry.registerDataset({ ...rest, source, parts }, room.change);
    const { batchId } = await room.start({ dataset: set.version });
    const featurizer = { ...room.featurizer, features: [{ name: 'spend', kind: 'numeric' }] };
    const getBytes: typeof room.lake.artifacts.getBytes = async (ref) =>
      ref.key.endsWith('featurizer.json')
        ? new TextEncoder().encode(JSON.stringify(featurizer))
        : room.lake.artifacts.getBytes(ref);
    const artifacts = { ...room.lake.artifacts, getBytes };
    const inputs = { download: () => Promise.reject(new Error('not used')) };
    const prepare = makeHandler({ ...room.lake, artifacts, registry: room.registry, inputs, now: () => new Date(0) });
    expect(await prepare({ model: 'churn', batchId })).toEqual({ rows: 4_000, skipped: 0 });
    const lines = String(await room.lake.read(`runs/churn/${batchId}/features/part-00000.csv`)).split('\n');
    const raw = await room.rows(files[0]?.key ?? '');
    expect(lines).toHaveLength(4_001);
    // an empty line would be no row to a container
    expect(lines.slice(0, 2_000)).toEqual(
      raw.map(({ spend }) => (spend === null ? 'nan' : expect.stringMatching(/^[0-9.]+$/))),
    );
    const job = await room.transform(batchId, (all) => all.map((_line, i) => String(i)));
    await room.finish({ model: 'churn', batchId, job });
    const predictions = await room.rows(`batches/churn/${batchId}/predictions.parquet`);
    const names = predictions.map(({ customer_id }) => customer_id);
    expect(names).toEqual(Array.from({ length: 4_000 }, (_unused, i) => `customer-${i}`));
    expect(predictions.map(({ __line }) => Number(__line))).toEqual(names.map((_unused, i) => i + 1));
  });

  it('is refused for a data set without a column that the version needs', async () => {
    room = await batchRoom(aModelSpec());
    const { batchId } = await room.start({ dataset: 1 });
    const columns = aModelSpec().data.columns.map((column) =>
      column.name === 'age' ? { ...column, name: 'years' } : column,
    );
    const spec = aModelSpec({ data: { columns } });
    const registry = {
      ...room.registry,
      requireSpec: async () => ({ ...(await room.registry.requireSpec('churn')), spec }),
    };
    const featurizer = { ...room.featurizer, features: [{ name: 'years', kind: 'numeric' }] };
    const artifacts = { ...room.lake.artifacts, getBytes: async () => Buffer.from(JSON.stringify(featurizer)) };
    const prepare = makeHandler({
      ...room.lake,
      artifacts,
      registry,
      inputs: { download: async () => {} },
      now: () => new Date(0),
    });
    await expect(prepare({ model: 'churn', batchId })).rejects.toThrow('lacks the column years');
  });
});

describe('a batch over a prefix', () => {
  it('reads files with and without the target, compressed and not, of each format', async () => {
    room = await batchRoom(aModelSpec());
    room.put(`${KEY}/a.csv`, `${HEADER}\n${row('a1', '30,10,free,true,f')}\n${row('a2', '50,,pro,false,m')}\n`);
    room.put(`${KEY}/b.csv.gz`, gzipSync(`${HEADER},churned\n${row('b1', '30,10,free,true,f')},anything\n`));
    const cells = { seen_at: '2026-02-01T00:00:00Z', age: 30, spend: 10, plan: 'free', active: true, gender: 'f' };
    room.put(`${KEY}/c.jsonl`, `${JSON.stringify({ customer_id: 'c1', ...cells })}\n`);
    room.put(`${KEY}/_SUCCESS`, '.');
    const { batch, predictions } = await scored({ prefix: PREFIX });
    expect(batch).toMatchObject({ status: 'scored', rows: { total: 4, scored: 4, skipped: 0 } });
    expect(batch.input).toMatchObject({ kind: 'prefix', uri: PREFIX, objects: 3 });
    expect(predictions.map(({ customer_id, __input, __line }) => [customer_id, __input, Number(__line)])).toEqual([
      ['a1', `${KEY}/a.csv`, 2],
      ['a2', `${KEY}/a.csv`, 3],
      ['b1', `${KEY}/b.csv.gz`, 2],
      ['c1', `${KEY}/c.jsonl`, 1],
    ]);
    // the same cells, however they came
    const [a1, , b1, c1] = predictions.map(({ probability }) => probability);
    expect([b1, c1]).toEqual([a1, a1]);
  });

  it('sets rows aside that break the contract, says why, and names the line of every other', async () => {
    room = await batchRoom(aModelSpec());
    const lines = [
      HEADER,
      row('ok-1', '30,10,free,true,f'),
      row('old', '131,10,free,true,f'),
      '',
      row('gold', '30,10,gold,true,f'),
      'too,few',
      row('ok-2', '"30",10,free,true,f'),
    ];
    room.put(`${KEY}/a.csv`, `${lines.join('\n')}\n`);
    const { batch, predictions } = await scored({ prefix: PREFIX });
    expect(batch.rows).toEqual({ total: 5, scored: 2, skipped: 3 });
    expect(predictions.map(({ customer_id, __line }) => [customer_id, Number(__line)])).toEqual([
      ['ok-1', 2],
      ['ok-2', 7],
    ]);
    expect(batch.reasons.map(({ code, column, rows }) => [code, column, rows]).sort()).toEqual([
      ['out-of-range', 'age', 1],
      ['too-few-cells', undefined, 1],
      ['value-not-allowed', 'plan', 1],
    ]);
    const skipped = await room.rows(batch.skippedRows?.key ?? '');
    expect(skipped.map((cells) => [cells.__input, Number(cells.__line), cells.__reasons, cells.customer_id])).toEqual([
      [`${KEY}/a.csv`, 3, ['out-of-range:age'], 'old'],
      [`${KEY}/a.csv`, 5, expect.any(Array), 'gold'],
      [`${KEY}/a.csv`, 6, ['too-few-cells'], null],
    ]);
  });

  it('fails for a file that is no data of the model, and names it', async () => {
    room = await batchRoom(aModelSpec());
    room.put(`${KEY}/a.csv`, 'x,y\n1,2\n');
    const { batchId } = await room.start({ prefix: PREFIX });
    await expect(room.prepare({ model: 'churn', batchId })).rejects.toThrow(
      `s3://landing/${KEY}/a.csv cannot be scored`,
    );
  });

  it('fails when no row keeps the contract, and keeps what was set aside', async () => {
    room = await batchRoom(aModelSpec());
    room.put(`${KEY}/a.csv`, `${HEADER}\n${row('old', '131,10,free,true,f')}\n`);
    const { batchId } = await room.start({ prefix: PREFIX });
    await expect(room.prepare({ model: 'churn', batchId })).rejects.toThrow('none of the 1 rows keeps the contract');
    const batch = await room.registry.requireBatch('churn', batchId);
    expect(batch).toMatchObject({ rows: { total: 1, scored: 0, skipped: 1 }, reasons: [{ code: 'out-of-range' }] });
    expect(await room.rows(batch.skippedRows?.key ?? '')).toHaveLength(1);
  });

  it('overwrites its files with themselves when it is prepared twice', async () => {
    room = await batchRoom(aModelSpec());
    room.put(`${KEY}/a.csv`, `${HEADER}\n${row('a1', '30,10,free,true,f')}\n`);
    const { batchId } = await room.start({ prefix: PREFIX });
    await room.prepare({ model: 'churn', batchId });
    const features = () => room.lake.read(`runs/churn/${batchId}/features/part-00000.csv`);
    const first = await features();
    await room.prepare({ model: 'churn', batchId });
    expect(await features()).toEqual(first);
    expect(String(first)).toBe('30.0,10.0,2.0,1.0\n');
  });
});

describe('what a container answers', () => {
  const cases: readonly [string, (lines: readonly string[]) => readonly string[], string][] = [
    ['a line too few', (lines) => lines.slice(1).map(() => '0.5'), 'answered 1999 lines for the 2000 rows'],
    ['a line too many', (lines) => [...lines, 'x'].map(() => '0.5'), 'answered 2001 lines for the 2000 rows'],
    [
      'a blank line for a row',
      (lines) => lines.map((_, i) => (i === 9 ? '' : '0.5')),
      'answered 1999 lines for the 2000 rows',
    ],
    [
      'not a number',
      (lines) => lines.map((_, i) => (i === 6 ? 'nan' : '0.5')),
      'line 7 of what the container answered',
    ],
    ['infinity', (lines) => lines.map((_, i) => (i === 1_999 ? 'inf' : '0.5')), 'line 2000 of what the container'],
    ['two numbers', (lines) => lines.map(() => '0.5,0.5'), 'is not a finite number'],
    ['words', (lines) => lines.map(() => 'error'), 'line 1 of what the container answered'],
  ];
  for (const [what, answer, message] of cases) {
    it(`is not taken if it is ${what}`, async () => {
      room = await batchRoom(aModelSpec());
      const { batchId } = await room.start({ dataset: 1 });
      await room.prepare({ model: 'churn', batchId });
      const job = await room.transform(batchId, answer);
      await expect(room.finish({ model: 'churn', batchId, job })).rejects.toThrow(message);
      expect(await room.registry.requireBatch('churn', batchId)).toMatchObject({ status: 'running' });
    });
  }

  it('may be in brackets or have blanks', async () => {
    room = await batchRoom(aModelSpec());
    const { batchId } = await room.start({ dataset: 1 });
    await room.prepare({ model: 'churn', batchId });
    const job = await room.transform(batchId, (lines) => lines.map((_, i) => (i % 2 ? '[0.25]' : ' 0.75 ')));
    await room.finish({ model: 'churn', batchId, job });
    const predictions = await room.rows(`batches/churn/${batchId}/predictions.parquet`);
    expect(predictions.slice(0, 3).map(({ probability }) => probability)).toEqual([0.75, 0.25, 0.75]);
  });
});

describe('a batch that failed', () => {
  it('says where and why, stops what still runs, and can be started again', async () => {
    room = await batchRoom(aModelSpec());
    const first = await room.start({ dataset: 1 });
    expect((await room.start({ dataset: 1 })).batchId).toBe(first.batchId);
    const { batchId } = first;
    const name = `${batchId}-x1`;
    const job = { name, kind: 'batch-transform' as const, status: 'InProgress', startedAt: first.startedAt };
    await room.registry.updateBatch('churn', batchId, { jobs: [job] }, room.change);
    const cause = JSON.stringify({ errorMessage: 'the container said no', trace: [] });
    const failure = { state: 'Transform', error: 'TrainingJobFailedError', cause };
    await room.finish({ model: 'churn', batchId, failure });
    await room.finish({ model: 'churn', batchId, failure: { ...failure, cause: 'later' } });
    expect(await room.registry.requireBatch('churn', batchId)).toMatchObject({
      status: 'failed',
      failure: { state: 'Transform', error: 'TrainingJobFailedError', cause: 'the container said no' },
      jobs: [{ name, status: 'Stopping', endedAt: expect.any(String) }],
    });
    expect(room.stopped[0]).toBe(name);
    expect(room.removed[0]).toBe(name);
    expect(room.published.at(-1)).toMatchObject({
      name: 'BatchFailed',
      detail: { batchId, cause: 'the container said no' },
    });
    const second = await room.start({ dataset: 1 });
    expect(second.batchId).toBe(batchId.replace(/1$/, '2'));
    expect(room.world.started.map((one) => one.name)).toEqual([batchId, second.batchId]);
  });
});
