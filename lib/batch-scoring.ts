import { Duration, Size } from 'aws-cdk-lib';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { FinishBatchEnv } from '../lambdas/finish-batch/env.ts';
import type { PrepareBatchEnv } from '../lambdas/prepare-batch/env.ts';
import type { BatchStarterEnv, EnvVars } from '../lambdas/runtime/env.ts';
import { allow } from './allow.ts';
import { batchScoringDefinition } from './batch-scoring-definition.ts';
import type { DataLanding } from './data-landing.ts';
import { type FunctionDefaults, MillraceFunction } from './millrace-function.ts';
import type { ModelRegistry } from './model-registry.ts';
import { SageMakerJobs } from './sagemaker-jobs.ts';
import { StateMachine } from './state-machine.ts';

export interface BatchScoringProps {
  readonly defaults: FunctionDefaults;
  readonly data: DataLanding;
  readonly registry: ModelRegistry;
  readonly jobs: SageMakerJobs;
  /** Buckets that batches may read besides the landing bucket. */
  readonly inputBuckets: readonly IBucket[];
}

/** Results of batches, by model and batch. */
const RESULTS = 'batches/';

/** Scores data set versions and S3 prefixes in transform jobs. */
export class BatchScoring extends Construct {
  readonly stateMachine: StateMachine;
  private readonly data: DataLanding;
  private readonly inputBuckets: readonly IBucket[];

  constructor(scope: Construct, id: string, { defaults, data, registry, jobs, inputBuckets }: BatchScoringProps) {
    super(scope, id);
    this.data = data;
    this.inputBuckets = inputBuckets;
    const { lake, landing } = data;
    const TABLE_NAME = registry.table.tableName;
    const LAKE_BUCKET_NAME = lake.bucket.bucketName;
    const room = { memoryMb: 3_008, timeout: Duration.minutes(15), ephemeralStorage: Size.gibibytes(10) };

    const prepare = new MillraceFunction(this, 'Prepare', {
      defaults,
      name: 'prepare-batch',
      description: 'Holds rows to score against the contract and encodes them',
      environment: { TABLE_NAME, LAKE_BUCKET_NAME } satisfies EnvVars<typeof PrepareBatchEnv>,
      ...room,
    });
    landing.grantRead(prepare);
    for (const bucket of inputBuckets) {
      allow(prepare, {
        actions: ['s3:GetObject'],
        resources: [bucket.arnForObjects('*')],
        because: 'whoever deployed this named the bucket for batches to read; keys come at run time',
      });
      bucket.encryptionKey?.grantDecrypt(prepare);
    }
    for (const prefix of ['artifacts/', RESULTS]) lake.grantRead(prepare, prefix);

    const finish = new MillraceFunction(this, 'Finish', {
      defaults,
      name: 'finish-batch',
      description: 'Puts predictions beside what names their rows, or records why there are none',
      environment: {
        TABLE_NAME,
        LAKE_BUCKET_NAME,
        EVENT_BUS_NAME: registry.eventBus.eventBusName,
      } satisfies EnvVars<typeof FinishBatchEnv>,
      ...room,
    });
    lake.grantRead(finish, 'runs/');
    registry.grantPublish(finish);
    SageMakerJobs.grantStopTransform(finish);
    SageMakerJobs.grantDeleteModel(finish);

    for (const worker of [prepare, finish]) {
      registry.grantReadWrite(worker);
      lake.grantPut(worker, RESULTS);
    }
    lake.grantPut(prepare, 'runs/');

    this.stateMachine = new StateMachine(this, 'StateMachine', {
      definition: batchScoringDefinition,
      functions: { PrepareBatch: prepare, StartJob: jobs.startJob, FinishBatch: finish },
      logRetention: defaults.logRetention,
    });
    this.stateMachine.grantAnswer(jobs.resumeJob);
    // for a job that a repeated start finds ended
    this.stateMachine.grantAnswerToTask(jobs.startJob);
  }

  /** What a function that starts batches is told. */
  get starterEnvironment(): EnvVars<typeof BatchStarterEnv> {
    return {
      LAKE_BUCKET_NAME: this.data.lake.bucket.bucketName,
      LANDING_BUCKET_NAME: this.data.landing.bucket.bucketName,
      BATCH_STATE_MACHINE_ARN: this.stateMachine.machine.stateMachineArn,
      BATCH_INPUT_BUCKETS: this.inputBuckets.map(({ bucketName }) => bucketName).join(','),
    };
  }

  /** List what is to be scored, write the list down and start the machine. */
  grantStartBatch(worker: MillraceFunction): void {
    this.stateMachine.grantStart(worker);
    const { lake, landing } = this.data;
    allow(worker, {
      actions: ['s3:ListBucket'],
      resources: [landing.bucket.bucketArn, ...this.inputBuckets.map(({ bucketArn }) => bucketArn)],
    });
    lake.grantRead(worker, RESULTS);
    lake.grantPut(worker, RESULTS);
  }
}
