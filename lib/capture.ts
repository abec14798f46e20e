import { type Duration, RemovalPolicy } from 'aws-cdk-lib';
import { type IGrantable, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, LogStream, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { captureKeys } from '../domain/names.ts';
import { allow } from './allow.ts';
import { type AccessLogBucket, PrivateBucket } from './private-bucket.ts';

export interface CaptureProps {
  readonly removalPolicy: RemovalPolicy;
  readonly encryptionKey?: IKey;
  readonly accessLogs: AccessLogBucket;
  /** How long captured predictions and labels stay. */
  readonly retention: Duration;
  /** How long windows take labels: what they are joined by stays as long. */
  readonly labelRetention: Duration;
  /** How long the records of windows stay. */
  readonly recordRetention: Duration;
  readonly logRetention: RetentionDays;
}

/** Predictions and labels on their way to the monitors: a Firehose stream and the bucket it fills. */
export class Capture extends Construct {
  readonly bucket: PrivateBucket;
  readonly streamName: string;
  private readonly streamArn: string;

  constructor(scope: Construct, id: string, props: CaptureProps) {
    super(scope, id);
    this.bucket = new PrivateBucket(this, 'Captured', {
      removalPolicy: props.removalPolicy,
      encryptionKey: props.encryptionKey,
      accessLogs: props.accessLogs,
      events: true,
      lifecycleRules: [
        ...[captureKeys.raw, captureKeys.windows, captureKeys.dirty, 'errors/'].map((prefix) => ({
          id: `captured-${prefix.slice(0, -1)}`,
          prefix,
          expiration: props.retention,
        })),
        { id: 'indexes', prefix: captureKeys.indexes, expiration: props.labelRetention },
        { id: 'records', prefix: captureKeys.records, expiration: props.recordRetention },
      ],
    });
    const role = new Role(this, 'DeliveryRole', { assumedBy: new ServicePrincipal('firehose.amazonaws.com') });
    for (const prefix of [captureKeys.raw, 'errors/']) this.bucket.grantPut(role, prefix);
    allow(role, {
      actions: ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'],
      resources: [this.bucket.bucket.bucketArn],
    });
    const logGroup = new LogGroup(this, 'DeliveryLog', {
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const logStream = new LogStream(this, 'DeliveryLogStream', { logGroup, removalPolicy: RemovalPolicy.DESTROY });
    logGroup.grantWrite(role);
    const stream = new CfnDeliveryStream(this, 'Stream', {
      deliveryStreamType: 'DirectPut',
      deliveryStreamEncryptionConfigurationInput: props.encryptionKey
        ? { keyType: 'CUSTOMER_MANAGED_CMK', keyArn: props.encryptionKey.keyArn }
        : { keyType: 'AWS_OWNED_CMK' },
      extendedS3DestinationConfiguration: {
        bucketArn: this.bucket.bucket.bucketArn,
        roleArn: role.roleArn,
        // by arrival time, UTC; windows are cut by event time later
        prefix: `${captureKeys.raw}!{timestamp:yyyy/MM/dd/HH}/`,
        errorOutputPrefix: 'errors/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd/HH}/',
        bufferingHints: { intervalInSeconds: 300, sizeInMBs: 5 },
        compressionFormat: 'UNCOMPRESSED',
        cloudWatchLoggingOptions: {
          enabled: true,
          logGroupName: logGroup.logGroupName,
          logStreamName: logStream.logStreamName,
        },
      },
    });
    // the stream tries its role when it is created
    stream.node.addDependency(role);
    this.streamName = stream.ref;
    this.streamArn = stream.attrArn;
  }

  /** Send lines; no reading, no change of the stream. */
  grantSend(grantee: IGrantable): void {
    allow(grantee, { actions: ['firehose:PutRecord', 'firehose:PutRecordBatch'], resources: [this.streamArn] });
  }
}
