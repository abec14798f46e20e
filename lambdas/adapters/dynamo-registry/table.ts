import {
  BatchGetCommand,
  type BatchGetCommandInput,
  type DynamoDBDocumentClient,
  GetCommand,
  type NativeAttributeValue,
  QueryCommand,
  type QueryCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { UnavailableError } from '../../../domain/common-errors.ts';
import type { Key } from '../../../domain/registry/keys.ts';
import type { Item } from './items.ts';

export interface RegistryTable {
  readonly client: DynamoDBDocumentClient;
  readonly name: string;
}

const TEMPORARY: ReadonlySet<string> = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
  'InternalServerError',
  'TransactionInProgressException',
  'TimeoutError',
]);

/** Runs a call; what the client has already retried without luck becomes UnavailableError. */
export async function reach<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    if (!(cause instanceof Error && TEMPORARY.has(cause.name))) throw cause;
    throw new UnavailableError(`the registry table does not answer: ${cause.message}`, { cause });
  }
}

export const isConditionFailure = (error: unknown): boolean =>
  error instanceof Error && error.name === 'ConditionalCheckFailedException';

/** Strongly consistent. */
export async function getItem(table: RegistryTable, key: Key): Promise<Item | undefined> {
  const command = new GetCommand({ TableName: table.name, Key: { ...key }, ConsistentRead: true });
  return (await reach(() => table.client.send(command))).Item;
}

/** What one BatchGetItem takes. */
const BATCH_KEYS = 100;

/**
 * Items of any number of keys in their order, strongly consistent; undefined where there is none.
 * @throws UnavailableError if the table hands out nothing more of a batch
 */
export async function getItems(table: RegistryTable, keys: readonly Key[]): Promise<(Item | undefined)[]> {
  const id = ({ PK, SK }: { PK?: unknown; SK?: unknown }): string => JSON.stringify([PK, SK]);
  const found = new Map<string, Item>();
  const wanted = [...new Map(keys.map((key) => [id(key), { ...key }])).values()];
  for (let start = 0; start < wanted.length; start += BATCH_KEYS) {
    let open: BatchGetCommandInput['RequestItems'] = {
      [table.name]: { Keys: wanted.slice(start, start + BATCH_KEYS), ConsistentRead: true },
    };
    while (open && Object.keys(open).length > 0) {
      const command: BatchGetCommand = new BatchGetCommand({ RequestItems: open });
      const { Responses = {}, UnprocessedKeys } = await reach(() => table.client.send(command));
      const items = Responses[table.name] ?? [];
      const more = Object.keys(UnprocessedKeys ?? {}).length > 0;
      if (items.length === 0 && more) throw new UnavailableError('the registry table hands out no more of a batch');
      for (const item of items) found.set(id(item), item);
      open = UnprocessedKeys;
    }
  }
  return keys.map((key) => found.get(id(key)));
}

export interface ItemQuery {
  readonly partition: string;
  /** The sort key begins with this. */
  readonly prefix?: string;
  /** The sort key is above this. */
  readonly after?: string;
  /** The sort key is at most this; with `prefix`, of those that begin so. */
  readonly upTo?: string;
  /** Reads the index instead of the table, eventually consistent. */
  readonly index?: 'GSI1';
  readonly newestFirst?: boolean;
  readonly limit?: number;
  /** Only items with this attribute value. */
  readonly where?: { readonly attribute: string; readonly value: NativeAttributeValue };
}

/** All pages up to the limit. Strongly consistent unless an index is named. */
export async function queryItems(table: RegistryTable, query: ItemQuery): Promise<Item[]> {
  const { limit = Number.POSITIVE_INFINITY } = query;
  const items: Item[] = [];
  let start: QueryCommandInput['ExclusiveStartKey'];
  do {
    const wanted = limit - items.length;
    // a filter is applied after the limit, so that pages of a filtered query are read whole
    const page = Number.isFinite(wanted) && !query.where ? { Limit: wanted } : {};
    const command = new QueryCommand({
      ...expressions(query),
      ...page,
      TableName: table.name,
      ExclusiveStartKey: start,
    });
    const { Items = [], LastEvaluatedKey } = await reach(() => table.client.send(command));
    items.push(...Items.slice(0, wanted));
    start = LastEvaluatedKey;
  } while (start && items.length < limit);
  return items;
}

function expressions({ partition, prefix, after, upTo, index, newestFirst, where }: ItemQuery) {
  const [sortCondition, sortValue] =
    prefix !== undefined
      ? [upTo === undefined ? ' AND begins_with(#sk, :sk)' : ' AND #sk BETWEEN :sk AND :upTo', prefix]
      : after !== undefined
        ? [' AND #sk > :sk', after]
        : [' AND #sk <= :sk', upTo];
  const sorted = sortValue !== undefined;
  return {
    ...(index ? { IndexName: index } : { ConsistentRead: true }),
    KeyConditionExpression: `#pk = :pk${sorted ? sortCondition : ''}`,
    ExpressionAttributeNames: {
      '#pk': index ? 'gsi1pk' : 'PK',
      ...(sorted ? { '#sk': index ? 'gsi1sk' : 'SK' } : {}),
      ...(where ? { '#where': where.attribute } : {}),
    },
    ExpressionAttributeValues: {
      ':pk': partition,
      ...(prefix !== undefined && upTo !== undefined ? { ':upTo': upTo } : {}),
      ...(sorted ? { ':sk': sortValue } : {}),
      ...(where ? { ':where': where.value } : {}),
    },
    ...(where ? { FilterExpression: '#where = :where' } : {}),
    ScanIndexForward: !newestFirst,
  };
}
