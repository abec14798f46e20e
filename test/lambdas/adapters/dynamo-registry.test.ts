import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, it } from 'vitest';
import { keys } from '../../../domain/registry/keys.ts';
import { dynamoRegistry } from '../../../lambdas/adapters/dynamo-registry.ts';
import { type LocalDynamoDb, startLocalDynamoDb } from '../../fixtures/local-dynamodb.ts';
import { checkRegistry } from '../../fixtures/registry-commands.ts';
import { describeRegistry } from '../../fixtures/registry-contract.ts';

let dynamo: LocalDynamoDb;
// the first run on a machine makes the Python environment
beforeAll(async () => {
  dynamo = await startLocalDynamoDb();
}, 300_000);
afterAll(() => dynamo?.stop(), 60_000);

describeRegistry('the registry in DynamoDB', async () => {
  const table = await dynamo.createTable();
  return {
    registry: dynamoRegistry(dynamo.client, table),
    async countRequests(model, rolloutId, { version, requests, errors, latencyMsSum }) {
      await dynamo.client.send(
        new UpdateCommand({
          TableName: table,
          Key: { ...keys.counts(model, rolloutId, version) },
          UpdateExpression: 'ADD requests :requests, errors :errors, latencyMsSum :ms SET version = :version',
          ExpressionAttributeValues: {
            ':requests': requests,
            ':errors': errors,
            ':ms': latencyMsSum,
            ':version': version,
          },
        }),
      );
    },
  };
});

it('the registry in DynamoDB keeps its promises under any sequence of commands', async () => {
  const make = async () => dynamoRegistry(dynamo.client, await dynamo.createTable());
  await checkRegistry(make, { runs: 6, commands: 20 });
}, 60_000);
