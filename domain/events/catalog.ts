import * as z from 'zod';
import { EndpointCondition } from '../endpoints/judge-endpoint.ts';
import { MonitorKind } from '../monitoring/finding.ts';
import { Instant, Reason } from '../registry/entities.ts';

/** Every event on Millrace's bus. Rules and publishers both import this; a detail's shape changes with its schemaVersion. */
const base = { schemaVersion: z.literal(1), model: z.string(), at: Instant };

/** About a prediction that was asked for earlier; what is to be read lies at `location` in S3. */
const later = { version: z.number().int(), inferenceId: z.string(), rows: z.number().int(), location: z.string() };

export const EVENTS = {
  DatasetAccepted: {
    source: 'millrace.data',
    detail: z.object({ ...base, dataset: z.number().int(), rows: z.number().int() }),
  },
  DatasetRejected: {
    source: 'millrace.data',
    detail: z.object({ ...base, dataset: z.number().int().optional(), key: z.string(), reasons: z.array(Reason) }),
  },
  /** A person lets rows that were set aside pass, or all of a rejected set. */
  DatasetReleaseRequested: {
    source: 'millrace.data',
    detail: z.object({ ...base, dataset: z.number().int(), by: z.string(), reason: z.string() }),
  },
  /** A person has a data set judged again under a spec version. */
  DatasetReplayRequested: {
    source: 'millrace.data',
    detail: z.object({
      ...base,
      dataset: z.number().int(),
      specVersion: z.number().int(),
      by: z.string(),
      reason: z.string(),
    }),
  },
  /** A person asks for a run. */
  TrainingRequested: { source: 'millrace.training', detail: z.object({ ...base, by: z.string(), reason: z.string() }) },
  TrainingRunStarted: { source: 'millrace.training', detail: z.object({ ...base, runId: z.string() }) },
  TrainingRunFinished: {
    source: 'millrace.training',
    detail: z.object({
      ...base,
      runId: z.string(),
      status: z.enum(['registered', 'rejected', 'failed']),
      version: z.number().int().optional(),
    }),
  },
  SpecApplied: {
    source: 'millrace.registry',
    detail: z.object({
      ...base,
      specVersion: z.number().int(),
      /** With the spec that was in force; absent for a model's first. */
      compatible: z.boolean().optional(),
    }),
  },
  ModelVersionRegistered: {
    source: 'millrace.registry',
    detail: z.object({ ...base, version: z.number().int(), runId: z.string() }),
  },
  ApprovalRequested: {
    source: 'millrace.registry',
    detail: z.object({ ...base, version: z.number().int(), expiresAt: Instant }),
  },
  /** A request that was to be answered later has its answer. May come twice. */
  PredictionCompleted: {
    source: 'millrace.inference',
    detail: z.object({ ...base, ...later }),
  },
  /** It will have none: the model failed (500) or did not answer in time (504). May come twice. */
  PredictionFailed: {
    source: 'millrace.inference',
    detail: z.object({ ...base, ...later, status: z.union([z.literal(500), z.literal(504)]), reason: z.string() }),
  },
  RolloutStarted: {
    source: 'millrace.rollout',
    detail: z.object({ ...base, rolloutId: z.string(), version: z.number().int() }),
  },
  RolloutPromoted: {
    source: 'millrace.rollout',
    detail: z.object({ ...base, rolloutId: z.string(), version: z.number().int() }),
  },
  RolloutRolledBack: {
    source: 'millrace.rollout',
    detail: z.object({ ...base, rolloutId: z.string(), version: z.number().int(), reasons: z.array(z.string()) }),
  },
  BatchStarted: {
    source: 'millrace.batch',
    detail: z.object({ ...base, batchId: z.string(), version: z.number().int() }),
  },
  BatchScored: {
    source: 'millrace.batch',
    detail: z.object({
      ...base,
      batchId: z.string(),
      version: z.number().int(),
      rows: z.object({ total: z.number().int(), scored: z.number().int(), skipped: z.number().int() }),
      /** `s3://…/predictions.parquet` */
      predictions: z.string(),
    }),
  },
  BatchFailed: {
    source: 'millrace.batch',
    detail: z.object({ ...base, batchId: z.string(), version: z.number().int(), error: z.string(), cause: z.string() }),
  },
  /** An endpoint that the registry needs is not as SageMaker has to keep it. */
  EndpointDrifted: {
    source: 'millrace.rollout',
    detail: z.object({
      ...base,
      version: z.number().int(),
      endpoint: z.string(),
      condition: EndpointCondition,
      reason: z.string(),
    }),
  },
  /** It answers again like the registered model does. */
  EndpointRepaired: {
    source: 'millrace.rollout',
    detail: z.object({ ...base, version: z.number().int(), endpoint: z.string(), repairId: z.string() }),
  },
  /** Somebody replays time: monitor as if it were `at` (detail.model '*' = every model). */
  MonitoringTickRequested: { source: 'millrace.monitoring', detail: z.object(base) },
  /** One per model, window and revision, however many features and monitors it is about. */
  MonitorAlarmRaised: {
    source: 'millrace.monitoring',
    detail: z.object({
      ...base,
      version: z.number().int(),
      windowStart: Instant,
      windowEnd: Instant,
      revision: z.number().int(),
      decisionId: z.string(),
      monitors: z.array(MonitorKind).min(1),
      /** The severest first. */
      features: z.array(z.string()),
      severity: z.number(),
      reasons: z.array(z.string()),
    }),
  },
  /** The time that monitoring.retrain.every asks for has passed. */
  RetrainingDue: { source: 'millrace.monitoring', detail: z.object(base) },
} as const;

export type EventName = keyof typeof EVENTS;
export type EventDetail<N extends EventName> = z.infer<(typeof EVENTS)[N]['detail']>;

/** Publishes to Millrace's bus; resolves when the bus has taken it. */
export interface EventPublisher {
  publish<N extends EventName>(name: N, detail: Omit<EventDetail<N>, 'schemaVersion'>): Promise<void>;
}
