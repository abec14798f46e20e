import { Duration, Size } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { ApplySpecEnv } from '../lambdas/apply-spec/env.ts';
import type { ReconcileUploadsEnv } from '../lambdas/reconcile-uploads/env.ts';
import type { EnvVars } from '../lambdas/runtime/env.ts';
import type { ValidateUploadEnv } from '../lambdas/validate-upload/env.ts';
import type { DataLanding } from './data-landing.ts';
import { DatasetValidation } from './dataset-validation.ts';
import { EventRoute, millraceEvents, objectCreated } from './event-route.ts';
import { type FunctionDefaults, MillraceFunction } from './millrace-function.ts';
import type { ModelRegistry } from './model-registry.ts';
import { WorkQueue } from './work-queue.ts';

export interface ValidationProps {
  readonly defaults: FunctionDefaults;
  readonly data: DataLanding;
  readonly registry: ModelRegistry;
  /** Uploads validated at a time. */
  readonly maxConcurrency: number;
}

/** Keys in the landing bucket that are not data. */
const SPECS = 'specs/';
const SPEC_PROBLEMS = 'spec-problems/';
const BATCH_INPUTS = 'batch-inputs/';

/** A failed upload is tried again after six times as long, so this is no longer than ten million rows need. */
const VALIDATION_TIMEOUT = Duration.minutes(5);

/** Room for the upload, the Parquet made of it and what DuckDB spills: Lambda's most. */
const SCRATCH = Size.gibibytes(10);

/** Turns uploads into data set versions, and spec files into spec versions. */
export class Validation extends Construct {
  readonly uploads: WorkQueue;
  readonly validateUpload: MillraceFunction;
  readonly sets: DatasetValidation;

  constructor(scope: Construct, id: string, { defaults, data, registry, maxConcurrency }: ValidationProps) {
    super(scope, id);
    const { landing, lake } = data;
    const names = {
      TABLE_NAME: registry.table.tableName,
      EVENT_BUS_NAME: registry.eventBus.eventBusName,
      LANDING_BUCKET_NAME: landing.bucket.bucketName,
    };

    const applySpec = new MillraceFunction(this, 'ApplySpec', {
      defaults,
      name: 'apply-spec',
      description: 'Applies a model spec uploaded under specs/',
      environment: names satisfies EnvVars<typeof ApplySpecEnv>,
      asynchronous: true,
    });
    registry.grantReadWrite(applySpec);
    registry.grantPublish(applySpec);
    landing.grantRead(applySpec, SPECS);
    landing.grantPut(applySpec, SPEC_PROBLEMS);
    new EventRoute(this, 'SpecUploaded', {
      description: 'A model spec was uploaded',
      pattern: objectCreated(landing.bucket.bucketName, [{ prefix: SPECS }]),
      to: applySpec,
      undelivered: defaults.undelivered,
    });

    this.sets = new DatasetValidation(this, 'Sets', { defaults, data, registry });
    this.validateUpload = new MillraceFunction(this, 'ValidateUpload', {
      defaults,
      name: 'validate-upload',
      description: 'Validates an upload in one DuckDB pass and registers it as a data set version',
      environment: {
        ...names,
        LAKE_BUCKET_NAME: lake.bucket.bucketName,
        DATASET_VALIDATION_ARN: this.sets.stateMachine.machine.stateMachineArn,
      } satisfies EnvVars<typeof ValidateUploadEnv>,
      memoryMb: 3_008,
      timeout: VALIDATION_TIMEOUT,
      ephemeralStorage: SCRATCH,
    });
    registry.grantReadWrite(this.validateUpload);
    registry.grantPublish(this.validateUpload);
    landing.grantRead(this.validateUpload);
    this.sets.stateMachine.grantStart(this.validateUpload);
    // runs/: the ids the champion was judged on
    for (const prefix of ['artifacts/', 'runs/']) lake.grantRead(this.validateUpload, prefix);
    lake.grantPut(this.validateUpload, 'artifacts/');
    this.uploads = new WorkQueue(this, 'Uploads', { workerTimeout: VALIDATION_TIMEOUT });
    // one upload may take all the time and memory there is
    this.uploads.feed(this.validateUpload, { batchSize: 1, maxConcurrency });
    new EventRoute(this, 'DataUploaded', {
      description: 'Data was uploaded',
      pattern: objectCreated(landing.bucket.bucketName, [
        { 'anything-but': { prefix: [SPECS, SPEC_PROBLEMS, BATCH_INPUTS] } },
      ]),
      to: this.uploads.queue,
      undelivered: defaults.undelivered,
    });
    new EventRoute(this, 'SetFailed', {
      description: 'The validation of a set failed: it may be tried again',
      pattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: {
          stateMachineArn: [this.sets.stateMachine.machine.stateMachineArn],
          // what a person stopped stays stopped
          status: ['FAILED', 'TIMED_OUT'],
        },
      },
      to: this.uploads.queue,
      undelivered: defaults.undelivered,
    });
    this.reconcile({ defaults, data, registry });
    new EventRoute(this, 'RejudgingRequested', {
      description: 'A person releases a data set or has it judged again',
      eventBus: registry.eventBus,
      pattern: millraceEvents('DatasetReleaseRequested', 'DatasetReplayRequested'),
      to: this.uploads.queue,
      undelivered: defaults.undelivered,
    });
  }
  /** Events of S3 may be lost, though rarely: what nobody heard of is found within a quarter of an hour. */
  private reconcile({ defaults, data, registry }: Pick<ValidationProps, 'defaults' | 'data' | 'registry'>): void {
    const reconcile = new MillraceFunction(this, 'ReconcileUploads', {
      defaults,
      name: 'reconcile-uploads',
      description: 'Announces uploads whose event was lost',
      environment: {
        TABLE_NAME: registry.table.tableName,
        LANDING_BUCKET_NAME: data.landing.bucket.bucketName,
        UPLOADS_QUEUE_URL: this.uploads.queue.queueUrl,
      } satisfies EnvVars<typeof ReconcileUploadsEnv>,
      timeout: Duration.minutes(2),
      asynchronous: true,
    });
    registry.grantReadWrite(reconcile);
    data.landing.grantListVersions(reconcile);
    this.uploads.queue.grantSendMessages(reconcile);
    new EventRoute(this, 'UploadsHeartbeat', {
      description: 'Look for uploads nobody heard of',
      every: Duration.minutes(10),
      to: reconcile,
      undelivered: defaults.undelivered,
    });
  }
}
