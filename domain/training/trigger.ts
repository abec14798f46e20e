import { standing } from '../datasets/lineage.ts';
import { durationMs } from '../duration.ts';
import type { DatasetVersion, Decision, ModelVersion, TrainingRun } from '../registry/entities.ts';
import type { ModelSpec } from '../spec/model-spec.ts';

const DAY_MS = 86_400_000;
const MONTH_MS = 30 * DAY_MS;

export interface TriggerState {
  readonly spec: ModelSpec;
  /** Every data set version of the model, in any order. */
  readonly datasets: readonly DatasetVersion[];
  readonly runs: readonly TrainingRun[];
  readonly champion?: ModelVersion;
  /** Earlier decisions of kind `retrain`. */
  readonly retrainDecisions: readonly Decision[];
}

export type Trigger =
  | { readonly kind: 'new-data' }
  | { readonly kind: 'manual'; readonly reason: string }
  | { readonly kind: 'drift'; readonly at: Date; readonly features: readonly string[] };

export interface TriggerDecision {
  readonly start: boolean;
  /** Why, in sentences; when not started, every brake that held. */
  readonly reasons: readonly string[];
  readonly numbers: Readonly<Record<string, number | boolean | string>>;
}

const accepted = (datasets: readonly DatasetVersion[]) =>
  standing(datasets).filter((dataset) => dataset.verdict !== 'rejected');

/** Rows accepted in data sets newer than any of `versions`. */
function rowsSince(datasets: readonly DatasetVersion[], versions: readonly number[]): number {
  // years of runs name more data sets than a call can take arguments
  const newest = versions.reduce((most, version) => Math.max(most, version), 0);
  const known = new Map(datasets.map((dataset) => [dataset.version, dataset]));
  return accepted(datasets)
    .filter((dataset) => dataset.version > newest)
    .reduce((sum, dataset) => sum + newRows(dataset, newest, known), 0);
}

/** Of a version judged again, only the rows it has more than the one whose place it took, if that is not new. */
function newRows(dataset: DatasetVersion, newest: number, known: ReadonlyMap<number, DatasetVersion>): number {
  for (let { origin } = dataset; origin?.kind === 'replay'; ) {
    const before = known.get(origin.of);
    if (!before) break;
    if (before.version <= newest && before.verdict !== 'rejected') return Math.max(0, dataset.rows - before.rows);
    origin = before.origin;
  }
  return dataset.rows;
}

/** The brakes: a pure function of what is registered. It says all that hold, not only the first. */
export function decideTrigger(trigger: Trigger, state: TriggerState): TriggerDecision {
  const brakes: string[] = [];
  const numbers: Record<string, number | boolean | string> = { trigger: trigger.kind };
  const running = state.runs.find((run) => run.status === 'running');
  if (running) brakes.push(`run ${running.runId} is still running`);
  if (accepted(state.datasets).length === 0) brakes.push('no data set was accepted yet');
  if (trigger.kind === 'new-data') brakes.push(...newDataBrakes(state, numbers));
  if (trigger.kind === 'drift') brakes.push(...driftBrakes(trigger, state, numbers));
  return brakes.length > 0
    ? { start: false, reasons: brakes, numbers }
    : { start: true, reasons: [startReason(trigger, numbers)], numbers };
}

function startReason(trigger: Trigger, numbers: Readonly<Record<string, unknown>>): string {
  if (trigger.kind === 'manual') return trigger.reason;
  if (trigger.kind === 'new-data') return `${numbers.newRows} rows were accepted since the last run`;
  return `drift in ${trigger.features.join(', ') || 'predictions'}, with ${numbers.newRows} rows the champion has not seen`;
}

function newDataBrakes({ spec, datasets, runs }: TriggerState, numbers: Record<string, number | boolean | string>) {
  const { newData } = spec.training.trigger;
  const newRows = rowsSince(
    datasets,
    runs.flatMap((run) => run.datasetVersions),
  );
  numbers.newRows = newRows;
  if (newData === false) return ['training.trigger.newData is off'];
  numbers.minRows = newData.minRows;
  return newRows < newData.minRows
    ? [`${newRows} rows were accepted since the last run, training.trigger.newData.minRows is ${newData.minRows}`]
    : [];
}

function driftBrakes(
  { at }: { at: Date },
  { spec, datasets, champion, retrainDecisions }: TriggerState,
  numbers: Record<string, number | boolean | string>,
): string[] {
  const { onDrift, cooldown, maxRunsPerDay, maxRunsPerMonth, minNewRows } = spec.monitoring.retrain;
  const started = retrainDecisions
    .filter((decision) => decision.outcome === 'start')
    .map((decision) => Date.parse(decision.at))
    .filter((time) => time <= at.getTime());
  const within = (ms: number) => started.filter((time) => at.getTime() - time < ms).length;
  const newRows = rowsSince(datasets, champion?.datasetVersions ?? []);
  Object.assign(numbers, { newRows, minNewRows, startsPerDay: within(DAY_MS), startsPerMonth: within(MONTH_MS) });

  const brakes: string[] = [];
  if (!onDrift) brakes.push('monitoring.retrain.onDrift is off');
  if (within(durationMs(cooldown)) > 0) brakes.push(`the last retraining was less than ${cooldown} before`);
  if (within(DAY_MS) >= maxRunsPerDay) brakes.push(`maxRunsPerDay of ${maxRunsPerDay} is used up`);
  if (within(MONTH_MS) >= maxRunsPerMonth) brakes.push(`maxRunsPerMonth of ${maxRunsPerMonth} is used up`);
  if (newRows < minNewRows) {
    brakes.push(`${newRows} rows are new since the champion's training data, minNewRows is ${minNewRows}`);
  }
  return brakes;
}
