import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type { Item } from '../../lambdas/adapters/dynamo-registry/items.ts';

type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];
type Asked = NonNullable<TransactItem['Put'] | TransactItem['Update'] | TransactItem['ConditionCheck']>;

/** A table in memory for the registry's adapter, as far as rollouts use it, with its conditions; and what a router calls. */
export function rolloutTable() {
  const partitions = new Map<string, Map<string, Item>>();
  const find = (key: Item) => partitions.get(key.PK)?.get(key.SK);
  const store = (item: Item) => {
    const items = partitions.get(item.PK) ?? new Map<string, Item>();
    partitions.set(item.PK, items.set(item.SK, item));
  };

  function transact(items: readonly TransactItem[]): void {
    const keyOf = ({ Put, Update, ConditionCheck }: TransactItem) =>
      (Put?.Item ?? (Update ?? ConditionCheck)?.Key) as Item;
    const met = items.map((item) =>
      holds((item.Put ?? item.Update ?? item.ConditionCheck) as Asked, find(keyOf(item))),
    );
    if (met.includes(false)) {
      const CancellationReasons = met.map((ok) => ({ Code: ok ? 'None' : 'ConditionalCheckFailed' }));
      throw Object.assign(new Error('cancelled'), { name: 'TransactionCanceledException', CancellationReasons });
    }
    for (const { Put, Update } of items) {
      if (Put) store(Put.Item as Item);
      else if (Update) store({ ...find(Update.Key as Item), ...set(Update), ...Update.Key });
    }
  }

  function query(input: QueryCommandInput): { Items: Item[] } {
    const { ExpressionAttributeValues: values = {}, ExpressionAttributeNames: names = {} } = input;
    const matches = KEY_CONDITIONS[input.KeyConditionExpression as string];
    if (!matches || input.IndexName) throw new Error(`${input.KeyConditionExpression} is not part of this`);
    const Items = [...(partitions.get(values[':pk'])?.values() ?? [])]
      .filter((item) => matches(item.SK, values))
      .filter((item) => !input.FilterExpression || item[names['#where'] as string] === values[':where'])
      .sort((a, b) => (a.SK < b.SK ? -1 : 1));
    if (input.ScanIndexForward === false) Items.reverse();
    return { Items: Items.slice(0, input.Limit) };
  }

  async function send(command: unknown): Promise<object> {
    if (command instanceof GetCommand) return { Item: find(command.input.Key as Item) };
    if (command instanceof QueryCommand) return query(command.input);
    if (command instanceof TransactWriteCommand) transact(command.input.TransactItems ?? []);
    else if (command instanceof PutCommand) store(command.input.Item as Item);
    else if (command instanceof DeleteCommand) partitions.get(command.input.Key?.PK)?.delete(command.input.Key?.SK);
    else throw new Error(`${command?.constructor.name} is not part of this`);
    return {};
  }

  return {
    client: { send } as unknown as DynamoDBDocumentClient,
    find,
    /** What an UpdateItem with ADD and SET does. */
    add(key: { PK: string; SK: string }, numbers: Readonly<Record<string, number>>, fields: object): void {
      const item: Item = { ...find(key), ...fields, ...key };
      for (const [name, number] of Object.entries(numbers)) item[name] = (item[name] ?? 0) + number;
      store(item);
    },
  };
}

const KEY_CONDITIONS: Record<string, (sortKey: string, values: Item) => boolean> = {
  '#pk = :pk': () => true,
  '#pk = :pk AND begins_with(#sk, :sk)': (sortKey, values) => sortKey.startsWith(values[':sk']),
  '#pk = :pk AND #sk BETWEEN :sk AND :upTo': (sortKey, values) =>
    sortKey >= values[':sk'] && sortKey <= values[':upTo'],
};

function holds(asked: Asked, item: Item | undefined): boolean {
  const { ConditionExpression: condition, ExpressionAttributeNames: names, ExpressionAttributeValues: values } = asked;
  if (condition === undefined) return true;
  if (condition === 'attribute_not_exists(PK)') return item === undefined;
  if (condition === 'attribute_exists(PK)') return item !== undefined;
  const [, name = '', value = ''] = /^(#\w+) = (:\w+)$/.exec(condition) ?? [];
  const attribute = names?.[name];
  if (attribute === undefined) throw new Error(`${condition} is not part of this`);
  return item?.[attribute] === values?.[value];
}

function set({ UpdateExpression: expression, ...input }: NonNullable<TransactItem['Update']>): Item {
  const pairs = /^SET (.+)$/.exec(expression ?? '')?.[1]?.split(', ') ?? [];
  if (pairs.length === 0) throw new Error(`${expression} is not part of this`);
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name = '', value = ''] = pair.split(' = ');
      return [input.ExpressionAttributeNames?.[name] ?? name, input.ExpressionAttributeValues?.[value]];
    }),
  );
}
