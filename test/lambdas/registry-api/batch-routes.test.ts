import { beforeEach, describe, expect, it } from 'vitest';
import { aModelSpec } from '../../fixtures/builders.ts';
import { AT, aDataset, aModelVersion, anArtifact } from '../../fixtures/entities.ts';
import { aBatch } from '../../fixtures/registry.ts';
import { anApi } from './api-under-test.ts';

const change = { by: 'ana', at: new Date(AT) };
let api: Awaited<ReturnType<typeof anApi>>;

beforeEach(async () => {
  api = await anApi();
  await api.registry.applySpec(aModelSpec(), change);
  const { version: _, ...version } = aModelVersion();
  await api.registry.registerVersion(version, change);
  await api.registry.moveAlias({ model: 'churn', alias: 'champion', version: 1, expectedRev: 0 }, change);
  const { version: __, ...dataset } = aDataset();
  await api.registry.registerDataset(dataset, change);
});

describe('batches', () => {
  it('are started once for the same version and data', async () => {
    const first = await api.call('POST', 'models/churn/batches', { dataset: 1 });
    expect(first).toMatchObject({ status: 202, body: { created: true, status: 'running', version: 1 } });
    const again = await api.call('POST', 'models/churn/batches', { dataset: 1, version: 1 });
    expect(again).toMatchObject({ status: 200, body: { created: false, batchId: first.body.batchId } });
    expect(api.batches.started).toEqual([
      { name: first.body.batchId, input: { model: 'churn', batchId: first.body.batchId } },
    ]);
    expect(api.published).toMatchObject([{ model: 'churn', batchId: first.body.batchId, version: 1 }]);
    const listed = await api.call('GET', 'models/churn/batches');
    expect(listed).toMatchObject({ status: 200, body: { items: [{ batchId: first.body.batchId }], more: false } });
    const shown = await api.call('GET', `models/churn/batches/${first.body.batchId}`);
    expect(shown).toMatchObject({ status: 200, body: { by: expect.stringContaining('ana'), trigger: 'manual' } });
  });

  it('read what is under a prefix when they start', async () => {
    api.batches.objects.push({ key: 'batch-inputs/churn/a.csv', etag: 'e', size: 9 });
    const prefix = 's3://landing/batch-inputs/churn/';
    const { status, body } = await api.call('POST', 'models/churn/batches', { prefix });
    expect({ ...body, status }).toMatchObject({
      status: 202,
      input: { kind: 'prefix', uri: prefix, objects: 1, bytes: 9 },
    });
    expect(api.batches.written.get(`batches/churn/${body.batchId}/input.json`)).toMatchObject({
      bucket: 'landing',
      objects: [{ key: 'batch-inputs/churn/a.csv', etag: 'e' }],
    });
    // other objects are another batch
    api.batches.objects.push({ key: 'batch-inputs/churn/b.csv', etag: 'e', size: 9 });
    const more = await api.call('POST', 'models/churn/batches', { prefix });
    expect(more.body.batchId).not.toBe(body.batchId);
  });

  const refused: readonly [string, object, number, string][] = [
    ['both', { dataset: 1, prefix: 's3://landing/churn/' }, 400, 'exactly one of dataset and prefix'],
    ['neither', {}, 400, 'exactly one of dataset and prefix'],
    ['a field too many', { dataset: 1, instance: 'x' }, 400, 'instance'],
    ['a data set that is none', { dataset: 9 }, 404, 'data set 9'],
    ['a version that is none', { dataset: 1, version: 9 }, 404, 'churn:9'],
    ['another place', { prefix: 's3://lake/runs/' }, 400, 'batches may not read s3://lake/runs/'],
    ['an empty prefix', { prefix: 's3://landing/churn/' }, 400, 'nothing to score under s3://landing/churn/'],
  ];
  for (const [what, body, status, detail] of refused) {
    it(`are refused for ${what}`, async () => {
      const answer = await api.call('POST', 'models/churn/batches', body);
      expect(answer).toMatchObject({ status, body: { detail: expect.stringContaining(detail) } });
      expect(api.batches.started).toEqual([]);
    });
  }

  it('are refused for a version that was rejected, and for a data set that was', async () => {
    await api.registry.setApproval('churn', 1, 'Rejected', change);
    const rejected = await api.call('POST', 'models/churn/batches', { dataset: 1 });
    expect(rejected).toMatchObject({ status: 400, body: { detail: expect.stringContaining('churn:1 is Rejected') } });
    const { version: _, ...dataset } = aDataset({ version: 2, verdict: 'rejected', data: undefined });
    await api.registry.registerDataset(dataset, change);
    const { version: __, ...version } = aModelVersion({ runId: 'run-2' });
    await api.registry.registerVersion(version, change);
    const answer = await api.call('POST', 'models/churn/batches', { dataset: 2, version: 2 });
    expect(answer).toMatchObject({ status: 400, body: { detail: expect.stringContaining('2 of churn was rejected') } });
  });

  it('link to what they made', async () => {
    const predictions = anArtifact({ key: 'batches/churn/b/predictions.parquet' });
    const { batchId } = aBatch();
    await api.registry.createBatch(aBatch({ predictions }), change);
    const link = await api.call('GET', `models/churn/batches/${batchId}/files/predictions`);
    expect(link).toMatchObject({
      status: 200,
      body: {
        name: `${batchId}-predictions.parquet`,
        url: expect.stringContaining(predictions.key),
        sha256: predictions.sha256,
      },
    });
    for (const file of ['skipped', 'failure', '__proto__'])
      expect((await api.call('GET', `models/churn/batches/${batchId}/files/${file}`)).status, file).toBe(404);
  });
});
