import type { ArtifactRef } from '../../domain/artifacts.ts';
import type { StartBatchInput } from '../../domain/batch/start-batch.ts';
import type { ValidationContext } from '../../domain/contracts/context.ts';
import type { EventPublisher } from '../../domain/events/catalog.ts';
import type { Authorization } from '../../domain/inference/open-api.ts';
import type { WindowStore } from '../../domain/monitoring/captured-windows.ts';
import type { Batch } from '../../domain/registry/batch.ts';
import type { Registry } from '../../domain/registry/ports.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import type { Links } from '../adapters/s3-links.ts';

/** Resumes an execution that waits for a person; false when nobody waits any more. */
export interface ApprovalGate {
  succeed(taskToken: string, output: object): Promise<boolean>;
  fail(taskToken: string, error: Error): Promise<boolean>;
}

export interface LakeReader {
  /** @throws ArtifactMismatchError */
  artifact(ref: ArtifactRef): Promise<unknown>;
  /** A working file of a run; undefined while there is none. */
  runFile(model: string, runId: string, name: string): Promise<unknown>;
}

export interface RegistryApiDeps {
  /** How callers of the API show who they are. */
  readonly authorization: Authorization;
  readonly registry: Registry;
  readonly publisher: EventPublisher;
  readonly gate: ApprovalGate;
  readonly lake: LakeReader;
  /** Records of monitored windows. */
  readonly records: Pick<WindowStore, 'get'>;
  readonly links: Links;
  /** What a judgement by this spec at this time needs to know, but for the ids of the holdout. */
  readonly context: (spec: ModelSpec, at: Date) => Promise<ValidationContext>;
  readonly startRollout: (input: { model: string; version: number; by: string }) => Promise<object>;
  readonly startBatch: (input: StartBatchInput) => Promise<{ batch: Batch; created: boolean } | undefined>;
  readonly now: () => Date;
}
