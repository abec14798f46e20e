import type { CapturePolicy } from '../capture/policy.ts';
import type { ModelSpec } from '../spec/model-spec.ts';
import type { Batch } from './batch.ts';
import type { BudgetRequest, Reservation } from './budget.ts';
import type {
  Alias,
  AuditEvent,
  DatasetVersion,
  Decision,
  ModelVersion,
  MonitorWindow,
  ParkedToken,
  RegisteredModel,
  Rollout,
  SpecVersion,
  Traffic,
  TrainingRun,
} from './entities.ts';
import type { RequestCounts } from './request-counts.ts';

/** Who changes something and when; every change is written with it to the audit trail, in the same transaction. */
export interface Change {
  readonly by: string;
  readonly at: Date;
}

/** The newest audit event of a model, kept beside the model itself: an audit trail cut short does not reach it. */
export interface AuditHead {
  readonly seq: number;
  readonly hash: string;
}

export type Claim<T> =
  | { readonly state: 'claimed' }
  | { readonly state: 'done'; readonly result: T }
  /** Another delivery holds the lease: try again after it ends. */
  | { readonly state: 'busy'; readonly until: Date };

/**
 * The registry: the only source of truth. Reads of pointers are strongly consistent. `require*` throw NotFoundError,
 * `find*` return undefined. Lists are newest first, and whole unless a limit is given. Whatever is written for a model
 * that has no spec yet is refused with NotFoundError.
 */
export interface Registry {
  findModel(name: string): Promise<RegisteredModel | undefined>;
  listModels(): Promise<RegisteredModel[]>;

  /**
   * Idempotent: the same spec again returns the version it already has, with `created: false`. Applying an earlier spec
   * again makes it the current one. The capture policy follows from it and is written with it. @throws RecordTooLargeError
   */
  applySpec(spec: ModelSpec, change: Change): Promise<{ version: number; created: boolean }>;
  /** The current one when no version is named. @throws NotFoundError */
  requireSpec(model: string, version?: number): Promise<SpecVersion>;
  listSpecs(model: string, limit?: number): Promise<SpecVersion[]>;
  /** Of the spec in force; a model whose spec is from before there were policies has none. */
  findCapturePolicy(model: string): Promise<CapturePolicy | undefined>;

  /** Makes processing of one upload single. A lease that ran out is claimed again. */
  claim<T>(identity: string, owner: string, lease: { now: Date; ms: number }): Promise<Claim<T>>;
  /** @throws ConcurrentWriteError when the lease ran out and another owner has claimed it since */
  completeClaim<T>(identity: string, owner: string, result: T): Promise<void>;
  /** Gives a claim up at once, so that a retry need not wait for the lease. */
  releaseClaim(identity: string, owner: string): Promise<void>;
  /** Who is done and who is at work, in the order asked; claims nothing. What is `free` may be claimed. */
  claimStates(identities: readonly string[], now: Date): Promise<('done' | 'busy' | 'free')[]>;

  /** Where something that walks in stages stopped; undefined = it begins. */
  findCursor(name: string): Promise<string | undefined>;
  moveCursor(name: string, cursor: string | undefined): Promise<void>;

  /**
   * Assigns the next number. Idempotent per upload (bucket, key and versionId), per release of a version, and per replay of
   * a version under a spec version: a repeated call returns the first record.
   */
  registerDataset(dataset: Omit<DatasetVersion, 'version'>, change: Change): Promise<DatasetVersion>;
  requireDataset(model: string, version: number): Promise<DatasetVersion>;
  listDatasets(model: string, limit?: number): Promise<DatasetVersion[]>;
  /** An earlier accepted data set of the same bytes, if any. */
  findDatasetByContent(model: string, contentDigest: string): Promise<DatasetVersion | undefined>;

  /** Idempotent by runId: an existing run is returned unchanged with `created: false`. */
  createRun(run: TrainingRun, change: Change): Promise<{ run: TrainingRun; created: boolean }>;
  /** Merges top-level fields; `jobs` entries are merged by name. @throws NotFoundError */
  updateRun(model: string, runId: string, patch: Partial<TrainingRun>, change: Change): Promise<TrainingRun>;
  requireRun(model: string, runId: string): Promise<TrainingRun>;
  /** With a limit the newest are read from an index, which may lack a run created within the last second. */
  listRuns(model: string, limit?: number): Promise<TrainingRun[]>;

  /** Race-free number; idempotent by runId. */
  registerVersion(version: Omit<ModelVersion, 'version'>, change: Change): Promise<ModelVersion>;
  /**
   * Setting the status it already has changes nothing. `from`, if given, must be the status it has; of an approval and a
   * denial at the same time one wins. @throws InvalidTransitionError
   */
  setApproval(
    model: string,
    version: number,
    status: ModelVersion['approvalStatus'],
    change: Change,
    from?: ModelVersion['approvalStatus'],
  ): Promise<ModelVersion>;
  requireVersion(model: string, version: number): Promise<ModelVersion>;
  listVersions(model: string, limit?: number): Promise<ModelVersion[]>;

  findAlias(model: string, alias: string): Promise<Alias | undefined>;
  listAliases(model: string): Promise<Alias[]>;
  /** Compare-and-swap on `rev` (0 = must not exist). @throws ConcurrentWriteError, NotFoundError for the version */
  moveAlias(
    move: { model: string; alias: string; version: number; expectedRev: number },
    change: Change,
  ): Promise<Alias>;

  findTraffic(model: string): Promise<Traffic | undefined>;
  /** Compare-and-swap on `rev` (0 = must not exist); writes rev + 1. @throws ConcurrentWriteError, NotFoundError for a version, InvalidInputError unless weights sum to 1 */
  writeTraffic(traffic: Omit<Traffic, 'rev'>, expectedRev: number, change: Change): Promise<Traffic>;
  /**
   * Traffic and alias `champion` in one transaction: how a rollout ends and how it is taken back. A `rollback` forgets
   * the version it came from, so that repeating it cannot bring that version back.
   * @throws ConcurrentWriteError, NotFoundError for a version
   */
  promote(
    input: {
      traffic: Omit<Traffic, 'rev'>;
      expectedTrafficRev: number;
      version: number;
      expectedAliasRev: number;
      rollback?: boolean;
    },
    change: Change,
  ): Promise<{ traffic: Traffic; champion: Alias }>;

  /** Idempotent by rolloutId. */
  createRollout(rollout: Rollout, change: Change): Promise<{ rollout: Rollout; created: boolean }>;
  updateRollout(model: string, rolloutId: string, patch: Partial<Rollout>, change: Change): Promise<Rollout>;
  requireRollout(model: string, rolloutId: string): Promise<Rollout>;
  listRollouts(model: string, limit?: number): Promise<Rollout[]>;
  /** Written by the router (see docs/architecture.md, "Request counts"). */
  requestCounts(model: string, rolloutId: string): Promise<RequestCounts[]>;

  /** Idempotent by batchId. */
  createBatch(batch: Batch, change: Change): Promise<{ batch: Batch; created: boolean }>;
  /** Merges top-level fields; `jobs` entries are merged by name. @throws NotFoundError */
  updateBatch(model: string, batchId: string, patch: Partial<Batch>, change: Change): Promise<Batch>;
  findBatch(model: string, batchId: string): Promise<Batch | undefined>;
  requireBatch(model: string, batchId: string): Promise<Batch>;
  /** Read from an index, which may lack a batch created within the last second. */
  listBatches(model: string, limit?: number): Promise<Batch[]>;

  /** Overwrites an earlier token of the same name: a redrive waits again. */
  park(token: ParkedToken): Promise<void>;
  findParked(name: string): Promise<ParkedToken | undefined>;
  /** Removes it; true for exactly one caller. */
  unpark(name: string): Promise<boolean>;
  listParkedDue(now: Date): Promise<ParkedToken[]>;
  postponeParked(name: string, dueAt: Date): Promise<void>;

  /** Takes from budgets that all models share, from all of the periods or from none. Idempotent by holder. */
  reserveBudget(request: BudgetRequest, now: Date): Promise<Reservation>;

  /** Idempotent by decisionId. */
  recordDecision(decision: Decision, change: Change): Promise<void>;
  requireDecision(model: string, decisionId: string): Promise<Decision>;
  listDecisions(model: string, kind?: Decision['kind'], limit?: number): Promise<Decision[]>;

  /** Highest revision wins; a lower or equal one is refused. @throws ConcurrentWriteError */
  putMonitorWindow(window: MonitorWindow, change: Change): Promise<void>;
  findMonitorWindow(model: string, windowStart: string): Promise<MonitorWindow | undefined>;
  /** The newest window of each model that has one, by model name; `after` is the last name already read. */
  listNewestWindows(page?: { after?: string; limit?: number }): Promise<MonitorWindow[]>;
  /** Newest window first; with `before`, of those that start earlier. */
  listMonitorWindows(model: string, limit: number, before?: string): Promise<MonitorWindow[]>;

  /** The audit trail of a model, oldest first; `after` is the last sequence number already read. */
  listAudit(model: string, page?: { after?: number; limit?: number }): Promise<AuditEvent[]>;
  findAuditHead(model: string): Promise<AuditHead | undefined>;
}
