import { describe, expect, it } from 'vitest';
import type { DatasetVersion } from '../../../domain/registry/entities.ts';
import { aModelSpec, type Overrides } from '../../fixtures/builders.ts';
import { AT, aDataset, aModelVersion, anArtifact } from '../../fixtures/entities.ts';
import { aTraffic } from '../../fixtures/registry.ts';
import { ANA, anApi, aPlan, CHANGE } from './api-under-test.ts';

const digest = (letter: string) => letter.repeat(64);
const kept: Partial<DatasetVersion> = {
  verdict: 'accepted-with-quarantine',
  quarantinedRows: 3,
  source: { bucket: 'landing', key: 'churn/März 1.csv', versionId: 'v1', size: 10 },
  raw: anArtifact({ sha256: digest('1'), size: 10 }),
  data: anArtifact({ sha256: digest('2'), size: 20 }),
  quarantine: anArtifact({ sha256: digest('3') }),
  profile: anArtifact({ sha256: digest('4') }),
  report: anArtifact({ sha256: digest('5') }),
  reportHtml: anArtifact({ sha256: digest('6') }),
};

async function withDatasets(...datasets: Partial<DatasetVersion>[]) {
  const api = await anApi();
  for (const [index, dataset] of datasets.entries())
    await api.registry.registerDataset(aDataset({ version: index + 1, ...dataset }), CHANGE);
  return api;
}

describe('a file of a data set', () => {
  const files: [string, string, string][] = [
    ['data', 'data.parquet', '2'],
    ['raw', 'März 1.csv', '1'],
    ['quarantine', 'quarantine.parquet', '3'],
    ['profile', 'profile.json', '4'],
    ['report', 'report.json', '5'],
    ['html', 'report.html', '6'],
  ];
  for (const [file, name, letter] of files) {
    it(`is found by a link: ${file}`, async () => {
      const api = await withDatasets(kept);
      const { status, body } = await api.call('GET', `models/churn/datasets/1/files/${file}`);
      const sha256 = digest(letter);
      expect(status).toBe(200);
      expect(body).toMatchObject({ name, sha256, expiresAt: '2026-03-02T00:05:00.000Z' });
      expect(body.url).toBe(`https://lake.example/artifacts/${sha256}/file`);
      expect(api.linked).toEqual([{ bucket: 'lake', key: `artifacts/${sha256}/file`, name }]);
    });
  }

  it('is one of many in a set of many objects, page by page', async () => {
    const letters = ['a', 'b', 'c'];
    const refs = letters.map((letter) => anArtifact({ sha256: digest(letter) }));
    const parts = { files: refs, raw: refs.slice(0, 2), quarantine: [] };
    const api = await anApi({ lake: { artifact: async () => parts, runFile: async () => undefined } });
    await api.registry.registerDataset(
      aDataset({ data: undefined, parts: anArtifact(), report: anArtifact({ sha256: digest('5') }) }),
      CHANGE,
    );
    const page = async (file: string, query: Record<string, string>) => {
      const { status, body } = await api.call('GET', `models/churn/datasets/1/files/${file}`, undefined, { query });
      expect(status).toBe(200);
      return { names: body.parts.map(({ name }: { name: string }) => name), more: body.more };
    };
    expect(await page('data', { limit: '2' })).toEqual({
      names: ['part-00000.parquet', 'part-00001.parquet'],
      more: true,
    });
    expect(await page('data', { after: '2' })).toEqual({ names: ['part-00002.parquet'], more: false });
    expect(await page('data', { after: '3' })).toEqual({ names: [], more: false });
    expect(await page('raw', {})).toEqual({ names: ['part-00000', 'part-00001'], more: false });
    expect(await page('quarantine', {})).toEqual({ names: [], more: false });
    expect((await api.call('GET', 'models/churn/datasets/1/files/report')).body.sha256).toBe(digest('5'));
  });

  for (const path of ['2/files/data', '1/files/quarantine', '1/files/constructor', '1/files/', 'x/files/data']) {
    it(`is not there: ${path}`, async () => {
      const api = await withDatasets({});
      expect((await api.call('GET', `models/churn/datasets/${path}`)).status).toBe(404);
      expect(api.linked).toEqual([]);
    });
  }
});

describe('the validation context', () => {
  const path = 'models/churn/validation-context';
  const asked = { query: { holdout: '1' } };

  it('is what the current spec is judged with', async () => {
    const api = await anApi();
    await api.registry.applySpec(aModelSpec({ description: 'second' }), CHANGE);
    expect(await api.call('GET', path)).toMatchObject({ status: 200, body: { at: AT, history: [] } });
    expect(api.contexts).toEqual([{ spec: 'churn', description: 'second' }]);
    expect((await api.call('GET', 'models/none/validation-context')).status).toBe(404);
    expect((await api.call('GET', path, undefined, { query: { holdout: 'yes' } })).status).toBe(400);
  });

  async function withChampion(data: Overrides = { checks: [{ type: 'holdout-overlap' }] }) {
    const api = await anApi();
    await api.registry.applySpec(aModelSpec({ data }), CHANGE);
    await api.registry.registerVersion(aModelVersion({ specVersion: 2 }), CHANGE);
    await api.registry.promote({ traffic: aTraffic(), expectedTrafficRev: 0, version: 1, expectedAliasRev: 0 }, CHANGE);
    api.files.set(`churn/${aModelVersion().runId}/plan.json`, aPlan());
    return api;
  }

  it('says where the rows of the holdout are, to whoever asks', async () => {
    const api = await withChampion();
    const { body } = await api.call('GET', path, undefined, asked);
    expect(body.holdoutRows).toEqual({
      url: 'https://lake.example/runs/churn/r/holdout/rows.parquet',
      expiresAt: '2026-03-02T00:05:00.000Z',
      id: 'customer_id',
    });
    expect((await api.call('GET', path)).body).not.toHaveProperty('holdoutRows');
  });

  it('says nothing of the holdout where no check looks at it, rows have no id, or its file is gone', async () => {
    for (const api of [await withChampion({}), await anApi()])
      expect((await api.call('GET', path, undefined, asked)).body).not.toHaveProperty('holdoutRows');
    const gone = await withChampion();
    gone.files.clear();
    expect((await gone.call('GET', path, undefined, asked)).body).not.toHaveProperty('holdoutRows');
    expect(gone.linked).toEqual([]);
  });
});

describe('a release', () => {
  it('is asked for in the name of the caller', async () => {
    const api = await withDatasets(kept);
    const { status, body } = await api.call('POST', 'models/churn/datasets/1/release', { reason: ' checked ' });
    expect({ status, body }).toEqual({ status: 202, body: { model: 'churn', of: 1, requested: true } });
    expect(api.published).toEqual([
      { name: 'DatasetReleaseRequested', model: 'churn', at: AT, dataset: 1, by: ANA, reason: 'checked' },
    ]);
  });

  it('is not asked for again once it was made', async () => {
    const origin = { kind: 'release', of: 1, by: 'ben', reason: 'seen' } as const;
    const api = await withDatasets(kept, { ...kept, origin });
    const { status, body } = await api.call('POST', 'models/churn/datasets/1/release', { reason: 'again' });
    expect({ status, body }).toEqual({ status: 200, body: { model: 'churn', of: 1, dataset: 2, requested: false } });
    expect(api.published).toEqual([]);
  });

  it('is refused, with the reason, where nothing can be let pass', async () => {
    const api = await withDatasets({});
    const { status, body } = await api.call('POST', 'models/churn/datasets/1/release', { reason: 'r' });
    expect(status).toBe(409);
    expect(body).toMatchObject({ title: 'RejudgeRefusedError', detail: expect.stringContaining('no row set aside') });
    expect(api.published).toEqual([]);
  });
});

describe('a replay', () => {
  async function afterSpec2(...datasets: Partial<DatasetVersion>[]) {
    const api = await withDatasets(...datasets);
    await api.registry.applySpec(aModelSpec({ description: 'second' }), CHANGE);
    return api;
  }
  const source = (key: string) => ({ source: { bucket: 'landing', key, versionId: 'v', size: 1 } });

  it('is asked for of each data set by itself, under the current spec', async () => {
    const api = await afterSpec2({ ...kept, ...source('a') }, { ...source('b') }, { ...kept, ...source('c') });
    const body = { datasets: [1, 2, 3], reason: 'ranges changed' };
    expect(await api.call('POST', 'models/churn/datasets/replay', body)).toMatchObject({
      status: 202,
      body: {
        model: 'churn',
        specVersion: 2,
        requested: [1, 3],
        done: [],
        skipped: [{ of: 2, why: 'its bytes were not kept' }],
      },
    });
    const event = {
      name: 'DatasetReplayRequested',
      model: 'churn',
      at: AT,
      specVersion: 2,
      by: ANA,
      reason: 'ranges changed',
    };
    expect(api.published).toEqual([
      { ...event, dataset: 1 },
      { ...event, dataset: 3 },
    ]);
  });

  it('is not asked for where the current spec has judged already', async () => {
    const origin = { kind: 'replay', of: 1, by: 'ben' } as const;
    const api = await afterSpec2(kept, { ...kept, origin, specVersion: 2 });
    const { status, body } = await api.call('POST', 'models/churn/datasets/replay', { datasets: [1], reason: 'r' });
    expect({ status, body }).toMatchObject({ status: 200, body: { requested: [], done: [{ of: 1, dataset: 2 }] } });
    expect(api.published).toEqual([]);
  });

  it('reads the time in any zone', async () => {
    const api = await afterSpec2({ ...kept, ...source('a') });
    const since = (text: string) => api.call('POST', 'models/churn/datasets/replay', { since: text, reason: 'r' });
    expect((await since('2026-03-02T01:00:00+01:00')).body.requested).toEqual([1]);
    expect((await since('2026-03-02T00:00:01Z')).body.requested).toEqual([]);
  });

  it('of more data sets than one call can ask for is refused', async () => {
    const api = await afterSpec2(...Array.from({ length: 1_001 }, (_, i) => ({ ...kept, ...source(String(i)) })));
    const { status, body } = await api.call('POST', 'models/churn/datasets/replay', { since: AT, reason: 'r' });
    expect(status).toBe(400);
    expect(body.detail).toContain('1001 data sets');
    expect(api.published).toEqual([]);
  });
});

describe('bodies', () => {
  const replay = 'models/churn/datasets/replay';
  const release = 'models/churn/datasets/1/release';
  const bad: [string, unknown, number][] = [
    [release, { reason: '' }, 400],
    [release, { reason: '  ' }, 400],
    [release, {}, 400],
    [release, { reason: 'r', by: 'somebody else' }, 400],
    [replay, { reason: 'r' }, 400],
    [replay, { datasets: [1] }, 400],
    [replay, { datasets: [1], since: AT, reason: 'r' }, 400],
    [replay, { datasets: [], reason: 'r' }, 400],
    [replay, { datasets: [0], reason: 'r' }, 400],
    [replay, { since: 'yesterday', reason: 'r' }, 400],
    [replay, { datasets: [9], reason: 'r' }, 404],
    ['models/churn/datasets/9/release', { reason: 'r' }, 404],
    ['models/none/datasets/replay', { since: AT, reason: 'r' }, 404],
  ];
  for (const [path, body, expected] of bad) {
    it(`answers POST ${path} with ${expected} for ${JSON.stringify(body)}`, async () => {
      const api = await withDatasets(kept);
      expect((await api.call('POST', path, body)).status).toBe(expected);
      expect(api.published).toEqual([]);
    });
  }
});
