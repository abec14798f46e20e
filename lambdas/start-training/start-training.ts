import { createHash, randomUUID } from 'node:crypto';
import { canonicalJson } from '../../domain/canonical-json.ts';
import { NotFoundError } from '../../domain/common-errors.ts';
import { durationMs } from '../../domain/duration.ts';
import type { EventPublisher } from '../../domain/events/catalog.ts';
import { runId } from '../../domain/names.ts';
import type { DatasetVersion, Decision, TrainingRun } from '../../domain/registry/entities.ts';
import type { Registry } from '../../domain/registry/ports.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import type { TrainingSpec } from '../../domain/spec/training.ts';
import { mostUsd } from '../../domain/training/cost.ts';
import { watchedRun } from '../../domain/training/finish-run.ts';
import { decisionTime, isAutomatic } from '../../domain/training/reasons-to-train.ts';
import { MONTH_MS } from '../../domain/training/retrain-brakes.ts';
import { type RetrainBudget, retrainRequest, withinBudget } from '../../domain/training/retrain-budget.ts';
import { chooseDatasets } from '../../domain/training/split.ts';
import { decideTrigger, type TriggerDecision } from '../../domain/training/trigger.ts';
import { logger } from '../runtime/logger.ts';
import { type QueueMessage, type Reason, reasonOf } from './messages.ts';

export interface StartTrainingDeps {
  readonly registry: Registry;
  readonly publisher: EventPublisher;
  readonly pipeline: {
    /** Starts the execution named like the run; one that already exists is a success. @returns its ARN */
    start(name: string, input: object): Promise<string>;
  };
  /** Sends the message again, later. */
  readonly delay: (message: QueueMessage, seconds: number) => Promise<void>;
  /** What all models together may start without being asked. */
  readonly budget: RetrainBudget;
  readonly now: () => Date;
}

const BY = 'start-training';
/** As long as the function may run. */
const LEASE_MS = 30_000;
/** How long a message waits for its turn. */
const BUSY_SECONDS = 2;
/** When reconcile-executions first looks whether the execution still goes on. */
const WATCH_AFTER_MS = 10 * 60_000;
/** Uploads that keep coming put a start off by this long, or a few times `training.trigger.debounce` if that is longer. */
const MAX_WAIT_MS = 15 * 60_000;
const MAX_DEBOUNCES = 4;
const digest = (value: unknown) => createHash('sha256').update(canonicalJson(value)).digest('hex');

/** Turns what came over the queue into a decision, writes it down, and starts a run if it says so. */
export async function startTraining(message: QueueMessage, deps: StartTrainingDeps): Promise<void> {
  if ('debounce' in message) {
    const { model, dataset } = message.debounce;
    if (await shouldWait(model, dataset, deps)) return;
    return decideInTurn(model, { trigger: { kind: 'new-data' }, cause: `data-${dataset}` }, message, deps);
  }
  if (message['detail-type'] === 'DatasetAccepted') return debounce(message.detail, deps);
  return decideInTurn(message.detail.model, reasonOf(message), message, deps);
}

/** Whether a newer data set sent its own message, which comes later; a stream of uploads is not waited for for ever. */
async function shouldWait(model: string, dataset: number, { registry, now }: StartTrainingDeps): Promise<boolean> {
  const taken = (await registry.listDatasets(model)).filter((entry) => entry.verdict !== 'rejected');
  if (!taken.some(({ version }) => version > dataset)) return false;
  const [{ spec }, runs] = await Promise.all([registry.requireSpec(model), registry.listRuns(model)]);
  const used = runs.reduce((most, run) => Math.max(most, ...run.datasetVersions), 0);
  const waiting = taken.filter(({ version }) => version > used).map(({ at }) => Date.parse(at));
  const oldest = waiting.reduce((least, at) => Math.min(least, at), Number.POSITIVE_INFINITY);
  const longest = Math.max(MAX_WAIT_MS, MAX_DEBOUNCES * durationMs(spec.training.trigger.debounce));
  return now().getTime() - oldest < longest;
}

async function debounce(
  { model, dataset }: { model: string; dataset: number },
  deps: StartTrainingDeps,
): Promise<void> {
  const { spec } = await deps.registry.requireSpec(model);
  await deps.delay({ debounce: { model, dataset } }, durationMs(spec.training.trigger.debounce) / 1_000);
}

/** One decision about a model at a time: two that looked at the same moment could both start a run. */
async function decideInTurn(model: string, reason: Reason, message: QueueMessage, deps: StartTrainingDeps) {
  const { registry, now } = deps;
  const [identity, owner] = [`${BY}/${model}`, randomUUID()];
  const { state } = await registry.claim(identity, owner, { now: now(), ms: LEASE_MS });
  if (state !== 'claimed') return deps.delay(message, BUSY_SECONDS);
  try {
    await decideAndStart(model, reason, deps);
  } finally {
    await registry.releaseClaim(identity, owner);
  }
}

async function decideAndStart(model: string, { trigger, cause }: Reason, deps: StartTrainingDeps): Promise<void> {
  const { registry, now } = deps;
  const kind = isAutomatic(trigger) ? 'retrain' : 'training-trigger';
  const decisionId = `${kind}-${digest({ model, cause }).slice(0, 16)}`;
  const at = decisionTime(trigger, now()).toISOString();

  const { version: specVersion, spec } = await registry.requireSpec(model);
  const [datasets, runs, alias, earlier] = await Promise.all([
    registry.listDatasets(model),
    registry.listRuns(model),
    registry.findAlias(model, 'champion'),
    findDecision(registry, model, decisionId),
  ]);
  // of this message or of one that was given up: it would hold up the model's training for ever
  for (const run of runs.filter(neverStarted)) await startExecution(run, deps);
  if (earlier?.outcome === 'skip' || runs.some((run) => run.trigger.decisionId === decisionId)) return;

  const champion = alias && (await registry.requireVersion(model, alias.version));
  const trainings = isAutomatic(trigger) ? await recentTrainings(model, runs, deps) : undefined;
  const chosen = chooseDatasets(spec, datasets);
  const wanted = withSameInputs(
    decideTrigger(trigger, { spec, datasets, runs, champion, trainings, now: now() }),
    runs,
    specVersion,
    chosen,
  );
  const decision = wanted.start && isAutomatic(trigger) ? await payFor(decisionId, wanted, spec, deps) : wanted;
  const inputs = { model, specVersion, datasets: chosen.map(contentOf) };
  // a failed run on the same inputs may be tried again, under a name of its own
  const failures = sameInputs(runs, specVersion, chosen).filter((run) => run.status === 'failed').length;
  const id = runId(model, digest({ ...inputs, failures }));

  await registry.recordDecision(
    {
      decisionId,
      model,
      kind,
      outcome: decision.start ? 'start' : 'skip',
      reasons: [...decision.reasons],
      numbers: { ...decision.numbers, specVersion, datasetVersions: chosen.map((entry) => entry.version) },
      ...(decision.start ? { runId: id } : {}),
      at,
    },
    { by: BY, at: now() },
  );
  logger.info('training-decision', { model, trigger: trigger.kind, start: decision.start, reasons: decision.reasons });
  if (!decision.start) return;

  const { run } = await registry.createRun(
    {
      runId: id,
      model,
      specVersion,
      datasetVersions: chosen.map((entry) => entry.version).sort((a, b) => a - b),
      trigger: { kind: trigger.kind, reason: decision.reasons.join('; '), decisionId, at },
      status: 'running',
      jobs: [],
      startedAt: now().toISOString(),
    },
    { by: BY, at: now() },
  );
  await startExecution(run, deps);
}

async function findDecision(registry: Registry, model: string, decisionId: string): Promise<Decision | undefined> {
  try {
    return await registry.requireDecision(model, decisionId);
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}

/** What the cost of recent runs is reckoned from. */
async function recentTrainings(
  model: string,
  runs: readonly TrainingRun[],
  { registry, now }: StartTrainingDeps,
): Promise<Map<number, TrainingSpec>> {
  const recent = runs.filter(({ startedAt }) => now().getTime() - Date.parse(startedAt) < MONTH_MS);
  const versions = [...new Set(recent.map(({ specVersion }) => specVersion))];
  const specs = await Promise.all(versions.map((version) => registry.requireSpec(model, version)));
  return new Map(specs.map(({ version, spec }) => [version, spec.training]));
}

/** Last of all brakes, so that nothing is taken from the budget for what does not start. */
async function payFor(
  decisionId: string,
  decision: TriggerDecision,
  { training }: ModelSpec,
  { registry, budget, now }: StartTrainingDeps,
): Promise<TriggerDecision> {
  const request = retrainRequest(decisionId, mostUsd(training), budget, now());
  return withinBudget(decision, budget, request, await registry.reserveBudget(request, now()));
}

/** What is read of a data set: an upload's rows follow from its bytes and the spec, a release's and a replay's do not. */
const contentOf = ({ contentDigest, origin, data }: DatasetVersion): string =>
  origin ? `${contentDigest} ${data?.sha256}` : contentDigest;

const neverStarted = ({ status, executionArn }: TrainingRun): boolean => status === 'running' && !executionArn;

/** Safe to repeat: the execution's name is the run's, and a second start of the same name is recognised. */
async function startExecution(
  run: TrainingRun,
  { registry, publisher, pipeline, now }: StartTrainingDeps,
): Promise<void> {
  if (!neverStarted(run)) return;
  const { model, specVersion, datasetVersions, trigger } = run;
  const executionArn = await pipeline.start(run.runId, {
    model,
    runId: run.runId,
    specVersion,
    datasetVersions,
    trigger,
  });
  await registry.park({
    name: watchedRun(run.runId),
    kind: 'run',
    model,
    ownerId: run.runId,
    executionArn,
    parkedAt: now().toISOString(),
    dueAt: new Date(now().getTime() + WATCH_AFTER_MS).toISOString(),
  });
  await registry.updateRun(model, run.runId, { executionArn }, { by: BY, at: now() });
  await publisher.publish('TrainingRunStarted', { model, at: now().toISOString(), runId: run.runId });
}

function sameInputs(
  runs: readonly TrainingRun[],
  specVersion: number,
  chosen: readonly DatasetVersion[],
): TrainingRun[] {
  const versions = chosen.map((entry) => entry.version).sort((a, b) => a - b);
  return runs.filter((run) => run.specVersion === specVersion && run.datasetVersions.join() === versions.join());
}

/** Training again on exactly the same inputs gives exactly the same model: not worth its cost. */
function withSameInputs(
  decision: TriggerDecision,
  runs: readonly TrainingRun[],
  specVersion: number,
  chosen: readonly DatasetVersion[],
): TriggerDecision {
  const done = sameInputs(runs, specVersion, chosen).find((run) => run.status !== 'failed');
  if (!done) return decision;
  const brakes = decision.start ? [] : decision.reasons;
  return { ...decision, start: false, reasons: [...brakes, `run ${done.runId} was made from the same spec and data`] };
}
