import { accepted, rowsSince } from './new-rows.ts';
import {
  type AutomaticTrigger,
  type Held,
  isAutomatic,
  type Trigger,
  type TriggerNumbers,
  type TriggerState,
} from './reasons-to-train.ts';
import { retrainBrakes } from './retrain-brakes.ts';

export interface TriggerDecision {
  readonly start: boolean;
  /** Why, in sentences; when not started, every brake that held. */
  readonly reasons: readonly string[];
  readonly numbers: TriggerNumbers;
}

/** The policy: a pure function of what is registered. It says all brakes that hold, not only the first. */
export function decideTrigger(trigger: Trigger, state: TriggerState): TriggerDecision {
  const { brakes: own, numbers: figures } = heldBack(trigger, state);
  const brakes = [...commonBrakes(state), ...own];
  const numbers = { trigger: trigger.kind, ...figures };
  return brakes.length > 0
    ? { start: false, reasons: brakes, numbers }
    : { start: true, reasons: [startReason(trigger, numbers)], numbers };
}

function commonBrakes({ runs, datasets }: TriggerState): string[] {
  const running = runs.find((run) => run.status === 'running');
  return [
    ...(running ? [`run ${running.runId} is still running`] : []),
    ...(accepted(datasets).length === 0 ? ['no data set was accepted yet'] : []),
  ];
}

function heldBack(trigger: Trigger, state: TriggerState): Held {
  if (isAutomatic(trigger)) return retrainBrakes(trigger, state);
  return trigger.kind === 'new-data' ? newDataBrakes(state) : { brakes: [], numbers: {} };
}

function newDataBrakes({ spec, datasets, runs }: TriggerState): Held {
  const { newData } = spec.training.trigger;
  const newRows = rowsSince(
    datasets,
    runs.flatMap((run) => run.datasetVersions),
  );
  if (newData === false) return { brakes: ['training.trigger.newData is off'], numbers: { newRows } };
  const { minRows } = newData;
  const tooFew = `${newRows} rows were accepted since the last run, training.trigger.newData.minRows is ${minRows}`;
  return { brakes: newRows < minRows ? [tooFew] : [], numbers: { newRows, minRows } };
}

function startReason(trigger: Trigger, { newRows }: TriggerNumbers): string {
  if (trigger.kind === 'manual') return trigger.reason;
  if (trigger.kind === 'new-data') return `${newRows} rows were accepted since the last run`;
  return `${causeOf(trigger)}, with ${newRows} rows the champion has not seen`;
}

function causeOf(trigger: AutomaticTrigger): string {
  if (trigger.kind === 'schedule') return 'monitoring.retrain.every has passed';
  const { features, monitors } = trigger.alarm;
  if (trigger.kind === 'drift') return `drift in ${features.join(', ') || 'predictions'}`;
  return `an alarm about ${monitors.join(', ')}${features.length > 0 ? ` (${features.join(', ')})` : ''}`;
}
