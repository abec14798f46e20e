import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { asyncKeys } from '../domain/names.ts';
import { allow } from './allow.ts';
import type { PrivateBucket } from './private-bucket.ts';

export interface AsyncPredictionsProps {
  readonly lake: PrivateBucket;
  /** Encrypts the topic. @default none */
  readonly encryptionKey?: IKey;
}

/** Predictions that are asked for now and answered later: where endpoints of target `async` report to. */
export class AsyncPredictions extends Construct {
  /** Told of each answer and each failure by SageMaker itself, in the name of the endpoint's role. */
  readonly topic: Topic;
  private readonly lake: PrivateBucket;

  constructor(scope: Construct, id: string, { lake, encryptionKey }: AsyncPredictionsProps) {
    super(scope, id);
    this.lake = lake;
    this.topic = new Topic(this, 'Answered', {
      displayName: 'Millrace: asynchronous predictions',
      enforceSSL: true,
      ...(encryptionKey && { masterKey: encryptionKey }),
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
}
