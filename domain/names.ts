/** Names that other services see. Lengths: a model name has at most 32 characters, SageMaker names at most 63, tuning jobs 32. */

/** `<model>-<12 hex digits of the digest of what the run is made from>` */
export const runId = (model: string, inputsDigest: string): string => `${model}-${inputsDigest.slice(0, 12)}`;

export const trainingJobName = (run: string, attempt: number): string => `${run}-t${attempt}`;
export const transformJobName = (run: string, attempt: number): string => `${run}-x${attempt}`;
/** Tuning job names have 32 characters at most, so the model's name does not fit. */
export const tuningJobName = (inputsDigest: string, attempt: number): string =>
  `mr-${inputsDigest.slice(0, 24)}-${attempt}`;

/** SageMaker model, endpoint config and endpoint share one name: `<model>-v<version>-<8 hex digits of the model artifact>`. */
export const endpointName = (model: string, version: number, artifactDigest: string): string =>
  `${model}-v${version}-${artifactDigest.slice(0, 8)}`;

export const rolloutId = (model: string, version: number, attempt: number): string =>
  `${model}-v${version}-r${attempt}`;

/** Keys in the lake bucket. */
export const lakeKeys = {
  artifact: (sha256: string, name: string): string => `artifacts/${sha256}/${name}`,
  runFolder: (model: string, run: string): string => `runs/${model}/${run}`,
  jobOutput: (model: string, run: string): string => `runs/${model}/${run}/jobs`,
};

/** Keys in the capture bucket. */
export const captureKeys = {
  /** Firehose writes here, by arrival time. */
  raw: 'raw/',
  /** One object per raw object and model, by event-time window. */
  windowFolder: (model: string, windowStart: Date): string =>
    `windows/${model}/${windowStart.toISOString().replace(/[:.]/g, '-')}/`,
};
