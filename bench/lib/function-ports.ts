import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { ArtifactRef, ArtifactStore } from '../../domain/artifacts.ts';
import type { DatasetVersion, SpecVersion } from '../../domain/registry/entities.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { meter } from '../../engine/source/meter.ts';
import { gatherContext } from '../../lambdas/adapters/gather-context.ts';
import type { Uploads } from '../../lambdas/adapters/s3-uploads.ts';
import { makeHandler } from '../../lambdas/validate-upload/handler.ts';

export const LANDING = 'landing';
type Deps = Parameters<typeof makeHandler>[0];

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

/** The handler of `validate-upload` as it is, with every service answering at once from memory. */
export function handlerInMemory(spec: ModelSpec, memoryLimitMb: number) {
  const { registry, datasets } = memoryRegistry(spec);
  const artifacts = memoryArtifacts();
  const none = async () => {
    throw new Error('no champion and no set is part of this');
  };
  let attempts = 0;
  const handler = makeHandler({
    landingBucket: LANDING,
    registry,
    artifacts,
    uploads,
    memoryLimitMb,
    publisher: { publish: async () => {} },
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
