import type { NativeAttributeValue } from '@aws-sdk/lib-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  type QueryCommandInput,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { type Item, itemBytes } from '../../lambdas/adapters/dynamo-registry/items.ts';
import type { ServiceMeter } from './service-meter.ts';

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html */
const READ_UNIT_BYTES = 4_096;
const WRITE_UNIT_BYTES = 1_024;
/** A transaction is prepared and then committed. */
const UNITS_IN_TRANSACTION = 2;

type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];
type Names = Readonly<Record<string, string>> | undefined;
type Values = Readonly<Record<string, NativeAttributeValue>> | undefined;

/**
 * A table for the registry's adapter that answers from memory and counts the units that DynamoDB would bill: strongly
 * consistent reads by 4 KB, writes in a transaction twice by 1 KB of the larger of what was and what is there, and each
 * write of an indexed item once more for GSI1. Nobody contends for it: a condition that fails ends the run.
 *
 * @param shared items that every partition has besides its own, by ascending sort key
 */
export function memoryTable(meter: ServiceMeter, shared: readonly Item[] = []): DynamoDBDocumentClient {
  const partitions = new Map<string, Map<string, Item>>();
  const itemsOf = (partition: string): Map<string, Item> => {
    const items = partitions.get(partition) ?? new Map<string, Item>();
    partitions.set(partition, items);
    return items;
  };
  const find = (key: Item) => partitions.get(key.PK)?.get(key.SK);

  function write({ Put, Update, ConditionCheck }: TransactItem): void {
    const asked = Put ?? Update ?? ConditionCheck;
    const key = (Put?.Item ?? Update?.Key ?? ConditionCheck?.Key) as Item;
    const before = find(key);
    const {
      ConditionExpression: condition,
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: values,
    } = asked ?? {};
    if (!holds(condition, before, names, values)) throw new Error(`${key.PK} ${key.SK}: ${condition} does not hold`);
    const after = Put?.Item ?? (Update ? { ...before, ...updated(Update.UpdateExpression, names, values) } : before);
    const [had, has] = [bytesOf(before), bytesOf(after)];
    meter.add('writeUnits', UNITS_IN_TRANSACTION * units(Math.max(had, has), WRITE_UNIT_BYTES));
    if (!after || ConditionCheck) return;
    const indexed = after.gsi1pk !== undefined;
    if (indexed) meter.add('writeUnits', units(has, WRITE_UNIT_BYTES));
    meter.stored.tableBytes += (has - had) * (indexed ? 2 : 1);
    itemsOf(key.PK).set(key.SK, after);
  }

  function query({ ExpressionAttributeValues: values = {}, ...input }: QueryCommandInput): { Items: Item[] } {
    if (input.KeyConditionExpression !== '#pk = :pk AND #sk BETWEEN :sk AND :upTo' || input.FilterExpression)
      throw new Error(`${input.KeyConditionExpression} is not part of this`);
    const own = [...(partitions.get(values[':pk'])?.values() ?? [])];
    const found = [...shared, ...own].filter(({ SK }) => SK >= values[':sk'] && SK <= values[':upTo']);
    found.sort((a, b) => (a.SK < b.SK ? -1 : 1));
    if (input.ScanIndexForward === false) found.reverse();
    const Items = found.slice(0, input.Limit);
    meter.add(
      'readUnits',
      units(
        Items.reduce((sum, item) => sum + bytesOf(item), 0),
        READ_UNIT_BYTES,
      ),
    );
    return { Items };
  }

  async function send(command: unknown): Promise<object> {
    meter.add('tableRequests');
    if (command instanceof GetCommand) {
      const found = find(command.input.Key as Item);
      meter.add('readUnits', units(bytesOf(found), READ_UNIT_BYTES));
      return { Item: found };
    }
    if (command instanceof QueryCommand) return query(command.input);
    if (!(command instanceof TransactWriteCommand)) throw new Error(`${command?.constructor.name} is not part of this`);
    for (const item of command.input.TransactItems ?? []) write(item);
    return {};
  }
  return { send } as unknown as DynamoDBDocumentClient;
}

const bytesOf = (item: Item | undefined): number => (item ? itemBytes(item) : 0);
/** What is not there costs one as well. */
const units = (bytes: number, each: number): number => Math.max(1, Math.ceil(bytes / each));

function holds(condition: string | undefined, item: Item | undefined, names: Names, values: Values): boolean {
  if (condition === undefined) return true;
  if (condition === 'attribute_not_exists(PK)') return item === undefined;
  if (condition === 'attribute_exists(PK)') return item !== undefined;
  const [, name = '', value = ''] = /^(#\w+) = (:\w+)$/.exec(condition) ?? [];
  const attribute = names?.[name];
  if (attribute === undefined) throw new Error(`${condition} is not part of this`);
  return item?.[attribute] === values?.[value];
}

function updated(expression: string | undefined, names: Names, values: Values): Item {
  const set = /^SET (.+)$/.exec(expression ?? '')?.[1];
  if (set === undefined) throw new Error(`${expression} is not part of this`);
  const pairs = set.split(', ').map((part) => part.split(' = '));
  return Object.fromEntries(pairs.map(([name = '', value = '']) => [names?.[name] ?? name, values?.[value]]));
}
