import { canonicalDigest } from '../canonical-json.ts';
import { InvalidInputError, NotFoundError } from '../common-errors.ts';
import type { EventPublisher } from '../events/catalog.ts';
import { batchId, lakeKeys } from '../names.ts';
import type { Batch, BatchInput } from '../registry/batch.ts';
import type { ModelVersion } from '../registry/entities.ts';
import type { Registry } from '../registry/ports.ts';
import { watchedBatch } from './finish-batch.ts';
import { type BatchPlaces, type InputObject, isInput, requirePlace, type S3Place } from './places.ts';
import { BATCH_FILES, type BatchObjects } from './plan.ts';

/** When reconcile-executions first looks whether the execution still goes on. */
const WATCH_AFTER_MS = 10 * 60_000;
/** Listed by the call that starts a batch, which has seconds for it. */
export const MAX_LISTED = 10_000;
/** Read one after the other by one function. */
export const MAX_OBJECTS = 1_000;
/** Objects, rows and what DuckDB spills need several times their room: the function has 10 GB. */
const MAX_BYTES = 3 * 1024 ** 3;

export type BatchRequest =
  | { readonly dataset: number }
  | {
      readonly prefix: string /** Entity tags of what was scored before, by key. */;
      readonly seen?: ReadonlyMap<string, string>;
    };

export interface StartBatchInput {
  readonly model: string;
  /** @default the champion */
  readonly version?: number | undefined;
  readonly request: BatchRequest;
  readonly trigger: Batch['trigger'];
  readonly by: string;
}

export interface StartBatchDeps {
  readonly registry: Registry;
  readonly publisher: EventPublisher;
  readonly batches: {
    /** Starts the execution named like the batch; one that already exists is a success. @returns its ARN */
    start(name: string, input: object): Promise<string>;
    readonly places: BatchPlaces;
    list(place: S3Place, most: number): Promise<readonly InputObject[]>;
    writeJson(key: string, value: unknown): Promise<void>;
  };
  readonly now: () => Date;
}

/**
 * Records a batch and starts its state machine. Idempotent: the same version over the same data is the same batch, unless
 * it failed.
 *
 * @returns undefined when a prefix holds nothing but what was scored before
 * @throws NotFoundError for a model, version or data set that is not there, InvalidInputError for what cannot be scored
 */
export async function startBatch(
  input: StartBatchInput,
  deps: StartBatchDeps,
): Promise<{ batch: Batch; created: boolean } | undefined> {
  const { model, trigger, by } = input;
  const { registry, now } = deps;
  const { version } = await versionOf(input, registry);
  const found = await find(model, input.request, deps);
  if (found === undefined) return undefined;
  const digest = canonicalDigest({ version, input: found.input });
  const { id, known } = await nextOf(model, digest, registry);
  if (known?.executionArn !== undefined) return { batch: known, created: false };
  // before the record: a batch that is registered can be prepared
  if (found.objects)
    await deps.batches.writeJson(`${lakeKeys.batchFolder(model, id)}/${BATCH_FILES.input}`, found.objects);
  const started: Batch = {
    batchId: id,
    model,
    version,
    input: found.input,
    trigger,
    by,
    status: 'running',
    jobs: [],
    reasons: [],
    startedAt: now().toISOString(),
  };
  // and who looks after it before that: a start that dies here is taken up again
  await watch(started, undefined, deps);
  const { batch, created } = await registry.createBatch(started, { by, at: now() });
  return { batch: await launch(batch, deps), created };
}

/** Starts the execution of a batch that is registered. Safe to repeat. */
export async function launch(
  batch: Batch,
  deps: Pick<StartBatchDeps, 'registry' | 'publisher' | 'batches' | 'now'>,
): Promise<Batch> {
  const { batchId, model, version, startedAt, by } = batch;
  const executionArn = await deps.batches.start(batchId, { model, batchId });
  await watch(batch, executionArn, deps);
  await deps.publisher.publish('BatchStarted', { model, at: startedAt, batchId, version });
  return deps.registry.updateBatch(model, batchId, { executionArn }, { by, at: deps.now() });
}

async function watch(
  { batchId, model }: Batch,
  executionArn: string | undefined,
  { registry, now }: Pick<StartBatchDeps, 'registry' | 'now'>,
): Promise<void> {
  const at = now();
  await registry.park({
    name: watchedBatch(batchId),
    kind: 'batch',
    model,
    ownerId: batchId,
    ...(executionArn !== undefined && { executionArn }),
    parkedAt: at.toISOString(),
    dueAt: new Date(at.getTime() + WATCH_AFTER_MS).toISOString(),
  });
}

async function versionOf({ model, version }: StartBatchInput, registry: Registry): Promise<ModelVersion> {
  const champion = version ?? (await registry.findAlias(model, 'champion'))?.version;
  if (champion === undefined) {
    if (!(await registry.findModel(model))) throw new NotFoundError(`model ${model}`);
    throw new InvalidInputError([`version: ${model} has no champion yet; name a version`]);
  }
  const found = await registry.requireVersion(model, champion);
  if (found.approvalStatus === 'Rejected') throw new InvalidInputError([`version: ${model}:${champion} is Rejected`]);
  return found;
}

interface Found {
  readonly input: BatchInput;
  readonly objects?: BatchObjects;
}

async function find(
  model: string,
  request: BatchRequest,
  { registry, batches }: StartBatchDeps,
): Promise<Found | undefined> {
  if ('dataset' in request) {
    const { dataset } = request;
    const { verdict } = await registry.requireDataset(model, dataset);
    if (verdict === 'rejected')
      throw new InvalidInputError([`dataset: ${dataset} of ${model} was rejected: it has no data`]);
    return { input: { kind: 'dataset', dataset } };
  }
  const { prefix: uri, seen = new Map<string, string>() } = request;
  const place = requirePlace(model, uri, batches.places);
  const listed = (await batches.list(place, MAX_LISTED)).filter((object) => isInput(place, object));
  if (listed.length === 0 && request.seen === undefined)
    throw new InvalidInputError([`prefix: there is nothing to score under ${uri}`]);
  const isSeen = ({ key, etag }: InputObject) => seen.get(key) === etag;
  const fresh = listed.filter((object) => !isSeen(object));
  if (fresh.length === 0) return undefined;
  // a schedule comes to the rest of them next time
  const objects = request.seen === undefined ? fresh : fresh.slice(0, MAX_OBJECTS);
  const bytes = objects.reduce((sum, { size }) => sum + size, 0);
  if (objects.length > MAX_OBJECTS || bytes > MAX_BYTES) {
    const most = `at most ${MAX_OBJECTS} objects and ${MAX_BYTES} bytes are scored at once`;
    throw new InvalidInputError([
      `prefix: ${uri} has ${objects.length} objects with ${bytes} bytes; ${most}: narrow it`,
    ]);
  }
  const digest = canonicalDigest(objects.map(({ key, etag }) => [key, etag]));
  const old = listed.filter(isSeen).map(({ key, etag }): [string, string] => [key, etag]);
  return {
    input: { kind: 'prefix', uri, digest, objects: objects.length, bytes },
    objects: { bucket: place.bucket, objects: [...objects], seen: old },
  };
}

/** The batch over this input that runs or has succeeded, or the number of the next attempt. */
async function nextOf(
  model: string,
  digest: string,
  registry: Pick<Registry, 'findBatch'>,
): Promise<{ id: string; known?: Batch }> {
  for (let attempt = 1; ; attempt += 1) {
    const id = batchId(model, digest, attempt);
    const known = await registry.findBatch(model, id);
    if (known?.status !== 'failed') return { id, ...(known && { known }) };
  }
}
