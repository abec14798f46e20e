import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { describe, expect, it } from 'vitest';
import { aStack, aTemplate, list, resourcesOf, type Statement } from './platform.ts';

const template = aTemplate();
const buckets = resourcesOf(template, 'AWS::S3::Bucket');
const queues = resourcesOf(template, 'AWS::SQS::Queue');

describe('what holds data', () => {
  // a changed id means that CloudFormation makes a new, empty resource
  const PINNED = {
    'AWS::S3::Bucket': [
      'MillraceCaptureCapturedBucket5B192161',
      'MillraceDataAccessLogsBucket108D2EBE',
      'MillraceDataLakeBucket214EE72B',
      'MillraceDataLandingBucketCFE6584A',
    ],
    'AWS::DynamoDB::Table': ['MillraceRegistryTableC23D253A'],
  };
  for (const [type, ids] of Object.entries(PINNED)) {
    it(`keeps its logical ids: ${type}`, () => {
      expect(
        resourcesOf(template, type)
          .map(([id]) => id)
          .sort(),
      ).toEqual(ids);
    });
    it(`stays when the stack goes: ${type}`, () => {
      template.allResources(type, { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    });
  }

  it('goes with the stack when that was asked for', () => {
    const disposable = aTemplate({ removalPolicy: RemovalPolicy.DESTROY });
    disposable.allResources('AWS::S3::Bucket', { DeletionPolicy: 'Delete' });
    disposable.hasResource('AWS::DynamoDB::Table', {
      DeletionPolicy: 'Delete',
      Properties: { DeletionProtectionEnabled: false },
    });
  });
});

describe('every bucket', () => {
  for (const [id, { Properties }] of buckets) {
    it(`${id} is closed to the public and to ACLs`, () => {
      expect(Properties.PublicAccessBlockConfiguration).toEqual({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      });
      expect(Properties.OwnershipControls.Rules).toEqual([{ ObjectOwnership: 'BucketOwnerEnforced' }]);
      expect(Properties.AccessControl).toBeUndefined();
    });

    it(`${id} is encrypted, has a generated name and ends unfinished uploads`, () => {
      const [rule] = Properties.BucketEncryption.ServerSideEncryptionConfiguration;
      expect(rule.ServerSideEncryptionByDefault.SSEAlgorithm).toBe('AES256');
      expect(Properties.BucketName).toBeUndefined();
      expect(Properties.LifecycleConfiguration.Rules).toContainEqual(
        expect.objectContaining({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } }),
      );
    });

    it(`${id} refuses what is not TLS`, () => {
      const statements = resourcesOf(template, 'AWS::S3::BucketPolicy')
        .filter(([, policy]) => policy.Properties.Bucket.Ref === id)
        .flatMap(([, policy]) => policy.Properties.PolicyDocument.Statement as Statement[]);
      const insecure = statements.filter(({ Effect }) => Effect === 'Deny').map(({ Condition }) => Condition);
      expect(insecure).toContainEqual({ Bool: { 'aws:SecureTransport': 'false' } });
    });

    if (id.includes('AccessLogs')) continue;
    it(`${id} keeps replaced objects for 30 days and logs who reads it`, () => {
      expect(Properties.VersioningConfiguration).toEqual({ Status: 'Enabled' });
      expect(Properties.LifecycleConfiguration.Rules).toContainEqual(
        expect.objectContaining({ NoncurrentVersionExpiration: { NoncurrentDays: 30 } }),
      );
      expect(Properties.LoggingConfiguration.DestinationBucketName).toEqual({
        Ref: 'MillraceDataAccessLogsBucket108D2EBE',
      });
    });
  }

  it('tells EventBridge of new objects where something waits for them', () => {
    const telling = buckets.filter(([, { Properties }]) => Properties.NotificationConfiguration);
    expect(telling.map(([id]) => id).sort()).toEqual([
      'MillraceCaptureCapturedBucket5B192161',
      'MillraceDataLandingBucketCFE6584A',
    ]);
  });
});

describe('old data', () => {
  const expiry = (bucket: string, wanted: Template = template) =>
    resourcesOf(wanted, 'AWS::S3::Bucket')
      .filter(([id]) => id.includes(bucket))
      .flatMap(([, { Properties }]) => Properties.LifecycleConfiguration.Rules)
      .filter((rule) => rule.ExpirationInDays !== undefined)
      .map((rule) => [rule.Prefix ?? '', rule.ExpirationInDays]);

  const captured = (lines: number, labels: number, records: number) => [
    ...['raw/', 'windows/', 'dirty/', 'errors/'].map((prefix) => [prefix, lines]),
    ['indexes/', labels],
    ['records/', records],
  ];

  it('goes: uploads after a year, captured predictions after 400 days', () => {
    expect(expiry('Landing')).toEqual([['', 365]]);
    expect(expiry('Captured')).toEqual(captured(400, 120, 400));
  });
  it('of the lake goes only where runs left working files and what was answered later or in batches: artifacts stay', () => {
    expect(expiry('DataLake')).toEqual([
      ['runs/', 90],
      ['async/', 7],
      ['batches/', 400],
    ]);
    expect(expiry('DataLake', aTemplate({ asyncRetention: Duration.days(1) }))).toContainEqual(['async/', 1]);
    expect(() => aTemplate({ asyncRetention: Duration.hours(23) })).toThrow(
      'asyncRetention must be at least 1 day, got 23 hours',
    );
  });
  it('of the lake goes nowhere else by being replaced: the registry names artifacts by version', () => {
    const replaced = buckets
      .filter(([id]) => id.includes('DataLake'))
      .flatMap(([, { Properties }]) => Properties.LifecycleConfiguration.Rules)
      .filter((rule) => rule.NoncurrentVersionExpiration !== undefined);
    expect(replaced.map((rule) => [rule.Prefix, rule.NoncurrentVersionExpiration.NoncurrentDays])).toEqual([
      ['runs/', 30],
      ['async/', 1],
      // as long as the results themselves
      ['batches/', 400],
    ]);
  });
  it('goes when the deployer says so', () => {
    const wanted = aTemplate({ uploadRetention: Duration.days(7), captureRetention: Duration.days(30) });
    expect(expiry('Landing', wanted)).toEqual([['', 7]]);
    expect(expiry('Captured', wanted)).toEqual(captured(30, 120, 400));
    const longer = aTemplate({ labelRetention: Duration.days(200), monitoringRetention: Duration.days(800) });
    expect(expiry('Captured', longer)).toEqual(captured(400, 200, 800));
  });
});

describe('the registry table', () => {
  it('is paid by use, can be set back in time and cannot be deleted', () => {
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
      TableName: Match.absent(),
      GlobalSecondaryIndexes: [
        {
          IndexName: 'GSI1',
          KeySchema: [
            { AttributeName: 'gsi1pk', KeyType: 'HASH' },
            { AttributeName: 'gsi1sk', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    });
  });
});

describe('every queue', () => {
  const redriven = new Set(
    queues.map(([, { Properties }]) => Properties.RedrivePolicy?.deadLetterTargetArn['Fn::GetAtt'][0]),
  );

  it('has a dead-letter queue, or is one', () => {
    for (const [id, { Properties }] of queues) {
      const isDeadLetter = redriven.has(id) || id.startsWith('MillraceUndelivered');
      expect(isDeadLetter !== (Properties.RedrivePolicy !== undefined), id).toBe(true);
      if (isDeadLetter) expect(Properties.MessageRetentionPeriod, id).toBe(14 * 86_400);
    }
  });

  it('is encrypted and refuses what is not TLS', () => {
    for (const [id, { Properties }] of queues) {
      expect(Properties.SqsManagedSseEnabled, id).toBe(true);
      const statements = resourcesOf(template, 'AWS::SQS::QueuePolicy')
        .filter(([, policy]) => policy.Properties.Queues.some((queue: { Ref: string }) => queue.Ref === id))
        .flatMap(([, policy]) => policy.Properties.PolicyDocument.Statement as Statement[]);
      expect(
        statements.map(({ Effect, Condition }) => ({ Effect, Condition })),
        id,
      ).toContainEqual({
        Effect: 'Deny',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      });
    }
  });

  it('hides a message six times as long as its function may run, and reports each failed message', () => {
    const mappings = resourcesOf(template, 'AWS::Lambda::EventSourceMapping');
    expect(mappings).toHaveLength(5);
    for (const [id, { Properties }] of mappings) {
      const queue = queues.find(([queueId]) => queueId === Properties.EventSourceArn['Fn::GetAtt'][0])?.[1];
      const worker = template.findResources('AWS::Lambda::Function')[Properties.FunctionName.Ref];
      expect(queue?.Properties.VisibilityTimeout, id).toBeGreaterThanOrEqual(6 * worker?.Properties.Timeout);
      expect(Properties.FunctionResponseTypes, id).toEqual(['ReportBatchItemFailures']);
      expect(Properties.ScalingConfig.MaximumConcurrency, id).toBeGreaterThanOrEqual(2);
    }
  });

  it('takes messages from EventBridge only for its own rules', () => {
    for (const [id, policy] of resourcesOf(template, 'AWS::SQS::QueuePolicy')) {
      for (const statement of policy.Properties.PolicyDocument.Statement as (Statement & { Principal: unknown })[]) {
        if (JSON.stringify(statement.Principal).includes('events.amazonaws.com')) {
          expect(JSON.stringify(statement.Condition), id).toContain('aws:SourceArn');
        }
      }
    }
  });
});

describe('a key of the customer', () => {
  const stack = aStack({
    encryptionKey: Key.fromKeyArn(
      new Stack(),
      'Key',
      'arn:aws:kms:us-east-1:111122223333:key/12345678-1234-1234-1234-123456789012',
    ),
  });
  const encrypted = Template.fromStack(stack);

  it('encrypts uploads, lake, captured predictions, the table and the stream', () => {
    for (const [id, { Properties }] of resourcesOf(encrypted, 'AWS::S3::Bucket')) {
      const [rule] = Properties.BucketEncryption.ServerSideEncryptionConfiguration;
      // S3 cannot deliver access logs into a bucket with a key of the customer's own
      expect(rule.ServerSideEncryptionByDefault.SSEAlgorithm).toBe(id.includes('AccessLogs') ? 'AES256' : 'aws:kms');
    }
    encrypted.hasResourceProperties('AWS::DynamoDB::Table', { SSESpecification: { SSEType: 'KMS' } });
    encrypted.hasResourceProperties('AWS::KinesisFirehose::DeliveryStream', {
      DeliveryStreamEncryptionConfigurationInput: { KeyType: 'CUSTOMER_MANAGED_CMK' },
    });
  });

  it('may be used by whoever may read or write what it encrypts', () => {
    const policies = resourcesOf(encrypted, 'AWS::IAM::Policy');
    for (const [id, { Properties }] of policies) {
      const statements = Properties.PolicyDocument.Statement as Statement[];
      const actions = statements.flatMap(({ Action }) => list(Action));
      if (actions.some((action) => /^(s3:GetObject|dynamodb:GetItem)$/.test(action)))
        expect(actions, id).toContain('kms:Decrypt');
      if (actions.includes('s3:PutObject')) expect(actions, id).toContain('kms:GenerateDataKey');
    }
  });
});
