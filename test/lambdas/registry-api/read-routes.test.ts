import { beforeAll, describe, expect, it } from 'vitest';
import { openApi } from '../../../domain/inference/open-api.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { someRequestCounts } from '../../fixtures/counts.ts';
import { aDataset, aDecision, aModelVersion, anArtifact, aRun } from '../../fixtures/entities.ts';
import { aMonitorWindow, aRollout, aTraffic } from '../../fixtures/registry.ts';
import { aCandidate, anApi, CHANGE } from './api-under-test.ts';

const RUN = aRun().runId;
let api: Awaited<ReturnType<typeof anApi>>;

beforeAll(async () => {
  api = await anApi();
  const { registry, files } = api;
  await registry.applySpec(aModelSpec({ name: 'wine' }), CHANGE);
  await registry.registerDataset(aDataset(), CHANGE);
  await registry.createRun(aRun(), CHANGE);
  files.set(`churn/${RUN}/candidate.json`, aCandidate('churn', RUN));
  await registry.createRun(aRun({ runId: 'churn-young', startedAt: '2026-03-09T00:00:00.000Z' }), CHANGE);
  const artifacts = { ...aModelVersion().artifacts, evaluation: anArtifact({ sha256: 'f'.repeat(64) }) };
  await registry.registerVersion(aModelVersion({ artifacts }), CHANGE);
  await registry.promote(
    { traffic: aTraffic(), expectedTrafficRev: 0, version: 1, expectedAliasRev: 0 },
    { by: 'rollout', at: CHANGE.at },
  );
  await registry.createRollout(aRollout(), CHANGE);
  registry.countRequests('churn', 'churn-v1-r1', someRequestCounts(1, 2, { requests: 3, errors: 1 }));
  for (let day = 1; day <= 3; day += 1) {
    const at = `2026-03-0${day}T00:00:00.000Z`;
    await registry.recordDecision(
      aDecision({ decisionId: `d${day}`, kind: day === 2 ? 'gate' : 'monitor', at }),
      CHANGE,
    );
  }
  await registry.putMonitorWindow(aMonitorWindow(), CHANGE);
});

const ids = (items: Record<string, unknown>[], key: string) => items.map((item) => item[key]);

describe('the OpenAPI document of a model', () => {
  const document = async (model: string, requestContext: object = {}) => {
    const answer = await api.handler({
      httpMethod: 'GET',
      resource: '/models/{model}/openapi.json',
      path: `/models/${model}/openapi.json`,
      pathParameters: { model },
      requestContext,
    });
    return { status: answer.statusCode, body: JSON.parse(answer.body) };
  };

  it('is made from the signature of the version with most traffic', async () => {
    const { signature } = await api.registry.requireVersion('churn', 1);
    const domain = { domainName: 'abc.execute-api.eu-central-1.amazonaws.com', stage: 'live' };
    const url = `https://${domain.domainName}/live`;
    const described = { name: 'churn', version: 1, signature, authorization: 'iam' as const };
    expect(await document('churn', domain)).toEqual({ status: 200, body: openApi({ ...described, url }) });
    expect(await document('churn')).toEqual({ status: 200, body: openApi(described) });
  });

  it('is not in the registry as well', async () => {
    expect((await api.call('GET', 'models/churn/openapi.json')).status).toBe(404);
  });

  for (const model of ['wine', 'none']) {
    it(`is answered 404 for a model that nothing serves: ${model}`, async () => {
      expect((await document(model)).status).toBe(404);
    });
  }
});

describe('what the registry API shows', () => {
  const found: [string, object][] = [
    ['models/churn', { name: 'churn', aliases: [{ alias: 'champion', version: 1 }], traffic: { rev: 1 } }],
    ['models/wine', { name: 'wine', aliases: [] }],
    ['models/churn/specs/1', { version: 1, spec: { name: 'churn' } }],
    ['models/churn/datasets/1', { version: 1, verdict: 'accepted' }],
    [`models/churn/runs/${RUN}`, { runId: RUN, status: 'running' }],
    [`models/churn/runs/${RUN}/evaluation`, { evaluation: 'e'.repeat(64) }],
    ['models/churn/versions/1', { version: 1, approvalStatus: 'Approved' }],
    ['models/churn/versions/1/evaluation', { evaluation: 'f'.repeat(64) }],
    [
      'models/churn/rollouts/churn-v1-r1',
      { candidate: 1, requestCounts: [{ version: 1, requests: 3, errors: 1, latencyMsSum: 30 }] },
    ],
    ['models/churn/decisions/d2', { decisionId: 'd2', kind: 'gate' }],
    ['models/churn/windows/2026-03-02T00:00:00.000Z', { status: 'ok' }],
    ['models/churn/windows/2026-03-02T00%3A00%3A00.000Z', { status: 'ok' }],
    ['models/churn/aliases/champion', { version: 1, by: 'rollout' }],
    ['models/churn/traffic', { routes: [{ version: 1, weight: 1 }] }],
    ['models/churn/audit/1', { seq: 1, action: 'spec.applied' }],
  ];
  for (const [path, expected] of found) {
    it(`answers GET ${path}`, async () => {
      const { status, headers, body } = await api.call('GET', path);
      expect(status).toBe(200);
      expect(headers['content-type']).toBe('application/json');
      expect(body).toMatchObject(expected);
    });
  }

  const missing = [
    'models/none',
    'models/none/specs',
    'models/none/versions/1',
    'models/none/audit',
    'models/churn/specs/2',
    'models/churn/specs/one',
    'models/churn/specs/0',
    'models/churn/versions/1e3',
    'models/churn/datasets/-1',
    'models/churn/runs/none',
    'models/churn/runs/none/evaluation',
    'models/churn/runs/churn-young/evaluation',
    'models/churn/rollouts/none',
    'models/churn/decisions/none',
    'models/churn/windows/2026-03-03T00:00:00.000Z',
    'models/churn/aliases/none',
    'models/wine/traffic',
    'models/churn/audit/99',
    'models/churn/nothing',
    'nothing',
    '',
    'models/churn/runs/a%2Fb%zz',
  ];
  for (const path of missing) {
    it(`answers GET ${path || '/'} with 404`, async () => {
      const { status, headers, body } = await api.call('GET', path);
      expect(status).toBe(404);
      expect(headers['content-type']).toBe('application/problem+json');
      expect(body).toMatchObject({ status: 404, title: 'NotFoundError', type: 'about:blank' });
    });
  }

  it('lists models by name with their champion', async () => {
    const { body } = await api.call('GET', 'models');
    expect(body).toMatchObject({ items: [{ name: 'churn', champion: 1 }, { name: 'wine' }], more: false });
  });

  const lists: [string, string, unknown[]][] = [
    ['specs', 'version', [1]],
    ['datasets', 'version', [1]],
    ['runs', 'runId', ['churn-young', RUN]],
    ['versions', 'version', [1]],
    ['rollouts', 'rolloutId', ['churn-v1-r1']],
    ['decisions', 'decisionId', ['d3', 'd2', 'd1']],
    ['windows', 'windowStart', ['2026-03-02T00:00:00.000Z']],
    ['aliases', 'alias', ['champion']],
  ];
  for (const [noun, key, expected] of lists) {
    it(`lists ${noun}`, async () => {
      const { status, body } = await api.call('GET', `models/churn/${noun}`);
      expect(status).toBe(200);
      expect(ids(body.items, key)).toEqual(expected);
      expect(body.more).toBe(false);
    });
  }

  it('says when a list goes on beyond the limit', async () => {
    const { body } = await api.call('GET', 'models/churn/decisions', undefined, { query: { limit: '2' } });
    expect(ids(body.items, 'decisionId')).toEqual(['d3', 'd2']);
    expect(body.more).toBe(true);
    const exact = await api.call('GET', 'models/churn/decisions', undefined, { query: { limit: '3' } });
    expect(exact.body.more).toBe(false);
  });

  it('cuts a list that would not fit one answer', async () => {
    const big = await anApi();
    const numbers = { text: 'x'.repeat(300_000) };
    for (let index = 0; index < 20; index += 1) {
      await big.registry.recordDecision(aDecision({ decisionId: `d${index}`, numbers }), CHANGE);
    }
    const { body } = await big.call('GET', 'models/churn/decisions');
    expect(body.items.length).toBeGreaterThan(10);
    expect(JSON.stringify(body).length).toBeLessThan(4.3 * 1024 * 1024);
    expect(body.more).toBe(true);
  });

  it('lists decisions of one kind', async () => {
    const { body } = await api.call('GET', 'models/churn/decisions', undefined, { query: { kind: 'gate' } });
    expect(ids(body.items, 'decisionId')).toEqual(['d2']);
  });

  it('pages through the audit trail and gives its head', async () => {
    const first = await api.call('GET', 'models/churn/audit', undefined, { query: { limit: '2' } });
    expect(ids(first.body.items, 'seq')).toEqual([1, 2]);
    expect(first.body.more).toBe(true);
    const next = await api.call('GET', 'models/churn/audit', undefined, { query: { limit: '2', after: '2' } });
    expect(ids(next.body.items, 'seq')).toEqual([3, 4]);
    expect(next.body.head).toEqual(await api.registry.findAuditHead('churn'));
  });

  for (const [path, query] of [
    ['models', { limit: '0' }],
    ['models', { limit: '1001' }],
    ['models/churn/runs', { limit: 'many' }],
    ['models/churn/decisions', { kind: 'whim' }],
    ['models/churn/audit', { after: '-1' }],
  ] as const) {
    it(`refuses GET ${path} with ${JSON.stringify(query)}`, async () => {
      const { status, body } = await api.call('GET', path, undefined, { query });
      expect(status).toBe(400);
      expect(body.detail).toContain(Object.keys(query)[0]);
    });
  }

  it('names the methods a path takes', async () => {
    const { status, headers } = await api.call('DELETE', 'models/churn/runs');
    expect(status).toBe(405);
    expect(headers.allow).toBe('GET, POST');
  });

  it('lets what nobody foresaw out, so that the failure is counted', async () => {
    const broken = await anApi({
      lake: {
        artifact: async () => {
          throw new TypeError('bug');
        },
        runFile: async () => undefined,
      },
    });
    await broken.registry.registerVersion(aModelVersion(), CHANGE);
    await expect(broken.call('GET', 'models/churn/versions/1/evaluation')).rejects.toThrow('bug');
  });
});
