import { Duration } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { LambdaSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { asyncKeys } from '../domain/names.ts';
import type { FinishAsyncEnv } from '../lambdas/finish-async/env.ts';
import type { EnvVars } from '../lambdas/runtime/env.ts';
import { allow } from './allow.ts';
import type { Capture } from './capture.ts';
import { EventRoute } from './event-route.ts';
import { type FunctionDefaults, MillraceFunction } from './millrace-function.ts';
import type { ModelRegistry } from './model-registry.ts';
import type { PrivateBucket } from './private-bucket.ts';

export interface AsyncPredictionsProps {
  readonly defaults: FunctionDefaults;
  readonly lake: PrivateBucket;
  readonly registry: ModelRegistry;
  readonly capture: Capture;
  /** Encrypts the topic. @default none */
  readonly encryptionKey?: IKey;
}

/** Predictions that are asked for now and answered later: where endpoints of target `async` report to, and who listens. */
export class AsyncPredictions extends Construct {
  /** Told of each answer and each failure by SageMaker itself, in the name of the endpoint's role. */
  readonly topic: Topic;
  private readonly lake: PrivateBucket;

  constructor(scope: Construct, id: string, props: AsyncPredictionsProps) {
    super(scope, id);
    const { defaults, lake, encryptionKey } = props;
    this.lake = lake;
    this.topic = new Topic(this, 'Answered', {
      displayName: 'Millrace: asynchronous predictions',
      enforceSSL: true,
      ...(encryptionKey && { masterKey: encryptionKey }),
    });
    const finish = this.finishFunction(props);
    this.topic.addSubscription(new LambdaSubscription(finish.fn, { deadLetterQueue: defaults.undelivered }));
    new EventRoute(this, 'Sweep', {
      description: 'Look for asynchronous predictions whose notification was lost',
      every: Duration.minutes(15),
      to: finish,
      undelivered: defaults.undelivered,
    });
  }

  /** What an endpoint does: read rows, write what its container answered, and say so. */
  grantAnswer(grantee: IGrantable): void {
    this.lake.grantRead(grantee, asyncKeys.features);
    for (const prefix of [asyncKeys.outputs, asyncKeys.errors]) this.lake.grantPut(grantee, prefix);
    allow(grantee, { actions: ['sns:Publish'], resources: [this.topic.topicArn] });
  }

  /** Put rows for an endpoint, and see what it answered. */
  grantAsk(grantee: IGrantable): void {
    this.lake.grantPut(grantee, asyncKeys.features);
    for (const prefix of [asyncKeys.outputs, asyncKeys.errors]) this.lake.grantRead(grantee, prefix);
  }

  /** Take requests, also those whose rows lie in S3, and hand out answers. */
  grantTake(grantee: IGrantable): void {
    for (const prefix of [asyncKeys.requests, asyncKeys.features, asyncKeys.pending]) {
      this.lake.grantPut(grantee, prefix);
    }
    for (const prefix of [asyncKeys.inputs, asyncKeys.requests, asyncKeys.results, asyncKeys.failures]) {
      this.lake.grantRead(grantee, prefix);
    }
  }

  private finishFunction({ defaults, lake, registry, capture }: AsyncPredictionsProps): MillraceFunction {
    const finish = new MillraceFunction(this, 'FinishAsync', {
      defaults,
      name: 'finish-async',
      description: 'Makes an answer of what an asynchronous endpoint has written, captures it and says so',
      environment: {
        TABLE_NAME: registry.table.tableName,
        EVENT_BUS_NAME: registry.eventBus.eventBusName,
        LAKE_BUCKET_NAME: lake.bucket.bucketName,
        CAPTURE_STREAM_NAME: capture.streamName,
        // Lambda sets what calls are signed with itself and refuses it here
      } satisfies EnvVars<typeof FinishAsyncEnv>,
      memoryMb: 512,
      timeout: Duration.minutes(5),
      asynchronous: true,
    });
    const { requests, features, pending, outputs, errors, results, failures } = asyncKeys;
    for (const prefix of [requests, pending, outputs, errors]) lake.grantRead(finish, prefix);
    for (const prefix of [results, failures]) lake.grantPut(finish, prefix);
    for (const prefix of [requests, features, pending]) lake.grantDelete(finish, prefix);
    registry.grantCount(finish);
    registry.grantPublish(finish);
    capture.grantSend(finish);
    return finish;
  }
}
