import { Duration } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { EnvVars } from '../lambdas/runtime/env.ts';
import type { ShadowRequestEnv } from '../lambdas/shadow-request/env.ts';
import { allow } from './allow.ts';
import { type FunctionDefaults, MillraceFunction } from './millrace-function.ts';
import type { ModelRegistry } from './model-registry.ts';
import type { PrivateBucket } from './private-bucket.ts';
import { SageMakerJobs } from './sagemaker-jobs.ts';
import { WorkQueue } from './work-queue.ts';

export interface ShadowRequestsProps {
  readonly defaults: FunctionDefaults;
  readonly lake: PrivateBucket;
  readonly registry: ModelRegistry;
}

/** Copies of requests for versions that are watched and never answer: away from the path of the answer itself. */
export class ShadowRequests extends Construct {
  readonly copies: WorkQueue;

  constructor(scope: Construct, id: string, { defaults, lake, registry }: ShadowRequestsProps) {
    super(scope, id);
    // ten copies one after the other, each up to its deadline
    const timeout = Duration.minutes(2);
    // what cannot be scored is no loss to anybody but the judge, who waits for more
    this.copies = new WorkQueue(this, 'Copies', {
      workerTimeout: timeout,
      maxReceiveCount: 2,
      deadLetters: defaults.undelivered,
    });
    const worker = new MillraceFunction(this, 'ShadowRequest', {
      defaults,
      name: 'shadow-request',
      description: 'Scores copies of requests with a version in the shadow and compares',
      environment: {
        TABLE_NAME: registry.table.tableName,
        LAKE_BUCKET_NAME: lake.bucket.bucketName,
      } satisfies EnvVars<typeof ShadowRequestEnv>,
      memoryMb: 1_024,
      timeout,
    });
    this.copies.feed(worker, { batchSize: 10, maxConcurrency: 10 });
    registry.grantRoute(worker);
    lake.grantRead(worker, 'artifacts/');
    SageMakerJobs.grantInvokeEndpoint(worker);
  }

  /** Hand over copies. */
  grantCopy(grantee: IGrantable): void {
    allow(grantee, { actions: ['sqs:SendMessage'], resources: [this.copies.queue.queueArn] });
  }
}
