import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import { Effect, type IGrantable, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type CfnBucket,
  type IBucket,
  type LifecycleRule,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { allow } from './allow.ts';

export interface PrivateBucketProps {
  readonly removalPolicy: RemovalPolicy;
  /** Where access is logged. @default access is not logged: only for the log bucket itself */
  readonly accessLogs?: AccessLogBucket;
  /** @default SSE-S3 */
  readonly encryptionKey?: IKey;
  /** Send object events to the default event bus. @default false */
  readonly events?: boolean;
  /** Keep replaced and deleted objects for 30 days. @default true */
  readonly versioned?: boolean;
  /** Only here do replaced and deleted objects go after these 30 days. @default everywhere */
  readonly dropOldVersionsUnder?: string;
  readonly lifecycleRules?: readonly LifecycleRule[];
}

/** A bucket nobody outside can read: public access blocked, TLS only, encrypted, access logged. */
export class PrivateBucket extends Construct {
  readonly bucket: IBucket;
  private readonly encryptionKey: IKey | undefined;

  constructor(scope: Construct, id: string, props: PrivateBucketProps) {
    super(scope, id);
    this.encryptionKey = props.encryptionKey;
    const versioned = props.versioned ?? true;
    const bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: props.encryptionKey ? BucketEncryption.KMS : BucketEncryption.S3_MANAGED,
      encryptionKey: props.encryptionKey,
      bucketKeyEnabled: props.encryptionKey !== undefined,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      versioned,
      removalPolicy: props.removalPolicy,
      lifecycleRules: [
        { id: 'unfinished-uploads', abortIncompleteMultipartUploadAfter: Duration.days(7) },
        ...(versioned ? [oldVersions(props.dropOldVersionsUnder)] : []),
        ...(props.lifecycleRules ?? []),
      ],
    });
    const resource = bucket.node.defaultChild as CfnBucket;
    // CDK's `eventBridgeEnabled` brings a custom resource with a Lambda; the service's own property does the same
    if (props.events) resource.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };
    if (props.accessLogs) resource.loggingConfiguration = props.accessLogs.destinationFor(this.node.id.toLowerCase());
    this.bucket = bucket;
  }

  /** Get objects, also by version, under `prefix`, and tell a missing object from a forbidden one. */
  grantRead(grantee: IGrantable, prefix = ''): void {
    allow(grantee, {
      actions: ['s3:GetObject', 's3:GetObjectVersion'],
      resources: [this.bucket.arnForObjects(`${prefix}*`)],
      because: `object keys are made at run time; limited to ${prefix || 'this bucket'}`,
    });
    // without it S3 answers 403 instead of 404 for an object that is not there
    allow(grantee, { actions: ['s3:ListBucket'], resources: [this.bucket.bucketArn] });
    this.grantKey(grantee, ['kms:Decrypt']);
  }

  /** List objects with their versions. */
  grantListVersions(grantee: IGrantable): void {
    allow(grantee, { actions: ['s3:ListBucketVersions'], resources: [this.bucket.bucketArn] });
  }

  /** Put objects under `prefix`; no delete. */
  grantPut(grantee: IGrantable, prefix = ''): void {
    allow(grantee, {
      actions: ['s3:PutObject', 's3:AbortMultipartUpload'],
      resources: [this.bucket.arnForObjects(`${prefix}*`)],
      because: `object keys are made at run time; limited to ${prefix || 'this bucket'}`,
    });
    // a multipart upload reads the key too
    this.grantKey(grantee, ['kms:Decrypt', 'kms:GenerateDataKey']);
  }

  /** Delete objects under `prefix`; what they held stays 30 days where the bucket keeps versions. */
  grantDelete(grantee: IGrantable, prefix: string): void {
    allow(grantee, {
      actions: ['s3:DeleteObject'],
      resources: [this.bucket.arnForObjects(`${prefix}*`)],
      because: `object keys are made at run time; limited to ${prefix}`,
    });
  }

  private grantKey(grantee: IGrantable, actions: readonly string[]): void {
    if (this.encryptionKey) allow(grantee, { actions, resources: [this.encryptionKey.keyArn] });
  }
}

const oldVersions = (prefix?: string): LifecycleRule => ({
  id: 'old-versions',
  ...(prefix === undefined ? {} : { prefix }),
  noncurrentVersionExpiration: Duration.days(30),
});

/** Takes the access logs of the other buckets and keeps them 90 days. */
export class AccessLogBucket extends PrivateBucket {
  constructor(scope: Construct, id: string, props: { readonly removalPolicy: RemovalPolicy }) {
    super(scope, id, {
      removalPolicy: props.removalPolicy,
      versioned: false,
      lifecycleRules: [{ id: 'expire', expiration: Duration.days(90) }],
    });
  }

  /** By bucket policy, as ACLs are off. */
  destinationFor(name: string): CfnBucket.LoggingConfigurationProperty {
    const prefix = `${name}/`;
    this.bucket.addToResourcePolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        principals: [new ServicePrincipal('logging.s3.amazonaws.com')],
        actions: ['s3:PutObject'],
        resources: [this.bucket.arnForObjects(`${prefix}*`)],
        conditions: { StringEquals: { 'aws:SourceAccount': this.bucket.stack.account } },
      }),
    );
    return { destinationBucketName: this.bucket.bucketName, logFilePrefix: prefix };
  }
}
