import type { NativeAttributeValue } from '@aws-sdk/lib-dynamodb';
import type * as z from 'zod';
import { canonicalJson } from '../../../domain/canonical-json.ts';
import { RecordTooLargeError } from '../../../domain/registry/errors.ts';
import type { Key } from '../../../domain/registry/keys.ts';

export type Item = Record<string, NativeAttributeValue>;

/** DynamoDB's limit for an item, names and values together. */
const MAX_ITEM_BYTES = 400 * 1024;

/**
 * Stored as JSON text: DynamoDB numbers span 1e-130 to 1e126 and its client refuses integers above 2^53, but a p-value is
 * smaller, a column's bound larger.
 */
const TEXT_FIELDS: ReadonlySet<string> = new Set(['spec', 'numbers', 'metrics']);

export interface ItemExtras {
  readonly type: string;
  readonly rev: number;
  readonly gsi1pk?: string;
  readonly gsi1sk?: string;
}

/** An entity's fields beside its keys. @throws RecordTooLargeError */
export function toItem(key: Key, extras: ItemExtras, entity: object): Item {
  const fields = Object.entries(entity).map(([name, value]) => [
    name,
    TEXT_FIELDS.has(name) && value !== undefined ? canonicalJson(value) : value,
  ]);
  const item: Item = { ...Object.fromEntries(fields), ...extras, ...key };
  const bytes = itemBytes(item);
  if (bytes > MAX_ITEM_BYTES) throw new RecordTooLargeError(`${key.PK} ${key.SK}`, bytes, MAX_ITEM_BYTES);
  return item;
}

/** Reads an entity back; a stored item that does not parse is a bug and throws as such. */
export function fromItem<S extends z.ZodType>(schema: S, item: Item): z.infer<S> {
  const fields = Object.entries(item).map(([name, value]) => [
    name,
    TEXT_FIELDS.has(name) && typeof value === 'string' ? JSON.parse(value) : value,
  ]);
  return schema.parse(Object.fromEntries(fields));
}

/**
 * Size as DynamoDB counts it, rounded up.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemBytes(value: NativeAttributeValue): number {
  if (value === undefined) return 0;
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return 21;
  if (value === null || typeof value !== 'object') return 1;
  const members = Array.isArray(value)
    ? value.map((member) => 1 + itemBytes(member))
    : Object.entries(value).map(([name, member]) => 1 + Buffer.byteLength(name) + itemBytes(member));
  return members.reduce((sum, bytes) => sum + bytes, 3);
}
