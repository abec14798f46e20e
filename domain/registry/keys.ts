import { createHash } from 'node:crypto';
import type { DatasetVersion } from './entities.ts';

/** Everything lives in one workspace for now; the prefix leaves room for more. */
const WORKSPACE = 'W#default';

export interface Key {
  readonly PK: string;
  readonly SK: string;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
/** Fixed width, so that text order is number order. */
const tenDigits = (number: number): string => String(number).padStart(10, '0');
const twelveDigits = (number: number): string => String(number).padStart(12, '0');

export const modelPartition = (model: string): string => `${WORKSPACE}#RM#${model}`;
export const auditPartition = (model: string): string => `${WORKSPACE}#AUD#${model}`;

/** Sort-key prefixes of what a model has many of. */
export const PREFIX = {
  spec: 'SPEC#',
  dataset: 'DV#',
  run: 'RUN#',
  version: 'V#',
  alias: 'A#',
  rollout: 'RO#',
  batch: 'BATCH#',
  decision: 'DEC#',
  window: 'WIN#',
  counts: (rolloutId: string): string => `COUNT#${rolloutId}#`,
} as const;

/** Partitions of the index GSI1. */
export const GSI1 = {
  models: `${WORKSPACE}#RMLIST`,
  runs: (model: string): string => `${WORKSPACE}#RUNS#${model}`,
  batches: (model: string): string => `${WORKSPACE}#BATCHES#${model}`,
  parked: `${WORKSPACE}#PARKED`,
  newestWindows: `${WORKSPACE}#NEWESTWINDOWS`,
} as const;

type Identified = Pick<DatasetVersion, 'source' | 'origin' | 'specVersion'>;

/**
 * What a data set version is made from: an upload; the release of a version; or a version judged again under a spec
 * version. Whoever asked for it, and how often, it is one.
 */
export function datasetIdentity({ source, origin, specVersion }: Identified): string {
  const upload = [source.bucket, source.key, source.versionId];
  if (origin?.kind === 'release') upload.push('release', String(origin.of));
  if (origin?.kind === 'replay') upload.push('replay', String(origin.of), String(specVersion));
  return upload.join('\0');
}

const ofModel =
  <A extends unknown[]>(sortKey: (...rest: A) => string) =>
  (model: string, ...rest: A): Key => ({ PK: modelPartition(model), SK: sortKey(...rest) });

/** Primary keys of the registry table. */
export const keys = {
  model: ofModel(() => 'META'),
  spec: ofModel((version: number) => `${PREFIX.spec}${tenDigits(version)}`),
  specDigest: ofModel((digest: string) => `SPECDIGEST#${digest}`),
  dataset: ofModel((version: number) => `${PREFIX.dataset}${tenDigits(version)}`),
  datasetSource: ofModel((dataset: Identified) => `DVSRC#${sha256(datasetIdentity(dataset))}`),
  datasetContent: ofModel((digest: string) => `DVSHA#${digest}`),
  run: ofModel((runId: string) => `${PREFIX.run}${runId}`),
  version: ofModel((version: number) => `${PREFIX.version}${tenDigits(version)}`),
  versionOfRun: ofModel((runId: string) => `VRUN#${runId}`),
  alias: ofModel((alias: string) => `${PREFIX.alias}${alias}`),
  traffic: ofModel(() => 'TRAFFIC'),
  capturePolicy: ofModel(() => 'CAPTURE'),
  rollout: ofModel((rolloutId: string) => `${PREFIX.rollout}${rolloutId}`),
  batch: ofModel((batchId: string) => `${PREFIX.batch}${batchId}`),
  counts: ofModel(
    (rolloutId: string, version: number, trafficRev: number) =>
      `${PREFIX.counts(rolloutId)}${tenDigits(version)}#${tenDigits(trafficRev)}`,
  ),
  /** A partition each: they are many, and none is listed. */
  judged: (model: string, inferenceId: string): Key => ({ PK: `${WORKSPACE}#JUDGED#${model}#${inferenceId}`, SK: 'J' }),
  decision: ofModel((at: string, decisionId: string) => `${PREFIX.decision}${at}#${decisionId}`),
  decisionId: ofModel((decisionId: string) => `DECID#${decisionId}`),
  window: ofModel((windowStart: string) => `${PREFIX.window}${windowStart}`),
  newestWindow: ofModel(() => 'NEWESTWINDOW'),
  claim: (identity: string): Key => ({ PK: `${WORKSPACE}#CLAIM#${sha256(identity)}`, SK: 'C' }),
  idempotency: (digest: string): Key => ({ PK: `${WORKSPACE}#IDEM#${digest}`, SK: 'I' }),
  cursor: (name: string): Key => ({ PK: `${WORKSPACE}#CURSOR#${name}`, SK: 'C' }),
  parked: (name: string): Key => ({ PK: `${WORKSPACE}#PARK#${name}`, SK: 'P' }),
  budget: (period: string): Key => ({ PK: `${WORKSPACE}#BUDGET#${period}`, SK: 'B' }),
  budgetHolder: (holder: string): Key => ({ PK: `${WORKSPACE}#BUDGETHOLDER#${holder}`, SK: 'H' }),
  audit: (model: string, seq: number): Key => ({ PK: auditPartition(model), SK: twelveDigits(seq) }),
} as const;
