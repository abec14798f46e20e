import type { TimeWindow } from './monitoring/windows.ts';

/** Names that other services see. Lengths: a model name has at most 32 characters, SageMaker names at most 63, tuning jobs 32. */

/** `<model>-<12 hex digits of the digest of what the run is made from>` */
export const runId = (model: string, inputsDigest: string): string => `${model}-${inputsDigest.slice(0, 12)}`;

export const trainingJobName = (run: string, attempt: number): string => `${run}-t${attempt}`;
export const transformJobName = (run: string, attempt: number): string => `${run}-x${attempt}`;
/** A transform job that scores the holdout in the container, to hold the scorer against; its model has one name for all tries. */
export const parityJobName = (rollout: string, attempt: number): string => `${rollout}-p${attempt}`;
export const parityModelName = (rollout: string): string => `${rollout}-parity`;
/** Tuning job names have 32 characters at most, so the model's name does not fit. */
export const tuningJobName = (inputsDigest: string, attempt: number): string =>
  `mr-${inputsDigest.slice(0, 24)}-${attempt}`;

/** SageMaker model, endpoint config and endpoint share one name: `<model>-v<version>-<8 hex digits of the model artifact>`. */
export const endpointName = (model: string, version: number, artifactDigest: string): string =>
  `${model}-v${version}-${artifactDigest.slice(0, 8)}`;

/** `<model>-b<12 hex digits of the digest of what is scored by what>-<attempt>`; execution and folder are named like it. */
export const batchId = (model: string, inputsDigest: string, attempt: number): string =>
  `${model}-b${inputsDigest.slice(0, 12)}-${attempt}`;
/** The transform job and its SageMaker model. */
export const batchJobName = (batch: string, attempt: number): string => `${batch}-x${attempt}`;

export const rolloutId = (model: string, version: number, attempt: number): string =>
  `${model}-v${version}-r${attempt}`;

/** Keys in the lake bucket. */
export const lakeKeys = {
  artifact: (sha256: string, name: string): string => `artifacts/${sha256}/${name}`,
  runFolder: (model: string, run: string): string => `runs/${model}/${run}`,
  jobOutput: (model: string, run: string): string => `runs/${model}/${run}/jobs`,
  /** Results of a batch; what it works with lies in its run folder. */
  batchFolder: (model: string, batch: string): string => `batches/${model}/${batch}`,
  /** The holdout without its label, numbers only: input of a transform job. */
  holdoutFeatures: (model: string, run: string): string => `runs/${model}/${run}/holdout/features.csv`,
  /** SageMaker names a transform job's output like its input. */
  transformOutput: (model: string, run: string, job: string): string =>
    `runs/${model}/${run}/jobs/${job}/features.csv.out`,
};

/**
 * Keys in the lake bucket of predictions that are asked for now and answered later. What it is comes before whose it is:
 * a function is let at one kind, whatever models there will be.
 */
export const asyncKeys = {
  root: 'async/',
  /** Callers put here what is too large to send. */
  inputs: 'async/inputs/',
  /** The request, with what answering it takes. */
  requests: 'async/requests/',
  /** The same rows as the endpoint takes them. */
  features: 'async/features/',
  /** Small, there until the request is finished. */
  pending: 'async/pending/',
  /** SageMaker writes what the container answered, and what went wrong. */
  outputs: 'async/outputs/',
  errors: 'async/errors/',
  /** What the caller reads. */
  results: 'async/results/',
  failures: 'async/failures/',
  inputsOf: (model: string): string => `async/inputs/${model}/`,
  request: (model: string, inferenceId: string): string => `async/requests/${model}/${inferenceId}.json`,
  featuresOf: (model: string, inferenceId: string): string => `async/features/${model}/${inferenceId}.csv`,
  pendingOf: (model: string, inferenceId: string): string => `async/pending/${model}/${inferenceId}.json`,
  result: (model: string, inferenceId: string): string => `async/results/${model}/${inferenceId}`,
  failure: (model: string, inferenceId: string): string => `async/failures/${model}/${inferenceId}`,
};

/** Keys in the capture bucket. A window is written `<start>_<end>`, so that a changed length makes folders of its own. */
export const captureKeys = {
  /** Firehose writes here, by arrival time. */
  raw: 'raw/',
  /** One object per raw object and window, named by the raw object's digest. */
  windows: 'windows/',
  windowFolder: (model: string, window: TimeWindow): string => `windows/${model}/${windowName(window)}/`,
  /** Empty objects: windows that capture or labels were added to since they were last monitored. */
  dirty: 'dirty/',
  dirtyFolder: (model: string): string => `dirty/${model}/`,
  dirtyWindow: (model: string, window: TimeWindow): string => `dirty/${model}/${windowName(window)}`,
  /** What is kept of a window. */
  records: 'records/',
  record: (model: string, window: TimeWindow, sha256: string): string =>
    `records/${model}/${windowName(window)}/${sha256}.json`,
  /** Predictions by id, for labels to come. */
  indexes: 'indexes/',
  index: (model: string, window: TimeWindow, sha256: string): string =>
    `indexes/${model}/${windowName(window)}/${sha256}.bin`,
};

const stamp = (time: Date): string => time.toISOString().replace(/[:.]/g, '-');
const windowName = ({ start, end }: TimeWindow): string => `${stamp(start)}_${stamp(end)}`;

const WINDOW_NAME = /^(\d{4}-\d\d-\d\dT\d\d)-(\d\d)-(\d\d)-(\d{3}Z)_(\d{4}-\d\d-\d\dT\d\d)-(\d\d)-(\d\d)-(\d{3}Z)$/;

/** @returns undefined for a name that is no window's */
export function windowNamed(name: string): TimeWindow | undefined {
  const [, h1, m1, s1, ms1, h2, m2, s2, ms2] = WINDOW_NAME.exec(name) ?? [];
  const [start, end] = [new Date(`${h1}:${m1}:${s1}.${ms1}`), new Date(`${h2}:${m2}:${s2}.${ms2}`)];
  return start < end ? { start, end } : undefined;
}
