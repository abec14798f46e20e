import { createHash } from 'node:crypto';
import type { ArtifactRef } from '../../domain/artifacts.ts';
import { ArtifactMismatchError } from '../../domain/common-errors.ts';
import { makeFeaturizer, type RowFeaturizer } from '../../domain/features/featurize-row.ts';
import type { Featurizer } from '../../domain/features/featurizer.ts';
import { taskOf } from '../../domain/inference/predictions.ts';
import type { ModelVersion, Traffic } from '../../domain/registry/entities.ts';
import { keys } from '../../domain/registry/keys.ts';
import type { Contributions } from '../../domain/scoring/contributions.ts';
import { loadXgboost } from '../../domain/scoring/load-xgboost.ts';
import { XgboostModel } from '../../domain/scoring/xgboost-model.ts';
import type { Aws } from './aws.ts';
import { ByteLru, Renewed } from './cache.ts';
import { HttpError } from './http.ts';
import type { Metrics } from './metrics.ts';

/** A longer name is no model's, and DynamoDB would refuse it as a key. */
const MAX_NAME = 32;
/** How long a weight moved in the registry may go unnoticed. */
export const TRAFFIC_TTL_MS = 2_000;
/** Memory that loaded artifacts may take: 1,000 models of 100 trees of depth 6 (bench/router-memory.ts). */
export const CACHE_BYTES = 192 * 1_048_576;
/** What is made of a file that does not say what it takes: a featurizer's dictionaries, trees with what explaining needs. */
const LOADED_TO_FILE = 3;
/** An item of the registry counts as much, whatever it holds. */
const ITEM_BYTES = 4_096;

/** What a request needs of a version. */
export interface ServedVersion {
  readonly version: number;
  readonly signature: ModelVersion['signature'];
  readonly algorithm: ModelVersion['algorithm'];
  readonly featurizer: RowFeaturizer;
  /** Labels in the order of the probabilities; multiclass only. */
  readonly classes?: readonly string[];
  /** Predictions per row. */
  readonly width: number;
  readonly scorer?: ArtifactRef;
  /** Of all that its predictions are made from. */
  readonly digest: string;
}

export interface ModelsDeps {
  readonly aws: Pick<Aws, 'getItem' | 'getObject'>;
  readonly table: string;
  /** Artifacts from anywhere else are refused. */
  readonly lakeBucket: string;
  readonly metrics: Metrics;
  readonly now: () => Date;
}

type LoadedFeaturizer = Pick<ServedVersion, 'featurizer' | 'classes'>;
type Loaded = LoadedFeaturizer | XgboostModel | Contributions;

/** The router's view of the registry and the lake: traffic for two seconds, versions and artifacts by digest for good. */
export function servedModels({ aws, table, lakeBucket, metrics, now }: ModelsDeps) {
  const traffic = new Renewed<Traffic>({
    ttlMs: TRAFFIC_TTL_MS,
    now,
    read: async (model) => (await aws.getItem(table, keys.traffic(model))) as Traffic | undefined,
    onStale: () => metrics.add('StaleTraffic', 1),
  });
  const versions = new ByteLru<ModelVersion>(512 * ITEM_BYTES);
  const artifacts = new ByteLru<Loaded>(CACHE_BYTES);

  /** @param form tells apart what is made of the same file */
  async function artifact<T extends Loaded>(ref: ArtifactRef, load: (bytes: Uint8Array) => T, form = ''): Promise<T> {
    const known = artifacts.get(ref.sha256 + form);
    if (known) return known as T;
    if (ref.bucket !== lakeBucket) throw new ArtifactMismatchError(ref.key, `an object of ${lakeBucket}`, ref.bucket);
    const bytes = await aws.getObject(ref);
    const seen = createHash('sha256').update(bytes).digest('hex');
    if (seen !== ref.sha256) throw new ArtifactMismatchError(`s3://${ref.bucket}/${ref.key}`, ref.sha256, seen);
    const loaded = load(bytes);
    const size = loaded instanceof XgboostModel ? loaded.bytes : LOADED_TO_FILE * bytes.byteLength;
    artifacts.set(ref.sha256 + form, loaded, size);
    return loaded;
  }

  async function version(model: string, number: number): Promise<ModelVersion> {
    const key = keys.version(model, number);
    const id = `${key.PK} ${key.SK}`;
    const known = versions.get(id);
    if (known) return known;
    const item = (await aws.getItem(table, key)) as ModelVersion | undefined;
    if (!item) throw new HttpError(404, `${model}:${number} is not registered`);
    versions.set(id, item, ITEM_BYTES);
    return item;
  }

  return {
    /** Undefined when nothing serves the model. With DynamoDB down, the last that was read goes on. */
    traffic: async (model: string): Promise<Traffic | undefined> =>
      model.length <= MAX_NAME ? traffic.get(model) : undefined,

    async served(model: string, number: number): Promise<ServedVersion> {
      const { signature, algorithm, artifacts: refs } = await version(model, number);
      const { featurizer, classes } = await artifact(refs.featurizer, readFeaturizer);
      const multiclass = taskOf(signature) === 'multiclass';
      return {
        version: number,
        signature,
        algorithm,
        featurizer,
        width: multiclass ? (classes?.length ?? 1) : 1,
        ...(multiclass && classes ? { classes } : {}),
        digest: refs.model.sha256 + refs.featurizer.sha256,
        ...(refs.scorer ? { scorer: refs.scorer } : {}),
      };
    },

    scorer: (ref: ArtifactRef): Promise<XgboostModel> => artifact(ref, loadXgboost),

    /** The scorer's file again, with what explaining needs of it: loaded when it is first asked for, as is the code. */
    async contributions(ref: ArtifactRef): Promise<Contributions> {
      const { loadContributions } = await import('../../domain/scoring/load-contributions.ts');
      return artifact(ref, loadContributions, '#contributions');
    },
  };
}
export type ServedModels = ReturnType<typeof servedModels>;

function readFeaturizer(bytes: Uint8Array): LoadedFeaturizer {
  // its digest was checked: it is what the training run wrote
  const fitted = JSON.parse(new TextDecoder().decode(bytes)) as Featurizer;
  const classes = fitted.label.kind === 'class' ? { classes: fitted.label.classes } : {};
  return { featurizer: makeFeaturizer(fitted), ...classes };
}
