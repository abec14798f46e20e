import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ArtifactRef } from '../../../domain/artifacts.ts';
import { UnavailableError } from '../../../domain/common-errors.ts';
import { ValidationReport } from '../../../domain/datasets/report.ts';
import { Profile } from '../../../domain/profiles/profile.ts';
import type { DatasetVersion } from '../../../domain/registry/entities.ts';
import type { ModelSpec } from '../../../domain/spec/model-spec.ts';
import { withDuckDb } from '../../../engine/duckdb.ts';
import { validationContext } from '../../../lambdas/adapters/validation-context.ts';
import { makeHandler } from '../../../lambdas/validate-upload/handler.ts';
import { rejudge } from '../../../lambdas/validate-upload/rejudge.ts';
import { validateUpload } from '../../../lambdas/validate-upload/validate-upload.ts';
import { aModelSpec, type Overrides } from '../../fixtures/builders.ts';
import { type FolderLake, folderLake } from '../../fixtures/folder-lake.ts';
import { memoryLanding, recordingPublisher, recordingSets } from '../../fixtures/landing.ts';
import { memoryRegistry } from '../../fixtures/memory-registry.ts';

const NOW = new Date('2026-11-20T10:00:00.000Z');
const LATER = new Date('2026-11-23T10:00:00.000Z');
const HEADER = 'customer_id,seen_at,age,spend,plan,active,gender,churned';
const row = (id: string, age: string | number) => `${id},2026-11-01T12:00:00Z,${age},1.5,pro,true,secret,0`;
const good = Array.from({ length: 20 }, (_, i) => row(`c${i}`, 20 + i));
const csv = (...rows: string[]) => `${[HEADER, ...good, ...rows].join('\n')}\n`;
/** Out of range, which a person may let pass; and no number at all, which no column can hold. */
const MIXED = csv(row('old', 150), row('older', 140), row('odd', 'about forty'));

let lake: FolderLake;
beforeAll(async () => {
  lake = await folderLake();
});
afterAll(() => lake.remove());

const specWith = (data: Overrides) => aModelSpec({ data: { maxQuarantineShare: 0.5, ...data } });

async function aPlatform(data: Overrides = {}) {
  const registry = memoryRegistry();
  const publisher = recordingPublisher();
  const uploads = memoryLanding();
  let attempts = 0;
  let now = NOW;
  const deps = {
    registry,
    publisher,
    uploads,
    artifacts: lake.artifacts,
    now: () => now,
    context: (spec: ModelSpec, at: Date, options?: { again: number }) =>
      validationContext({ registry, artifacts: lake.artifacts, files: lake.files }, spec, at, options),
    attemptId: () => `attempt-${++attempts}`,
    memoryLimitMb: 256,
  };
  const apply = (more: Overrides) => registry.applySpec(specWith(more), { by: 'test', at: now });
  await apply(data);
  return {
    registry,
    publisher,
    deps,
    apply,
    upload: async (text: string, file = 'data.csv'): Promise<DatasetVersion> => {
      const { dataset = 0 } = await validateUpload(uploads.put(`churn/${file}`, text), deps);
      now = LATER;
      return registry.requireDataset('churn', dataset);
    },
    release: (of: number, by = 'ana') => rejudge({ model: 'churn', of, by, reason: 'checked by hand' }, deps),
    replay: (of: number, specVersion: number, by = 'ana') =>
      rejudge({ model: 'churn', of, by, reason: 'ranges changed', specVersion }, deps),
    dataset: (version: number) => registry.requireDataset('churn', version),
  };
}
let on: Awaited<ReturnType<typeof aPlatform>>;
beforeEach(async () => {
  on = await aPlatform();
});

const idsOf = async (ref: ArtifactRef | undefined): Promise<unknown[]> =>
  withDuckDb({ folders: [lake.path('.')] }, async (connection) => {
    const rows = await connection.runAndReadAll(`FROM read_parquet('${lake.path((ref as ArtifactRef).key)}')`);
    return rows.getRowObjectsJson().map((one) => one.customer_id);
  });
const jsonOf = async (ref: ArtifactRef | undefined) => JSON.parse(String(await lake.read((ref as ArtifactRef).key)));

describe('a release of an accepted data set', () => {
  it('holds the rows that were set aside, and only them, as far as a type can hold them', async () => {
    const first = await on.upload(MIXED);
    expect(first).toMatchObject({ verdict: 'accepted-with-quarantine', rows: 20, quarantinedRows: 3 });
    expect(await on.release(1)).toMatchObject({ outcome: 'accepted-with-quarantine', dataset: 2, repeated: false });
    const released = await on.dataset(2);
    expect(released).toMatchObject({
      origin: { kind: 'release', of: 1, by: 'ana', reason: 'checked by hand' },
      verdict: 'accepted-with-quarantine',
      rows: 2,
      quarantinedRows: 1,
      specVersion: 1,
      contentDigest: first.contentDigest,
      source: first.source,
      raw: first.raw,
      at: LATER.toISOString(),
    });
    expect(await idsOf(released.data)).toEqual(['old', 'older']);
    expect(await idsOf(released.quarantine)).toEqual(['odd']);
    expect(Profile.parse(await jsonOf(released.profile)).rows).toBe(2);
    expect(ValidationReport.parse(await jsonOf(released.report)).rows).toMatchObject({ accepted: 2, quarantined: 1 });
    // what was accepted first stays as it was
    expect(await on.dataset(1)).toEqual(first);
  });

  it('is by the spec the rows were set aside by, whatever the spec is now', async () => {
    await on.upload(MIXED);
    await on.apply({ maxQuarantineShare: 0 });
    await on.release(1);
    expect(await on.dataset(2)).toMatchObject({ specVersion: 1, rows: 2 });
  });

  it('is told like an upload, and written down in the name of who asked', async () => {
    await on.upload(MIXED);
    await on.release(1, 'arn:aws:iam::1:user/ana');
    expect(on.publisher.published.at(-1)).toEqual({
      name: 'DatasetAccepted',
      detail: { schemaVersion: 1, model: 'churn', dataset: 2, rows: 2, at: LATER.toISOString() },
    });
    expect((await on.registry.listAudit('churn')).at(-1)).toMatchObject({
      action: 'dataset.released',
      subject: 'dataset/2',
      actor: 'arn:aws:iam::1:user/ana',
    });
  });

  it('is one, however often it is asked for and by whom', async () => {
    await on.upload(MIXED);
    const first = await on.release(1, 'ana');
    expect(await on.release(1, 'ben')).toEqual({ ...first, repeated: true });
    expect(await on.registry.listDatasets('churn')).toHaveLength(2);
    expect(on.publisher.published).toHaveLength(2);
  });
});

describe('a release of a rejected data set', () => {
  it('holds all rows that a type can hold', async () => {
    on = await aPlatform({ maxQuarantineShare: 0.01 });
    expect(await on.upload(MIXED)).toMatchObject({ verdict: 'rejected', rows: 0, quarantinedRows: 3 });
    expect(await on.release(1)).toMatchObject({ outcome: 'accepted-with-quarantine', dataset: 2 });
    const released = await on.dataset(2);
    expect(released).toMatchObject({ rows: 22, quarantinedRows: 1 });
    expect(await idsOf(released.data)).toEqual([...good.map((line) => line.split(',')[0]), 'old', 'older']);
  });

  it('lets pass what a check found', async () => {
    on = await aPlatform({ checks: [{ type: 'row-count', min: 1_000 }] });
    expect((await on.upload(csv())).verdict).toBe('rejected');
    expect(await on.release(1)).toMatchObject({ outcome: 'accepted' });
    expect(await on.dataset(2)).toMatchObject({ rows: 20, quarantinedRows: 0 });
  });

  it('of what nobody could read is rejected again', async () => {
    expect((await on.upload('nothing,of,this,fits\n1,2,3,4\n')).verdict).toBe('rejected');
    expect(await on.release(1)).toMatchObject({ outcome: 'rejected', dataset: 2 });
    expect((await on.dataset(2)).data).toBeUndefined();
  });
});

describe('a replay', () => {
  const NARROW = { columns: aModelSpec().data.columns.map((one) => (one.name === 'age' ? { ...one, max: 35 } : one)) };

  it('is not held against the rows the champion was judged on: they may be its own', async () => {
    const checks = [{ type: 'holdout-overlap' }];
    on = await aPlatform({ checks });
    await on.upload(csv());
    await on.apply({ checks, minRows: 2 });
    const ids = good.map((line) =>
      createHash('md5')
        .update(line.split(',')[0] as string)
        .digest('hex')
        .slice(0, 16),
    );
    const { context } = on.deps;
    const deps = {
      ...on.deps,
      context: async (...args: Parameters<typeof context>) => ({ ...(await context(...args)), holdoutIds: ids }),
    };
    const request = { model: 'churn', of: 1, by: 'ana', reason: 'minRows changed', specVersion: 2 };
    expect(await rejudge(request, deps)).toMatchObject({ outcome: 'accepted', dataset: 2 });
  });

  it('judges what came by the spec that was asked for, as a version in place of the first', async () => {
    const first = await on.upload(MIXED);
    await on.apply(NARROW);
    expect(await on.replay(1, 2)).toMatchObject({ outcome: 'accepted-with-quarantine', dataset: 2, repeated: false });
    expect(await on.dataset(2)).toMatchObject({
      origin: { kind: 'replay', of: 1, by: 'ana', reason: 'ranges changed' },
      specVersion: 2,
      rows: 16,
      quarantinedRows: 7,
      contentDigest: first.contentDigest,
      source: first.source,
    });
    expect((await on.registry.listAudit('churn')).at(-1)).toMatchObject({ action: 'dataset.replayed', actor: 'ana' });
  });

  it('is rejected where the new spec refuses, and told so', async () => {
    await on.upload(MIXED);
    await on.apply({ maxQuarantineShare: 0 });
    expect(await on.replay(1, 2)).toMatchObject({
      outcome: 'rejected',
      codes: expect.arrayContaining(['too-many-bad-rows']),
    });
    expect(on.publisher.published.at(-1)).toMatchObject({ name: 'DatasetRejected', detail: { dataset: 2 } });
  });

  it('counts freshness to when the bytes came, not to now', async () => {
    const fresh = (maxAge: string) => ({ checks: [{ type: 'freshness', maxAge }] });
    await on.upload(csv());
    await on.apply(fresh('20d'));
    // 19 days before it came, 22 before it is judged again
    expect(await on.replay(1, 2)).toMatchObject({ outcome: 'accepted' });
    await on.apply(fresh('18d'));
    expect(await on.replay(2, 3)).toMatchObject({ outcome: 'rejected', dataset: 3 });
  });

  it('is one for each spec version', async () => {
    await on.upload(MIXED);
    await on.apply(NARROW);
    await on.replay(1, 2);
    expect(await on.replay(1, 2, 'ben')).toMatchObject({ dataset: 2, repeated: true });
    await on.apply({ ...NARROW, maxQuarantineShare: 0 });
    expect(await on.replay(2, 3)).toMatchObject({ dataset: 3, repeated: false });
    expect(await on.registry.listDatasets('churn')).toHaveLength(3);
  });

  it('refuses what the new spec would not read, and bytes that were accepted from elsewhere', async () => {
    on = await aPlatform({ maxQuarantineShare: 0 });
    const text = csv(row('old', 150));
    await on.upload(text, 'first.csv');
    await on.apply({ maxQuarantineShare: 0.5 });
    await on.upload(text, 'second.csv');
    expect(await on.replay(1, 2)).toMatchObject({ outcome: 'rejected', dataset: 3, codes: ['duplicate'] });
  });

  it('comes too late once the spec has changed again, or something else took the place', async () => {
    await on.upload(MIXED);
    await on.apply(NARROW);
    await on.apply({ maxQuarantineShare: 0.4 });
    expect(await on.replay(1, 2)).toEqual({
      outcome: 'ignored',
      model: 'churn',
      dataset: 1,
      codes: ['spec-changed'],
      repeated: false,
    });
    await on.replay(1, 3);
    await on.apply({ maxQuarantineShare: 0.3 });
    expect(await on.replay(1, 4)).toMatchObject({ outcome: 'ignored', codes: ['place-taken'] });
    expect(await on.registry.listDatasets('churn')).toHaveLength(2);
  });
});

describe('a request', () => {
  it('that finds nothing to do leaves nothing behind', async () => {
    await on.upload(csv());
    expect(await on.release(1)).toMatchObject({ outcome: 'ignored', codes: ['nothing-to-release'] });
    expect(await on.release(1)).toMatchObject({ outcome: 'ignored', repeated: false });
    expect(on.publisher.published).toHaveLength(1);
  });

  it('that another delivery holds is tried again later', async () => {
    await on.upload(MIXED);
    await on.registry.claim('release/churn/1', 'other', { now: LATER, ms: 60_000 });
    await expect(on.release(1)).rejects.toBeInstanceOf(UnavailableError);
  });

  it('has one record and its event although the first attempt died before it could tell', async () => {
    await on.upload(MIXED);
    const publish = on.publisher.publish.bind(on.publisher);
    on.deps.publisher = { ...on.publisher, publish: () => Promise.reject(new Error('killed')) };
    await expect(on.release(1)).rejects.toThrow('killed');
    on.deps.publisher = { ...on.publisher, publish };
    expect(await on.release(1)).toMatchObject({ dataset: 2, repeated: false });
    expect(await on.registry.listDatasets('churn')).toHaveLength(2);
    expect(on.publisher.published.at(-1)).toMatchObject({ name: 'DatasetAccepted', detail: { dataset: 2 } });
  });

  it('comes over the queue as an event of the bus; a message of another kind is reported, and only that', async () => {
    await on.upload(MIXED);
    await on.apply({ maxQuarantineShare: 0.4 });
    const base = { schemaVersion: 1, model: 'churn', at: LATER.toISOString(), dataset: 1, by: 'ana', reason: 'r' };
    const record = (type: string, detail: object) => ({
      messageId: type,
      body: JSON.stringify({ source: 'millrace.data', 'detail-type': type, detail }),
    });
    const handler = makeHandler({ ...on.deps, sets: recordingSets(), landingBucket: 'landing' });
    const Records = [
      record('DatasetReleaseRequested', base),
      record('DatasetRejected', base),
      record('DatasetReplayRequested', { ...base, specVersion: 2 }),
    ];
    expect(await handler({ Records })).toEqual({ batchItemFailures: [{ itemIdentifier: 'DatasetRejected' }] });
    const kinds = (await on.registry.listDatasets('churn')).map(({ origin }) => origin?.kind);
    expect(kinds).toEqual(['replay', 'release', undefined]);
  });
});
