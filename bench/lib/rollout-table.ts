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
type Update = NonNullable<TransactItem['Update']>;
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
      else if (Update) store(updated(Update, find(Update.Key as Item)));
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
  const absent = /^attribute_not_exists\((\w+)\)$/.exec(condition)?.[1];
  if (absent !== undefined) return item?.[absent] === undefined;
  const [, name = '', value = ''] = /^(#\w+) = (:\w+)$/.exec(condition) ?? [];
  const attribute = names?.[name];
  if (attribute === undefined) throw new Error(`${condition} is not part of this`);
  return item?.[attribute] === values?.[value];
}

/** `SET #a = :a, #b = :b` or `ADD a :a, b :b`, of a key's item. */
function updated({ UpdateExpression: expression = '', ...input }: Update, before: Item | undefined): Item {
  const [, verb, rest = ''] = /^(SET|ADD) (.+)$/.exec(expression) ?? [];
  if (!verb) throw new Error(`${expression} is not part of this`);
  const item: Item = { ...before, ...input.Key };
  for (const part of rest.split(', ')) {
    const [name = '', value = ''] = part.split(verb === 'SET' ? ' = ' : ' ');
    const attribute = input.ExpressionAttributeNames?.[name] ?? name;
    const given = input.ExpressionAttributeValues?.[value];
    item[attribute] = verb === 'SET' ? given : (item[attribute] ?? 0) + given;
  }
  return item;
}
