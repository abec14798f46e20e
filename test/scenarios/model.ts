import { PutObjectCommand } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { listOf } from '../../cli/registry-lists.ts';
import {
  Alias,
  DatasetVersion,
  Decision,
  ModelVersion,
  Rollout,
  Traffic,
  TrainingRun,
} from '../../domain/registry/entities.ts';
import { VersionCounts } from '../../domain/registry/request-counts.ts';
import { aSpecDocument, merge, type Overrides } from '../fixtures/builders.ts';
import { CHURN_COLUMNS, type Customer, toCsv } from '../fixtures/customers.ts';
import type { Answer, Platform } from './platform.ts';
import { until } from './wait.ts';

const Applied = z.object({ model: z.string(), version: z.number().int(), created: z.boolean() });

/** Short waits, few rounds, and no monitoring: what every scenario's spec has unless it says otherwise. */
const QUICK = {
  training: {
    trigger: { debounce: '1s', newData: { minRows: 1 } },
    spot: false,
    xgboost: { hyperparameters: { num_round: 10 } },
  },
  monitoring: { enabled: false },
  evaluation: { minHoldoutRows: 10 },
};

export interface Upload {
  readonly key: string;
  readonly versionId: string;
}

/** One model on a platform, as the people see it who own it. */
export type Model = ReturnType<typeof modelOn>;

export function modelOn(platform: Platform, name: string, features = ['age', 'spend', 'plan', 'active']) {
  const { registry, outputs, s3, patience } = platform;
  const path = `models/${name}`;
  const list = async <S extends z.ZodType>(what: string, item: S) =>
    (await registry.get(`${path}/${what}`, listOf(item), { limit: 200 })).items as z.infer<S>[];
  const seconds = (base: number) => base * patience;

  const model = {
    name,
    document: (overrides: Overrides = {}): Record<string, unknown> =>
      merge(aSpecDocument({ ...QUICK, name }), overrides),
    apply: (overrides: Overrides = {}) => registry.post('specs', model.document(overrides), Applied),

    async upload(file: string, body: string | Uint8Array): Promise<Upload> {
      return put(`${name}/${file}`, body);
    },
    uploadRows: (file: string, rows: readonly Customer[], columns: readonly string[] = CHURN_COLUMNS) =>
      model.upload(file, toCsv(rows, columns)),
    /** The verdict on one upload, by its key and version. */
    verdict: ({ key, versionId }: Upload): Promise<DatasetVersion> =>
      until(
        `a verdict on ${key}`,
        async () => (await model.datasets()).find(({ source }) => source.key === key && source.versionId === versionId),
        { seconds: seconds(40) },
      ),

    datasets: () => list('datasets', DatasetVersion),
    runs: () => list('runs', TrainingRun),
    versions: () => list('versions', ModelVersion),
    rollouts: () => list('rollouts', Rollout),
    decisions: () => list('decisions', Decision),
    version: (number: number) => registry.get(`${path}/versions/${number}`, ModelVersion),
    traffic: () => registry.get(`${path}/traffic`, Traffic),
    champion: () => registry.get(`${path}/aliases/champion`, Alias),
    counts: async (rolloutId: string) =>
      (await registry.get(`${path}/rollouts/${rolloutId}`, z.object({ requestCounts: z.array(VersionCounts) })))
        .requestCounts,

    /** The run that was made from these uploads and perhaps others. */
    runOf: (datasets: readonly number[]): Promise<TrainingRun> =>
      until(
        `a run of ${name} on data sets ${datasets.join(', ')}`,
        async () => (await model.runs()).find((run) => datasets.every((one) => run.datasetVersions.includes(one))),
        { seconds: seconds(40) },
      ),
    async ended(runId: string): Promise<TrainingRun> {
      let last: TrainingRun | undefined;
      return until(
        `run ${runId} to end`,
        async () => {
          last = (await model.runs()).find((run) => run.runId === runId);
          return last && last.status !== 'running' ? last : undefined;
        },
        { seconds: seconds(90), seen: () => last?.jobs },
      );
    },
    /** Uploads customers, and follows them to the end of the run they start. */
    async train(file: string, rows: readonly Customer[], columns: readonly string[] = CHURN_COLUMNS) {
      const dataset = await model.verdict(await model.uploadRows(file, rows, columns));
      if (dataset.verdict === 'rejected') throw new Error(`${file}: ${JSON.stringify(dataset.reasons)}`);
      const { runId } = await model.runOf([dataset.version]);
      return { dataset, run: await model.ended(runId) };
    },
    /** The run that made a version, once it has ended. */
    async registered(version: number) {
      const found = await until(
        `${name}:${version} to be registered`,
        async () => (await model.versions()).find((one) => one.version === version),
        { seconds: seconds(90) },
      );
      return { version: found, run: await model.ended(found.runId) };
    },
    async rolledOut(version: number): Promise<Rollout> {
      let last: Rollout | undefined;
      return until(
        `the rollout of ${name}:${version} to end`,
        async () => {
          last = (await model.rollouts()).find(({ candidate }) => candidate === version);
          return last?.endedAt ? last : undefined;
        },
        { seconds: seconds(60), seen: () => last },
      );
    },
    /** `train`, and it must end in a version that serves. */
    async deploy(file: string, rows: readonly Customer[], columns: readonly string[] = CHURN_COLUMNS) {
      const trained = await model.train(file, rows, columns);
      const number = trained.run.modelVersion;
      if (trained.run.status !== 'registered' || number === undefined)
        throw new Error(`run ${trained.run.runId} is ${trained.run.status}: ${JSON.stringify(trained.run.failure)}`);
      return { ...trained, version: await model.version(number), rollout: await model.rolledOut(number) };
    },

    infer: (rows: readonly object[], extra: object = {}): Promise<Answer> =>
      platform.call('POST', `/v2/models/${name}/infer`, { ...request(rows, features), ...extra }),
    /** Numbers or labels of one output. @throws Error unless the API answers 200 */
    async predict(rows: readonly object[], output = 'probability') {
      const { status, body } = await model.infer(rows);
      if (status !== 200) throw new Error(`${status}: ${JSON.stringify(body)}`);
      const outputs = body.outputs as { name: string; data: (number | string)[] }[];
      return {
        version: Number(body.model_version),
        inferenceId: (body.parameters as { inference_id: string }).inference_id,
        data: outputs.find((one) => one.name === output)?.data ?? [],
      };
    },
  };

  async function put(Key: string, Body: string | Uint8Array): Promise<Upload> {
    const { VersionId = 'null' } = await s3.send(
      new PutObjectCommand({ Bucket: outputs.LandingBucketName, Key, Body, ContentLength: Buffer.byteLength(Body) }),
    );
    return { key: Key, versionId: VersionId };
  }
  return model;
}

const DATATYPES: Readonly<Record<string, string>> = { age: 'INT64', spend: 'FP64', plan: 'BYTES', active: 'BOOL' };

/** An Open Inference Protocol request about customers. */
export function request(rows: readonly object[], features: readonly string[]) {
  return {
    inputs: features.map((name) => ({
      name,
      datatype: DATATYPES[name],
      shape: [rows.length],
      data: rows.map((row) => (row as Record<string, unknown>)[name] ?? null),
    })),
  };
}
