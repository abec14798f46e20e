import { durationMs } from '../duration.ts';
import { PlatformError } from '../errors.ts';
import { lakeKeys } from '../names.ts';
import type { Batch } from '../registry/batch.ts';
import type { ParkedToken } from '../registry/entities.ts';
import type { Registry } from '../registry/ports.ts';
import { BATCH_DATASETS, type BatchSpec } from '../spec/batch.ts';
import { BATCH_FILES, BatchObjects } from './plan.ts';
import { type BatchRequest, type StartBatchDeps, startBatch } from './start-batch.ts';

/** The name under which `deployment.batch` of a model waits for its time, and its newest batch is remembered. */
export const batchScheduleOf = (model: string): string => `batch-schedule/${model}`;

/** While the batch before it still runs. */
const ASK_AGAIN_MS = 10 * 60_000;
const BY = 'schedule';

/** After a spec was applied: sets, moves or removes the entry as the spec in force has it. Safe to repeat. */
export async function keepBatchSchedule(
  model: string,
  registry: Pick<Registry, 'requireSpec' | 'findParked' | 'park' | 'unpark'>,
  now: Date,
): Promise<void> {
  const { every } = (await registry.requireSpec(model)).spec.deployment.batch;
  const name = batchScheduleOf(model);
  if (every === undefined) {
    await registry.unpark(name);
    return;
  }
  const known = await registry.findParked(name);
  const next = new Date(now.getTime() + durationMs(every)).toISOString();
  // a spec that is applied again puts nothing off
  const dueAt = known && known.dueAt < next ? known.dueAt : next;
  const parkedAt = known?.parkedAt ?? now.toISOString();
  await registry.park({ name, kind: 'batch-schedule', model, ownerId: model, parkedAt, dueAt });
}

export interface ScheduleDeps extends StartBatchDeps {
  readonly batches: StartBatchDeps['batches'] & {
    /** Undefined if there is no such file. */
    findJson(key: string): Promise<unknown>;
  };
}

export type ScheduleOutcome = 'removed' | 'no-champion' | 'still-running' | 'nothing-new' | 'started' | 'refused';

/** When an entry's time has come: starts a batch over what was not scored yet. Safe to repeat: it is the same batch. */
export async function startDueBatch(parked: ParkedToken, deps: ScheduleDeps): Promise<ScheduleOutcome> {
  const { name, model } = parked;
  const { registry, now } = deps;
  const { batch } = (await registry.requireSpec(model)).spec.deployment;
  if (batch.every === undefined || batch.input === undefined) {
    await registry.unpark(name);
    return 'removed';
  }
  const newest = await newestOf(model, registry);
  if (newest?.status === 'running') {
    await registry.postponeParked(name, new Date(now().getTime() + ASK_AGAIN_MS));
    return 'still-running';
  }
  const outcome = await start(parked, batch.input, newest, deps).catch((error: unknown) => refuse(parked, error, deps));
  await registry.postponeParked(name, nextTime(parked, batch.every, now()));
  return outcome;
}

async function start(
  { name, model }: ParkedToken,
  input: NonNullable<BatchSpec['input']>,
  newest: Batch | undefined,
  deps: ScheduleDeps,
): Promise<ScheduleOutcome> {
  if (!(await deps.registry.findAlias(model, 'champion'))) return 'no-champion';
  const request = input === BATCH_DATASETS ? await newestDataset(model, deps) : await unseen(input, newest, deps);
  if (!request) return 'nothing-new';
  const started = await startBatch({ model, request, trigger: 'schedule', by: BY }, deps);
  if (!started) return 'nothing-new';
  await deps.registry.moveCursor(name, started.batch.batchId);
  return started.created ? 'started' : 'nothing-new';
}

async function newestOf(model: string, registry: Registry): Promise<Batch | undefined> {
  const id = await registry.findCursor(batchScheduleOf(model));
  return id === undefined ? undefined : registry.findBatch(model, id);
}

async function newestDataset(model: string, { registry }: ScheduleDeps): Promise<BatchRequest | undefined> {
  const newest = (await registry.listDatasets(model, 100)).find(({ verdict }) => verdict !== 'rejected');
  return newest && { dataset: newest.version };
}

/** What a batch failed over is not seen: it is tried again. */
async function unseen(prefix: string, newest: Batch | undefined, { batches }: ScheduleDeps): Promise<BatchRequest> {
  const seen = new Map<string, string>();
  if (newest?.input.kind !== 'prefix' || newest.input.uri !== prefix) return { prefix, seen };
  const { model, batchId, status } = newest;
  const list = await batches.findJson(`${lakeKeys.batchFolder(model, batchId)}/${BATCH_FILES.input}`);
  if (list === undefined) return { prefix, seen };
  const { seen: before, objects } = BatchObjects.parse(list);
  for (const [key, etag] of before) seen.set(key, etag);
  if (status === 'scored') for (const { key, etag } of objects) seen.set(key, etag);
  return { prefix, seen };
}

/** A spec that asks for what cannot be is its author's matter: it is written down, and tried again when it is due. */
async function refuse(
  { name, model, dueAt }: ParkedToken,
  error: unknown,
  { registry, now }: ScheduleDeps,
): Promise<ScheduleOutcome> {
  if (!(error instanceof PlatformError) || !['invalid', 'not-found'].includes(error.kind)) throw error;
  const at = now();
  await registry.recordDecision(
    {
      decisionId: `${name.replace('/', '-')}-${dueAt}`,
      model,
      kind: 'batch',
      outcome: 'refused',
      reasons: [error.message],
      numbers: {},
      at: at.toISOString(),
    },
    { by: BY, at },
  );
  return 'refused';
}

/** Keeps its beat, however late it was looked at. */
function nextTime({ dueAt }: ParkedToken, every: string, now: Date): Date {
  const everyMs = durationMs(every);
  const late = Math.max(0, now.getTime() - Date.parse(dueAt));
  return new Date(Date.parse(dueAt) + (Math.floor(late / everyMs) + 1) * everyMs);
}
