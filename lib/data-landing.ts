import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { asyncKeys } from '../domain/names.ts';
import { AccessLogBucket, PrivateBucket } from './private-bucket.ts';

export interface DataLandingProps {
  readonly removalPolicy: RemovalPolicy;
  readonly encryptionKey?: IKey;
  /** How long uploads stay; what was accepted lives on in the lake. */
  readonly uploadRetention: Duration;
  /** How long a run's working files stay; artifacts are kept. */
  readonly workRetention: Duration;
  /** How long predictions that are answered later can be read. */
  readonly asyncRetention: Duration;
  /** How long the results of batches stay. */
  readonly batchRetention: Duration;
}

/** Where data arrives (landing) and where Millrace keeps what it made of it (lake). */
export class DataLanding extends Construct {
  readonly landing: PrivateBucket;
  readonly lake: PrivateBucket;
  readonly accessLogs: AccessLogBucket;

  constructor(scope: Construct, id: string, props: DataLandingProps) {
    super(scope, id);
    const { removalPolicy, encryptionKey } = props;
    this.accessLogs = new AccessLogBucket(this, 'AccessLogs', { removalPolicy });
    this.landing = new PrivateBucket(this, 'Landing', {
      removalPolicy,
      encryptionKey,
      accessLogs: this.accessLogs,
      events: true,
      lifecycleRules: [{ id: 'uploads', expiration: props.uploadRetention }],
    });
    this.lake = new PrivateBucket(this, 'Lake', {
      removalPolicy,
      encryptionKey,
      accessLogs: this.accessLogs,
      // of two that write the same artifact at once, the registry may name the version that was replaced
      dropOldVersionsUnder: 'runs/',
      lifecycleRules: [
        { id: 'run-work-files', prefix: 'runs/', expiration: props.workRetention },
        {
          id: 'asynchronous-predictions',
          prefix: asyncKeys.root,
          expiration: props.asyncRetention,
          noncurrentVersionExpiration: Duration.days(1),
        },
        {
          id: 'batch-results',
          prefix: 'batches/',
          expiration: props.batchRetention,
          // the registry names results by version, perhaps one that a repeated step replaced
          noncurrentVersionExpiration: props.batchRetention,
        },
      ],
    });
  }
}
