import { afterAll, beforeAll, it } from 'vitest';
import { keys } from '../../../domain/registry/keys.ts';
import { dynamoRegistry } from '../../../lambdas/adapters/dynamo-registry.ts';
import { addCountsTo } from '../../fixtures/add-counts.ts';
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
    countRequests: (model, rolloutId, counts) =>
      addCountsTo(dynamo.client, table, keys.counts(model, rolloutId, counts.version, counts.rev), counts),
  };
});

it('the registry in DynamoDB keeps its promises under any sequence of commands', async () => {
  const make = async () => dynamoRegistry(dynamo.client, await dynamo.createTable());
  await checkRegistry(make, { runs: 6, commands: 20 });
}, 60_000);
