import { Aws, RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  type ITable,
  ProjectionType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import { EventBus, type IEventBus } from 'aws-cdk-lib/aws-events';
import { Effect, type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { allow } from './allow.ts';

export interface ModelRegistryProps {
  readonly removalPolicy: RemovalPolicy;
  /** @default AWS owned key */
  readonly encryptionKey?: IKey;
}

const INDEX = 'GSI1';
const READ = ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'];

/** The source of truth: one table, and the bus that says what changed in it. */
export class ModelRegistry extends Construct {
  readonly table: ITable;
  readonly eventBus: IEventBus;
  private readonly encryptionKey: IKey | undefined;

  constructor(scope: Construct, id: string, props: ModelRegistryProps) {
    super(scope, id);
    this.encryptionKey = props.encryptionKey;
    const table = new Table(this, 'Table', {
      partitionKey: { name: 'PK', type: AttributeType.STRING },
      sortKey: { name: 'SK', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: 'ttl',
      deletionProtection: props.removalPolicy !== RemovalPolicy.DESTROY,
      removalPolicy: props.removalPolicy,
      ...(props.encryptionKey
        ? { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey: props.encryptionKey }
        : {}),
    });
    table.addGlobalSecondaryIndex({
      indexName: INDEX,
      partitionKey: { name: 'gsi1pk', type: AttributeType.STRING },
      sortKey: { name: 'gsi1sk', type: AttributeType.STRING },
      projectionType: ProjectionType.ALL,
    });
    this.table = table;
    this.eventBus = new EventBus(this, 'Events', { description: 'What Millrace did: data, training, rollout, drift' });
  }

  /** Read any item; no scan. */
  grantRead(grantee: IGrantable): void {
    this.grant(grantee, READ, [this.table.tableArn, `${this.table.tableArn}/index/${INDEX}`]);
  }

  /** Read, and write by conditional and transactional writes; no scan, no batch write, and no change to the audit trail. */
  grantReadWrite(grantee: IGrantable): void {
    this.grantRead(grantee);
    this.grant(grantee, [
      'dynamodb:PutItem',
      'dynamodb:UpdateItem',
      'dynamodb:DeleteItem',
      'dynamodb:ConditionCheckItem',
    ]);
    this.denyChangingAudit(grantee);
  }

  /** What a router needs: single items, and counting requests. */
  grantRoute(grantee: IGrantable): void {
    this.grant(grantee, ['dynamodb:GetItem', 'dynamodb:UpdateItem']);
    this.denyChangingAudit(grantee);
  }

  /** Read, and count labels; no put, no delete. */
  grantCountLabels(grantee: IGrantable): void {
    this.grantRead(grantee);
    this.grantCount(grantee);
  }

  /** Counting requests alone. */
  grantCount(grantee: IGrantable): void {
    this.grant(grantee, ['dynamodb:UpdateItem']);
    this.denyChangingAudit(grantee);
  }

  grantPublish(grantee: IGrantable): void {
    allow(grantee, { actions: ['events:PutEvents'], resources: [this.eventBus.eventBusArn] });
  }

  private grant(grantee: IGrantable, actions: readonly string[], resources = [this.table.tableArn]): void {
    allow(grantee, { actions, resources });
    if (this.encryptionKey) {
      allow(grantee, { actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [this.encryptionKey.keyArn] });
    }
  }

  /** IAM tells no first put from an overwriting one; that the registry puts with `attribute_not_exists` covers the rest. */
  private denyChangingAudit(grantee: IGrantable): void {
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        effect: Effect.DENY,
        actions: ['dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
        resources: [this.table.tableArn],
        conditions: { 'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': ['W#*#AUD#*'] } },
      }),
    );
  }
}

/** Where the platform's own resources live, for ARNs of what is made at run time. */
export const arnHere = (service: string, resource: string): string =>
  `arn:${Aws.PARTITION}:${service}:${Aws.REGION}:${Aws.ACCOUNT_ID}:${resource}`;
