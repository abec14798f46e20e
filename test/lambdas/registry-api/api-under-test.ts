import { startBatch } from '../../../domain/batch/start-batch.ts';
import type { EventPublisher } from '../../../domain/events/catalog.ts';
import { TrainingPlan } from '../../../domain/training/plan.ts';
import { makeHandler } from '../../../lambdas/registry-api/handler.ts';
import type { RegistryApiDeps } from '../../../lambdas/registry-api/ports.ts';
import { aBatchStarter, type BatchStarter } from '../../fixtures/batch-starter.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { AT, anArtifact } from '../../fixtures/entities.ts';
import { memoryRegistry } from '../../fixtures/memory-registry.ts';

export const ANA = 'arn:aws:iam::111122223333:user/ana';
export const CHANGE = { by: 'test', at: new Date(AT) };

/** The registry API over a registry in memory, with the model `churn` in it, and everything it told the world. */
export async function anApi(overrides: Partial<RegistryApiDeps> = {}) {
  const registry = memoryRegistry();
  await registry.applySpec(aModelSpec(), CHANGE);
  const published: object[] = [];
  const answered: object[] = [];
  const started: object[] = [];
  const linked: object[] = [];
  const contexts: object[] = [];
  const files = new Map<string, unknown>();
  const records = new Map<string, Uint8Array>();
  const publisher: EventPublisher = {
    publish: async (name, detail) => void published.push({ name, ...detail }),
  };
  const batches: BatchStarter = { objects: [], started: [], written: new Map() };
  const handler = makeHandler({
    authorization: 'iam',
    registry,
    publisher,
    gate: {
      succeed: async (token, output) => answered.push({ token, output }) > 0,
      fail: async (token, { name, message }) => answered.push({ token, name, message }) > 0,
    },
    lake: {
      artifact: async ({ sha256 }) => ({ evaluation: sha256 }),
      runFile: async (model, runId, name) => files.get(`${model}/${runId}/${name}`),
    },
    records: { get: async ({ key }) => records.get(key) },
    links: {
      read: async ({ bucket, key }, name) => {
        linked.push({ bucket, key, name });
        return { url: `https://lake.example/${key}`, expiresAt: new Date(Date.parse(AT) + 300_000) };
      },
    },
    context: async (spec, at) => {
      contexts.push({ spec: spec.name, description: spec.description });
      return { at: at.toISOString(), history: [] };
    },
    startBatch: (input) =>
      startBatch(input, { registry, publisher, batches: aBatchStarter(batches), now: () => new Date(AT) }),
    startRollout: async (input) => {
      started.push(input);
      return { rolloutId: 'churn-v1-r1' };
    },
    now: () => new Date(AT),
    ...overrides,
  });

  async function call(
    method: string,
    path: string,
    body?: unknown,
    more: { identity?: object; authorizer?: object; query?: Record<string, string> } = {},
  ) {
    const response = await handler({
      httpMethod: method,
      path: `/registry/${path}`,
      pathParameters: { proxy: path },
      queryStringParameters: more.query ?? null,
      body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
      isBase64Encoded: false,
      requestContext: { identity: more.identity ?? { userArn: ANA }, authorizer: more.authorizer ?? null },
    });
    return { status: response.statusCode, headers: response.headers, body: JSON.parse(response.body) };
  }
  return { handler, call, registry, batches, published, answered, started, linked, contexts, files };
}

export const aCandidate = (model: string, runId: string) => ({
  model,
  runId,
  passed: false,
  decisionId: 'gate-1',
  metrics: {},
  artifacts: {
    model: anArtifact(),
    featurizer: anArtifact(),
    baseline: anArtifact(),
    evaluation: anArtifact({ sha256: 'e'.repeat(64) }),
  },
  trainingJobName: 'job',
});

export const aPlan = (keys: Partial<TrainingPlan['keys']> = {}) =>
  TrainingPlan.parse({
    model: 'churn',
    runId: 'r',
    specVersion: 2,
    datasetVersions: [1],
    task: 'binary',
    algorithm: 'xgboost',
    features: ['age'],
    classes: ['0', '1'],
    rows: { train: 1, validation: 1, holdout: 1, unlabelled: 0, outsideWindow: 0 },
    keys: {
      train: 't/',
      validation: 'v/',
      holdout: 'h/',
      holdoutCsv: 'h.csv',
      holdoutFeaturesCsv: 'f.csv',
      holdoutRows: 'runs/churn/r/holdout/rows.parquet',
      ...keys,
    },
    featurizer: anArtifact(),
    baseline: anArtifact(),
  });
