import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { keys } from '../../../domain/registry/keys.ts';
import { dynamoRegistry } from '../../../lambdas/adapters/dynamo-registry.ts';
import { judgedRequests } from '../../../lambdas/adapters/judged-requests.ts';
import { awsCalls } from '../../../lambdas/infer/aws.ts';
import { addCountsTo } from '../../fixtures/add-counts.ts';
import { someRequestCounts } from '../../fixtures/counts.ts';
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

it('labels of a request are counted once, and corrected, beside what the router counted', async () => {
  const table = await dynamo.createTable();
  const judged = judgedRequests(dynamo.client, table);
  const fields = { rolloutId: 'churn-v2-r1', version: 2, rev: 4, predictions: '[0,1]', type: 'judged' };
  await dynamo.client.send(new PutCommand({ TableName: table, Item: { ...keys.judged('churn', 'i'), ...fields } }));
  const label = (row: number, text: string, atMs: number) =>
    judged.label('churn', 'i', [{ row, label: text, atMs }], ['no', 'yes']);
  const losses = async () =>
    (await dynamoRegistry(dynamo.client, table).requestCounts('churn', 'churn-v2-r1'))[0]?.losses;

  // before the router has counted the request there is nothing to add to
  await label(0, 'yes', 1);
  expect(await losses()).toBeUndefined();
  const counts = someRequestCounts(2, 4, { requests: 1 });
  await addCountsTo(dynamo.client, table, keys.counts('churn', 'churn-v2-r1', 2, 4), counts);
  await Promise.all([label(0, 'yes', 1), label(0, 'yes', 1), label(1, 'yes', 1)]);
  const [right, half, wrong] = [0, 5, 10].map((bin) => counts.losses.map((_, i) => (i === bin ? 1 : 0)));
  expect(await losses()).toEqual(half);
  await label(0, 'no', 2);
  expect(await losses()).toEqual(right);
  await label(0, 'yes', 1);
  await label(1, 'no', 3);
  await label(0, 'yes', 4);
  expect(await losses()).toEqual(wrong);
  await judged.label('churn', 'of no rollout', [{ row: 0, label: 'no', atMs: 1 }], ['no', 'yes']);
});

it('adds up what a shadow answered beside the champion as the function of its queue writes it', async () => {
  const table = await dynamo.createTable();
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const aws = awsCalls({ region: 'us-east-1', credentials, endpointUrl: dynamo.endpoint, fetch });
  const key = keys.counts('churn', 'churn-v2-r1', 2, 4);
  const counted = { version: 2, rev: 4, errors: 0, latencyMs: 12.5, bins: ['l3'] } as const;
  await aws.addCounts(table, key, { ...counted, sums: { cq: 1, cn: 3, cd: 1, cs: 0, cm: 0.25, d7: 1 } });
  await aws.addCounts(table, key, { ...counted, sums: { cq: 1, cn: 1, cd: 0, cs: 0, cm: 1e-7, d1: 1 } });
  const [seen] = await dynamoRegistry(dynamo.client, table).requestCounts('churn', 'churn-v2-r1');
  expect(seen).toMatchObject({ version: 2, rev: 4, requests: 2, errors: 0, latencyMsSum: 25 });
  expect(seen?.compared).toEqual({
    requests: 2,
    rows: 4,
    disagreeing: 1,
    sampled: 0,
    differenceSum: expect.closeTo(0.2500001, 9),
    differences: [0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0],
  });
});
