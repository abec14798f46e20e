import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Registry } from '../../domain/registry/ports.ts';
import { batchMethods } from './dynamo-registry/batches.ts';
import { claimMethods, cursorMethods, parkingMethods } from './dynamo-registry/bookkeeping.ts';
import { budgetMethods } from './dynamo-registry/budgets.ts';
import { datasetMethods } from './dynamo-registry/datasets.ts';
import { auditMethods, decisionMethods, windowMethods } from './dynamo-registry/decisions.ts';
import { modelMethods } from './dynamo-registry/models.ts';
import { pointerMethods } from './dynamo-registry/pointers.ts';
import { rolloutMethods } from './dynamo-registry/rollouts.ts';
import { runMethods } from './dynamo-registry/runs.ts';
import { versionMethods } from './dynamo-registry/versions.ts';

/** The registry in one DynamoDB table; docs/architecture.md has its items. */
export function dynamoRegistry(client: DynamoDBDocumentClient, tableName: string): Registry {
  const table = { client, name: tableName };
  return {
    ...modelMethods(table),
    ...claimMethods(table),
    ...cursorMethods(table),
    ...datasetMethods(table),
    ...runMethods(table),
    ...versionMethods(table),
    ...pointerMethods(table),
    ...rolloutMethods(table),
    ...batchMethods(table),
    ...parkingMethods(table),
    ...budgetMethods(table),
    ...decisionMethods(table),
    ...windowMethods(table),
    ...auditMethods(table),
  };
}
