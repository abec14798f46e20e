import { GetCommand, QueryCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { memoryTable } from '../../bench/lib/memory-table.ts';
import { ServiceMeter } from '../../bench/lib/service-meter.ts';
import { runTicks, type TickResult } from '../../bench/lib/tick-task.ts';
import { itemBytes } from '../../lambdas/adapters/dynamo-registry/items.ts';

const TableName = 'registry';
const key = { PK: 'p', SK: 's' };
const itemOf = (bytes: number, more: object = {}) => {
  const empty = { ...key, ...more, text: '' };
  return { ...empty, text: 'x'.repeat(bytes - itemBytes(empty)) };
};

describe('the table in memory', () => {
  const put = (Item: object) =>
    new TransactWriteCommand({ TransactItems: [{ Put: { TableName, Item: { ...Item } } }] });
  const sizes = [
    { bytes: 1_024, read: 1, written: 2 },
    { bytes: 1_025, read: 1, written: 4 },
    { bytes: 4_096, read: 1, written: 8 },
    { bytes: 4_097, read: 2, written: 10 },
  ];
  for (const { bytes, read, written } of sizes) {
    it(`bills an item of ${bytes} bytes as ${read} read and ${written} written in a transaction`, async () => {
      const meter = new ServiceMeter();
      const table = memoryTable(meter);
      await table.send(put(itemOf(bytes)));
      expect(meter.take()).toMatchObject({ writeUnits: written, readUnits: 0, tableRequests: 1 });
      expect(meter.stored.tableBytes).toBe(bytes);
      await table.send(new GetCommand({ TableName, Key: key }));
      expect(meter.take()).toMatchObject({ writeUnits: 0, readUnits: read, tableRequests: 1 });
    });
  }

  it('bills the larger of what was and what is there, and an indexed item once more', async () => {
    const meter = new ServiceMeter();
    const table = memoryTable(meter);
    await table.send(put(itemOf(2_000, { gsi1pk: 'g', gsi1sk: 'g' })));
    expect(meter.take().writeUnits).toBe(4 + 2);
    await table.send(put(itemOf(500, { gsi1pk: 'g', gsi1sk: 'g' })));
    expect(meter.take().writeUnits).toBe(4 + 1);
    expect(meter.stored.tableBytes).toBe(2 * 500);
  });

  it('bills a query by the sum of its items', async () => {
    const meter = new ServiceMeter();
    const items = [1, 2, 3].map((n) => ({ ...itemOf(1_500), SK: String(n) }));
    const input = {
      TableName,
      KeyConditionExpression: '#pk = :pk AND #sk BETWEEN :sk AND :upTo',
      ExpressionAttributeValues: { ':pk': 'p', ':sk': '1', ':upTo': '3' },
      ScanIndexForward: false,
    };
    const table = memoryTable(meter, items);
    const found = async (Limit?: number) =>
      (await table.send(new QueryCommand({ ...input, Limit }))).Items?.map(({ SK }) => SK);
    expect(await found()).toEqual(['3', '2', '1']);
    expect(meter.take().readUnits).toBe(2);
    expect(await found(2)).toEqual(['3', '2']);
    expect(meter.take().readUnits).toBe(1);
  });

  it('ends on what it cannot do, and on a condition that fails', async () => {
    const table = memoryTable(new ServiceMeter());
    await expect(table.send({} as GetCommand)).rejects.toThrow('is not part of this');
    const absent = { TableName, Item: { ...key }, ConditionExpression: 'attribute_exists(PK)' };
    const command = new TransactWriteCommand({ TransactItems: [{ Put: absent }] });
    await expect(table.send(command)).rejects.toThrow('attribute_exists(PK) does not hold');
  });
});

describe('what a tick costs', () => {
  const none = { s3List: 0, s3Put: 0, s3Get: 0, s3Head: 0, s3Delete: 0, tableRequests: 0, sqs: 0, events: 0 };
  let ticks: TickResult;
  beforeAll(async () => {
    ticks = await runTicks({ models: 3, withTraffic: 2, lines: 200, history: 120 });
  }, 60_000);

  it('is one listing without traffic, and while windows are open', () => {
    for (const { bill } of [ticks.idle, ticks.open]) expect(bill).toMatchObject({ ...none, s3List: 1 });
  });

  it('is three reads and a message for a model whose window is closed', () => {
    expect(ticks.closed.bill).toMatchObject({ ...none, s3List: 1, tableRequests: 6, sqs: 2 });
  });

  it('is as much for a window however many there were before it', () => {
    const { bill } = ticks.monitored;
    expect(bill).toMatchObject({ s3List: 2, s3Put: 6, s3Get: 4, s3Head: 2, s3Delete: 2, tableRequests: 24, sqs: 4 });
    expect(bill.readUnits / 2).toBeLessThanOrEqual(16);
    expect(bill.writeUnits / 2).toBeLessThanOrEqual(34);
    expect(ticks.statuses).toEqual({ ok: 2 });
  });
});
