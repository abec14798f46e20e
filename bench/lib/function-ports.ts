import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import type { ArtifactRef, ArtifactStore } from '../../domain/artifacts.ts';
import type { DatasetVersion, SpecVersion } from '../../domain/registry/entities.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { meter } from '../../engine/source/meter.ts';
import { gatherContext } from '../../lambdas/adapters/gather-context.ts';
import type { Uploads } from '../../lambdas/adapters/s3-uploads.ts';
import { makeHandler } from '../../lambdas/validate-upload/handler.ts';

export const LANDING = 'landing';
type Deps = Parameters<typeof makeHandler>[0];

/** Requests that the adapters in `lambdas/adapters` send, one after the other, for a call of each port. */
const REQUESTS: Readonly<Record<string, number>> = {
  claim: 1,
  completeClaim: 1,
  findModel: 1,
  // the model says which is the current one
  requireSpec: 2,
  findDatasetByContent: 1,
  listDatasets: 1,
  // model, upload and content are read, then one transaction
  registerDataset: 4,
  size: 1,
  download: 1,
  // looked for before it is written
  putBytes: 2,
  putFile: 2,
  getBytes: 1,
  publish: 1,
};

/** How long services take to answer, and how often they were asked. */
export interface Services {
  /** Milliseconds a request. */
  readonly answerMs: number;
  requests: number;
}

/** The port, with the time that its requests would take. @throws Error on a call that an upload does not make */
function remote<T extends object>(port: T, services: Services): T {
  const methods = Object.entries(port).map(([name, method]) => [
    name,
    async (...args: unknown[]) => {
      const requests = REQUESTS[name];
      if (requests === undefined) throw new Error(`${name} is not part of this`);
      services.requests += requests;
      if (services.answerMs > 0) await setTimeout(requests * services.answerMs);
      return method(...args);
    },
  ]);
  return Object.fromEntries(methods);
}

/** Files stand for objects of the landing bucket: their path is the versionId. Streamed and metered as S3's are. */
const uploads: Uploads = {
  size: async ({ versionId }) => (await stat(versionId)).size,
  async download({ versionId }, path) {
    const { stream, result } = meter();
    await pipeline(createReadStream(versionId), stream, createWriteStream(path));
    return result();
  },
};

function memoryArtifacts(): ArtifactStore {
  const objects = new Map<string, Uint8Array>();
  const read = ({ key }: ArtifactRef) => objects.get(key) as Uint8Array;
  const store: ArtifactStore = {
    async putBytes(name, bytes) {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const key = `artifacts/${sha256}/${name}`;
      objects.set(key, bytes);
      return { bucket: 'lake', key, sha256, size: bytes.byteLength };
    },
    putFile: async (name, path) => store.putBytes(name, await readFile(path)),
    getBytes: async (ref) => read(ref),
    getFile: (ref, path) => writeFile(path, read(ref)),
  };
  return store;
}

/** As much of the registry as an upload meets, for one model and one delivery of each upload. */
function memoryRegistry(spec: ModelSpec) {
  const at = new Date(0).toISOString();
  const version: SpecVersion = { model: spec.name, version: 1, digest: '0'.repeat(64), spec, by: 'bench', at };
  const datasets: DatasetVersion[] = [];
  const registry: Deps['registry'] & { listDatasets(model: string, limit?: number): Promise<DatasetVersion[]> } = {
    claim: async () => ({ state: 'claimed' }),
    completeClaim: async () => {},
    releaseClaim: async () => {},
    findModel: async (name) => ({
      ...{ name, task: spec.task, specVersion: 1, specDigest: version.digest, createdAt: at, updatedAt: at },
    }),
    requireSpec: async () => version,
    findDatasetByContent: async (_, digest) => datasets.find(({ contentDigest }) => contentDigest === digest),
    async registerDataset(dataset) {
      const registered = { ...dataset, version: datasets.length + 1 };
      datasets.unshift(registered);
      return registered;
    },
    async requireDataset(_, number) {
      const found = datasets.find(({ version: one }) => one === number);
      if (!found) throw new Error(`there is no data set ${number}`);
      return found;
    },
    listDatasets: async (_, limit = datasets.length) => datasets.slice(0, limit),
  };
  return { registry, datasets };
}

/** The handler of `validate-upload` as it is, with services that answer from memory. */
export function handlerInMemory(spec: ModelSpec, memoryLimitMb: number, services: Services) {
  const { registry: known, datasets } = memoryRegistry(spec);
  const registry = remote(known, services);
  const artifacts = remote(memoryArtifacts(), services);
  const none = async () => {
    throw new Error('no champion and no set is part of this');
  };
  let attempts = 0;
  const handler = makeHandler({
    landingBucket: LANDING,
    registry,
    artifacts,
    uploads: remote(uploads, services),
    memoryLimitMb,
    publisher: remote({ publish: async () => {} }, services),
    context: (wanted, at) =>
      gatherContext(
        {
          registry: { ...registry, findAlias: async () => undefined, requireVersion: none },
          artifacts,
          holdoutIds: none,
        },
        wanted,
        at,
      ),
    now: () => new Date(),
    attemptId: () => `attempt-${++attempts}`,
    sets: { start: none, describe: none },
  });
  return { handler, datasets };
}
