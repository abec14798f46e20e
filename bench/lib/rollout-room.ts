import { createHash } from 'node:crypto';
import type { ArtifactRef } from '../../domain/artifacts.ts';
import type { Featurizer } from '../../domain/features/featurizer.ts';
import type { ModelVersion } from '../../domain/registry/entities.ts';
import { startRollout } from '../../domain/rollout/start-rollout.ts';
import { ModelSpec } from '../../domain/spec/model-spec.ts';
import { dynamoRegistry } from '../../lambdas/adapters/dynamo-registry.ts';
import { judgedRequests } from '../../lambdas/adapters/judged-requests.ts';
import { makeHandler as advanceHandler } from '../../lambdas/advance-rollout/handler.ts';
import { takeFeedback } from '../../lambdas/feedback/feedback.ts';
import { AwsCallError, type CountedRequest } from '../../lambdas/infer/aws.ts';
import { makeHandler as routerHandler } from '../../lambdas/infer/handler.ts';
import { servedModels } from '../../lambdas/infer/models.ts';
import { capturePolicies } from '../../lambdas/infer/policies.ts';
import { encodeJson } from '../random-model.ts';
import { rolloutTable } from './rollout-table.ts';

const MODEL = 'churn';
const BY = { by: 'bench', at: new Date('2026-03-02T00:00:00Z') };
/** Time between two requests: a router's view of the traffic is at most 2,000 ms old, some 100 requests. */
const EVERY_MS = 20;

/** What a version does with a request. */
export interface Behaviour {
  /** Share of requests that fail. */
  readonly errors: number;
  /** Of one request, milliseconds. */
  readonly latencyMs: (random: () => number) => number;
  /** @param x in [0, 1), what the request asks about. @param n requests that were made before */
  readonly predict: (x: number, n: number) => number;
}

/** One answer, and what it was asked about. */
export interface Answered {
  readonly status: number;
  readonly version: number;
  readonly inferenceId: string;
  readonly x: number;
}

export interface RoomOptions {
  readonly seed: number;
  readonly random: (seed: number) => () => number;
  /** By version, from 1 on. */
  readonly versions: readonly Behaviour[];
  readonly strategy: object;
  readonly judging?: object;
  /** Router instances, each with its own view of the traffic. @default 3 */
  readonly routers?: number;
}

/**
 * The real router, the real registry over a table in memory, and the real function that advances rollouts; SageMaker's
 * endpoints behave as told. Time goes on by requests.
 */
export async function aRolloutRoom(options: RoomOptions) {
  const { seed, versions, routers = 3 } = options;
  const random = options.random(seed);
  const table = rolloutTable();
  const registry = dynamoRegistry(table.client, 'registry');
  const objects = new Map<string, Uint8Array>();
  const removed = new Set<string>();
  const state = {
    ms: BY.at.getTime(),
    elapsed: 0,
    requests: 0,
    unreadable: false,
    gate: undefined as Promise<void> | undefined,
  };
  const now = () => new Date(state.ms);

  const store = (name: string, bytes: Uint8Array): ArtifactRef => {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    objects.set(`artifacts/${sha256}/${name}`, bytes);
    return { bucket: 'lake', key: `artifacts/${sha256}/${name}`, sha256, size: bytes.byteLength };
  };
  const featurizer = store('featurizer.json', encodeJson(FEATURIZER));

  const aws = {
    async getItem(_: string, key: { PK: string; SK: string }) {
      if (state.unreadable) throw new AwsCallError('GetItem', 500, 'InternalServerError');
      return key.SK === 'CAPTURE' ? NOTHING_CAPTURED : table.find(key);
    },
    async getObject({ key }: { key: string }) {
      return objects.get(key) as Uint8Array;
    },
    async invokeEndpoint(name: string, { csv }: { csv: string }) {
      const version = Number(/-v(\d+)-/.exec(name)?.[1]);
      const { errors, latencyMs, predict } = versions[version - 1] as Behaviour;
      if (state.gate) await state.gate;
      state.elapsed += latencyMs(random);
      if (removed.has(name)) throw new AwsCallError('InvokeEndpoint', 400, 'ValidationError');
      if (random() < errors) throw new AwsCallError('InvokeEndpoint', 500, 'ModelError');
      return { contentType: 'text/csv', text: String(predict(Number(csv), state.requests)) };
    },
    async addCounts(_: string, key: { PK: string; SK: string }, counted: CountedRequest) {
      const { version, rev, errors, latencyMs, bins } = counted;
      const each = Object.fromEntries(bins.map((name) => [name, 1]));
      table.add(key, { requests: 1, errors, latencyMsSum: latencyMs, ...each }, { version, rev });
    },
    async keepItem(_: string, key: { PK: string; SK: string }, fields: object) {
      table.add(key, {}, fields);
    },
    putRecord: async () => {},
  };
  const metrics = { add: () => {}, settle: () => {} };
  const aRouter = () =>
    routerHandler({
      aws: aws as never,
      models: servedModels({ aws, table: 'registry', lakeBucket: 'lake', metrics, now }),
      policies: capturePolicies({ aws, table: 'registry', now }),
      table: 'registry',
      lakeBucket: 'lake',
      stream: 'capture',
      shadowQueueUrl: 'shadow',
      metrics,
      now,
      elapsed: () => state.elapsed,
      random,
      codeVersion: '1',
    });
  const instances = Array.from({ length: routers }, aRouter);

  const deps = {
    registry,
    artifacts: {
      getBytes: async () => {
        throw new Error('no artifact is read here');
      },
    },
    publisher: { publish: async () => {} },
    endpoints: { remove: async (name: string) => void removed.add(name) },
    rollouts: { start: async (name: string) => `arn:aws:states:eu-central-1:1:execution:rollout:${name}` },
    now,
  };
  const advance = advanceHandler(deps as never);
  const judged = judgedRequests(table.client, 'registry');
  const act = (action: string, rolloutId: string) => advance({ action, model: MODEL, rolloutId }) as Promise<never>;

  await registry.applySpec(ModelSpec.parse(specOf(options)), BY);
  for (const [i] of versions.entries()) await registry.registerVersion(versionOf(i + 1, featurizer), BY);
  await act('begin', (await startRollout({ model: MODEL, version: 1, by: 'bench' }, deps as never)).rolloutId);

  return {
    state,
    routers,
    registry,
    /** Starts the rollout of a version and gives it its first share. */
    async begin(version = 2): Promise<string> {
      const { rolloutId } = await startRollout({ model: MODEL, version, by: 'bench' }, deps as never);
      await act('begin', rolloutId);
      return rolloutId;
    },
    act,
    verdict: async (rolloutId: string) => ((await act('judge', rolloutId)) as { verdict: string }).verdict,
    /** One request through one of the routers, by chance. @returns status, and the version that answered */
    async send(routingKey?: string, instance = Math.floor(random() * instances.length)): Promise<Answered> {
      const x = random();
      state.ms += EVERY_MS;
      state.requests += 1;
      const router = instances[instance] as (typeof instances)[number];
      const { statusCode, body } = await router({
        httpMethod: 'POST',
        path: `/v2/models/${MODEL}/infer`,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          inputs: [{ name: 'x', shape: [1], datatype: 'FP64', data: [x] }],
          ...(routingKey === undefined ? {} : { parameters: { routing_key: routingKey } }),
        }),
      });
      return {
        status: statusCode,
        version: Number(/"model_version":"(\d+)"/.exec(body)?.[1]),
        inferenceId: /"inference_id":"([^"]+)"/.exec(body)?.[1] ?? '',
        x,
      };
    },
    /** Tells what an answer should have been. */
    label: ({ inferenceId }: Answered, label: '0' | '1') =>
      takeFeedback(
        MODEL,
        { labels: [{ inference_id: inferenceId, label }] },
        { registry, judged, send: async () => {}, now },
      ),
    /** Lets every router see the traffic as it is. */
    settle(): void {
      state.ms += 5_000;
    },
    /** Takes one router down and starts another, which has seen nothing. */
    restart(): void {
      instances[Math.floor(random() * instances.length)] = aRouter();
    },
    weights: async () => (await registry.findTraffic(MODEL))?.routes ?? [],
    reasons: async (rolloutId: string) => (await registry.requireRollout(MODEL, rolloutId)).reasons,
  };
}
export type RolloutRoom = Awaited<ReturnType<typeof aRolloutRoom>>;

const NOTHING_CAPTURED = { share: 0, redact: [], context: [] };

const FEATURIZER: Featurizer = {
  version: 1,
  features: [{ name: 'x', kind: 'numeric' }],
  label: { kind: 'class', column: 'y', compare: 'text', classes: ['0', '1'] },
};

const specOf = ({ strategy, judging = {} }: RoomOptions): object => ({
  apiVersion: 'millrace/v1',
  name: MODEL,
  task: 'binary',
  data: {
    target: 'y',
    columns: [
      { name: 'x', type: 'number' },
      { name: 'y', type: 'integer' },
    ],
  },
  training: {
    algorithm: 'xgboost',
    xgboost: { hyperparameters: { objective: 'binary:logistic', num_round: 20, max_depth: 3, eta: 0.3 } },
  },
  evaluation: { gates: [{ type: 'absolute', metric: 'auc', min: 0.6 }] },
  deployment: { strategy, judging },
});

function versionOf(number: number, featurizer: ArtifactRef): Omit<ModelVersion, 'version'> {
  const ref = (digit: string): ArtifactRef => ({ bucket: 'lake', key: digit, sha256: digit.repeat(64), size: 1 });
  return {
    model: MODEL,
    runId: `churn-${String(number).padStart(12, '0')}`,
    specVersion: 1,
    datasetVersions: [1],
    approvalStatus: 'Approved',
    algorithm: 'xgboost',
    image: 'xgboost',
    hyperparameters: {},
    artifacts: { model: ref(String(number)), featurizer, baseline: ref('a'), evaluation: ref('b') },
    signature: {
      inputs: [{ name: 'x', datatype: 'FP64', nullable: false }],
      outputs: [{ name: 'probability', datatype: 'FP64', nullable: false }],
    },
    metrics: {},
    codeVersion: 'bench',
    at: BY.at.toISOString(),
  };
}
