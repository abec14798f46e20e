import * as z from 'zod';
import { ArtifactRef } from '../artifacts.ts';
import { ModelSpec } from '../spec/model-spec.ts';
import { DatasetOrigin, Reason } from './dataset-origin.ts';
import { Signature, SignatureField } from './signature.ts';
import { Shadow, Target } from './target.ts';

export { DatasetOrigin, Reason, Signature, SignatureField, Target };

/** ISO 8601 in UTC with milliseconds, so that text order is time order. */
export const Instant = z.iso.datetime({ precision: 3 });

export const RegisteredModel = z.object({
  name: z.string(),
  task: z.string(),
  specVersion: z.number().int(),
  specDigest: z.string(),
  createdAt: Instant,
  updatedAt: Instant,
});
export type RegisteredModel = z.infer<typeof RegisteredModel>;

export const SpecVersion = z.object({
  model: z.string(),
  version: z.number().int(),
  /** SHA-256 of the canonical JSON of the parsed spec. */
  digest: z.string(),
  spec: ModelSpec,
  by: z.string(),
  at: Instant,
});
export type SpecVersion = z.infer<typeof SpecVersion>;

export const VERDICTS = ['accepted', 'accepted-with-quarantine', 'rejected'] as const;

export const DatasetVersion = z.object({
  model: z.string(),
  version: z.number().int(),
  /** SHA-256 of the uploaded bytes. */
  contentDigest: z.string(),
  verdict: z.enum(VERDICTS),
  reasons: z.array(Reason),
  source: z.object({ bucket: z.string(), key: z.string(), versionId: z.string(), size: z.number().int() }),
  specVersion: z.number().int(),
  rows: z.number().int(),
  quarantinedRows: z.number().int(),
  origin: DatasetOrigin.optional(),
  warnings: z.array(Reason).optional(),
  /** The bytes as they came: what checkout, release and replay go back to. */
  raw: ArtifactRef.optional(),
  data: ArtifactRef.optional(),
  /** `parts.json` of a set of many objects: its data files, in place of `data`. */
  parts: ArtifactRef.optional(),
  quarantine: ArtifactRef.optional(),
  profile: ArtifactRef.optional(),
  report: ArtifactRef.optional(),
  reportHtml: ArtifactRef.optional(),
  /** Smallest and largest value of the timestamp column. */
  timeRange: z.object({ from: Instant, to: Instant }).optional(),
  at: Instant,
});
export type DatasetVersion = z.infer<typeof DatasetVersion>;

export const RUN_STATUSES = ['running', 'registered', 'rejected', 'failed'] as const;
export const TriggerKind = z.enum(['new-data', 'drift', 'quality', 'schedule', 'manual']);

export const JobRecord = z.object({
  name: z.string(),
  kind: z.enum(['training', 'tuning', 'transform', 'parity', 'endpoint', 'batch-transform']),
  status: z.string(),
  startedAt: Instant,
  endedAt: Instant.optional(),
  trainingSeconds: z.number().optional(),
  billableSeconds: z.number().optional(),
  failureReason: z.string().optional(),
});
export type JobRecord = z.infer<typeof JobRecord>;

export const TrainingRun = z.object({
  runId: z.string(),
  model: z.string(),
  specVersion: z.number().int(),
  datasetVersions: z.array(z.number().int()).min(1),
  trigger: z.object({
    kind: TriggerKind,
    reason: z.string(),
    decisionId: z.string().optional(),
    /** Time of the decision, if not `startedAt`: of an alarm the monitored time. */
    at: Instant.optional(),
  }),
  status: z.enum(RUN_STATUSES),
  executionArn: z.string().optional(),
  jobs: z.array(JobRecord).default([]),
  metrics: z.record(z.string(), z.number()).optional(),
  gateDecisionId: z.string().optional(),
  modelVersion: z.number().int().optional(),
  failure: z.object({ state: z.string(), error: z.string(), cause: z.string() }).optional(),
  startedAt: Instant,
  endedAt: Instant.optional(),
});
export type TrainingRun = z.infer<typeof TrainingRun>;

export const ModelVersion = z.object({
  model: z.string(),
  version: z.number().int(),
  runId: z.string(),
  specVersion: z.number().int(),
  datasetVersions: z.array(z.number().int()),
  approvalStatus: z.enum(['PendingManualApproval', 'Approved', 'Rejected']),
  algorithm: z.enum(['xgboost', 'container']),
  image: z.string(),
  hyperparameters: z.record(z.string(), z.string()),
  artifacts: z.object({
    /** SageMaker's model.tar.gz. */
    model: ArtifactRef,
    /** The bare `xgboost-model` file, for the scorer. */
    scorer: ArtifactRef.optional(),
    featurizer: ArtifactRef,
    /** Reference bins and counts: domain/monitoring/baseline.ts. */
    baseline: ArtifactRef,
    evaluation: ArtifactRef,
    /** `smoke.csv`, rows to try the version with; versions from before it have none. */
    smoke: ArtifactRef.optional(),
  }),
  signature: Signature,
  metrics: z.record(z.string(), z.number()),
  codeVersion: z.string(),
  executionArn: z.string().optional(),
  at: Instant,
});
export type ModelVersion = z.infer<typeof ModelVersion>;

export const Alias = z.object({
  model: z.string(),
  alias: z.string(),
  version: z.number().int(),
  previousVersion: z.number().int().optional(),
  rev: z.number().int(),
  by: z.string(),
  at: Instant,
});
export type Alias = z.infer<typeof Alias>;

const Route = z.object({ version: z.number().int(), weight: z.number().min(0).max(1), target: Target });
/** What the router reads: where a model's requests go. Weights sum to 1. */
export const Traffic = z.object({
  model: z.string(),
  rev: z.number().int(),
  routes: z.array(Route).min(1),
  /** The routes as they were meant, while endpoints of theirs do not answer and others took over: domain/endpoints. */
  intended: z.array(Route).min(1).optional(),
  /** Set while a rollout is judged: the router counts requests per version under it. */
  rolloutId: z.string().optional(),
  /** What else the router counts under it. */
  judged: z
    .object({
      /** What predictions of a regression are counted between; without it they are not. */
      range: z.tuple([z.number(), z.number()]).optional(),
      /** Predictions are kept until their labels come. */
      quality: z.boolean().optional(),
    })
    .optional(),
  /** Gets copies of requests and never answers: no route names it. */
  shadow: Shadow.optional(),
  /** Of the rollout, from 0. */
  step: z.number().int().optional(),
  /** A person holds the rollout where it is. */
  pause: z.object({ by: z.string(), reason: z.string(), at: Instant }).optional(),
  /** For how long the step was held before. */
  pausedMs: z.number().min(0).optional(),
  at: Instant,
});
export type Traffic = z.infer<typeof Traffic>;

export const ROLLOUT_STATUSES = ['deploying', 'shifting', 'promoted', 'rolled-back', 'failed'] as const;
export const Rollout = z.object({
  rolloutId: z.string(),
  model: z.string(),
  candidate: z.number().int(),
  champion: z.number().int().optional(),
  status: z.enum(ROLLOUT_STATUSES),
  /** Index into the strategy's steps; -1 before the first. */
  step: z.number().int(),
  target: Target,
  reasons: z.array(z.string()),
  executionArn: z.string().optional(),
  startedAt: Instant,
  endedAt: Instant.optional(),
});
export type Rollout = z.infer<typeof Rollout>;

export const ParkedToken = z.object({
  /**
   * Name of the SageMaker job or endpoint that is waited for, `approval/<model>/<version>`, `run/<id>`,
   * `rollout/<id>`, `batch/<id>`, `schedule/<model>`,
   * `batch-schedule/<model>` or `repair/<endpoint>`.
   */
  name: z.string(),
  kind: z.enum([
    ...JobRecord.shape.kind.options,
    'approval',
    'run',
    'rollout',
    'batch',
    'schedule',
    'batch-schedule',
    'repair',
  ]),
  /** Resumes the execution that waits; runs, rollouts and batches are only watched, schedules wait for the clock. */
  taskToken: z.string().optional(),
  /** Of a run, rollout, batch or repair: the execution that is watched. */
  executionArn: z.string().optional(),
  /** Of a repair: which one in a row it is. */
  attempt: z.number().int().optional(),
  model: z.string(),
  /** Run, rollout or batch the job belongs to; of a schedule the model, of a repair the endpoint. */
  ownerId: z.string(),
  parkedAt: Instant,
  /** Next time the reconciler looks by itself. */
  dueAt: Instant,
  /** Work that is not done by then is given up. */
  endsAt: Instant.optional(),
});
export type ParkedToken = z.infer<typeof ParkedToken>;

export const DecisionKind = z.enum([
  'gate',
  'retrain',
  'approval',
  'rollout',
  'monitor',
  'training-trigger',
  'batch',
  'endpoint',
]);
export const Decision = z.object({
  decisionId: z.string(),
  model: z.string(),
  kind: DecisionKind,
  /** `passed`, `failed`, `start`, `skip`, `promoted`, `rolled-back`, `alarm`, `ok` ... */
  outcome: z.string(),
  reasons: z.array(z.string()),
  /** The figures the decision was made on. */
  numbers: z.record(z.string(), z.unknown()),
  runId: z.string().optional(),
  version: z.number().int().optional(),
  at: Instant,
});
export type Decision = z.infer<typeof Decision>;

export const MONITOR_STATUSES = ['ok', 'warn', 'alarm', 'insufficient_data'] as const;
export const MonitorWindow = z.object({
  model: z.string(),
  windowStart: Instant,
  windowEnd: Instant,
  version: z.number().int(),
  /** Counts how often its figures were issued: late capture and late labels issue them anew. */
  revision: z.number().int(),
  status: z.enum(MONITOR_STATUSES),
  rows: z.number().int(),
  /** Of the rows, in [0, 1]. */
  labelCoverage: z.number(),
  /** This window alone breached; `status` also weighs the windows before it. */
  breached: z.boolean(),
  /** Per monitor, what later windows weigh. */
  outcomes: z.array(z.object({ monitor: z.string(), status: z.enum(MONITOR_STATUSES), breached: z.boolean() })),
  /** Figures that a list shows without opening the report: live quality, the largest drift. */
  figures: z.record(z.string(), z.number()),
  /** `monitor-report.json` */
  report: ArtifactRef,
  /** The window's record (domain/monitoring/window-record.ts); gone after its retention. */
  record: ArtifactRef,
  /** Predictions by id, for labels to come; gone after monitoring.labelHorizon. */
  index: ArtifactRef.optional(),
  decisionId: z.string(),
  at: Instant,
});
export type MonitorWindow = z.infer<typeof MonitorWindow>;

export const AuditEvent = z.object({
  stream: z.string(),
  seq: z.number().int(),
  prevHash: z.string(),
  hash: z.string(),
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  after: z.string(),
  at: Instant,
});
export type AuditEvent = z.infer<typeof AuditEvent>;
