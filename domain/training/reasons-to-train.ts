import type { MonitorKind } from '../monitoring/finding.ts';
import type { DatasetVersion, ModelVersion, TrainingRun } from '../registry/entities.ts';
import type { ModelSpec } from '../spec/model-spec.ts';
import type { TrainingSpec } from '../spec/training.ts';

export interface Alarm {
  readonly decisionId: string;
  readonly monitors: readonly MonitorKind[];
  /** The severest first. */
  readonly features: readonly string[];
  readonly severity: number;
}

/** Nobody asked for it and no data came: the brakes of `monitoring.retrain` and the platform's budget are for these. */
export type AutomaticTrigger =
  | { readonly kind: 'drift' | 'quality'; readonly at: Date; readonly alarm: Alarm }
  | { readonly kind: 'schedule' };
export type Trigger =
  | AutomaticTrigger
  | { readonly kind: 'new-data' }
  | { readonly kind: 'manual'; readonly reason: string };

export interface TriggerState {
  readonly spec: ModelSpec;
  /** Every data set version of the model, in any order. */
  readonly datasets: readonly DatasetVersion[];
  /** Every run, in any order. */
  readonly runs: readonly TrainingRun[];
  readonly champion?: ModelVersion;
  /** How runs of the last 30 days were made, by spec version; what has no entry counts as made by `spec`. */
  readonly trainings?: ReadonlyMap<number, TrainingSpec>;
  readonly now: Date;
}

type Figure = number | boolean | string;
/** Figures by what they are about, each beside what it is held against. */
export type TriggerNumbers = Readonly<Record<string, Figure | Readonly<Record<string, Figure>>>>;

/** Brakes that hold, in a sentence each, and all figures they look at. */
export interface Held {
  readonly brakes: readonly string[];
  readonly numbers: TriggerNumbers;
}

const AUTOMATIC: Readonly<Record<TrainingRun['trigger']['kind'], boolean>> = {
  drift: true,
  quality: true,
  schedule: true,
  'new-data': false,
  manual: false,
};

export const isAutomatic = (trigger: { readonly kind: keyof typeof AUTOMATIC }): trigger is AutomaticTrigger =>
  AUTOMATIC[trigger.kind];

/** Measured quality and bias are about quality; what is estimated without labels is drift. */
export const alarmKind = (monitors: readonly MonitorKind[]): 'quality' | 'drift' =>
  monitors.some((monitor) => monitor === 'quality' || monitor === 'bias') ? 'quality' : 'drift';

/** An alarm is decided at the monitored time, which a replay sets; everything else now. */
export const decisionTime = (trigger: Trigger, now: Date): Date => ('at' in trigger ? trigger.at : now);
