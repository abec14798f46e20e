import { randomUUID } from 'node:crypto';
import { DeleteCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { ConcurrentWriteError } from '../../../domain/common-errors.ts';
import { ParkedToken } from '../../../domain/registry/entities.ts';
import { GSI1, keys } from '../../../domain/registry/keys.ts';
import type { Claim, Registry } from '../../../domain/registry/ports.ts';
import { fromItem, toItem } from './items.ts';
import { getItem, getItems, isConditionFailure, queryItems, type RegistryTable, reach } from './table.ts';

/** SQS keeps a message at most 14 days and a dead-letter queue as long again; the claim must outlive both. */
const CLAIM_RETENTION_MS = 30 * 24 * 3_600_000;

/** @returns whether the condition held */
async function conditionally(call: () => Promise<unknown>): Promise<boolean> {
  try {
    await reach(call);
    return true;
  } catch (error) {
    if (isConditionFailure(error)) return false;
    throw error;
  }
}

/** Claims are not audited: they say who works on something, not what came of it. */
export function claimMethods(
  table: RegistryTable,
): Pick<Registry, 'claim' | 'completeClaim' | 'releaseClaim' | 'claimStates'> {
  return {
    async claimStates(identities, now) {
      const items = await getItems(table, identities.map(keys.claim));
      return items.map((item) => {
        if (!item || item.ttl < Math.floor(now.getTime() / 1_000)) return 'free';
        if (item.done) return 'done';
        return item.until > now.getTime() ? 'busy' : 'free';
      });
    },

    async claim<T>(identity: string, owner: string, lease: { now: Date; ms: number }): Promise<Claim<T>> {
      const key = keys.claim(identity);
      const now = lease.now.getTime();
      const ttl = Math.ceil((now + CLAIM_RETENTION_MS) / 1_000);
      // tells this call's own write from another's, should the client have sent it twice
      const token = randomUUID();
      const claimed = { owner, token, done: false, until: now + lease.ms, ttl };
      for (;;) {
        const taken = await conditionally(() =>
          table.client.send(
            new PutCommand({
              TableName: table.name,
              Item: toItem(key, { type: 'claim', rev: 1 }, claimed),
              // what is past its ttl is still there for a while
              ConditionExpression: 'attribute_not_exists(PK) OR (done = :false AND #until <= :now) OR #ttl < :seconds',
              ExpressionAttributeNames: { '#until': 'until', '#ttl': 'ttl' },
              ExpressionAttributeValues: { ':false': false, ':now': now, ':seconds': Math.floor(now / 1_000) },
            }),
          ),
        );
        if (taken) return { state: 'claimed' };
        const held = await getItem(table, key);
        if (held?.token === token) return { state: 'claimed' };
        if (held?.done) return { state: 'done', result: parseResult(held.result) as T };
        if (held && held.until > now) return { state: 'busy', until: new Date(held.until) };
        // released in between: try for it again
      }
    },

    async completeClaim(identity, owner, result) {
      const completed = await conditionally(() =>
        table.client.send(
          new UpdateCommand({
            TableName: table.name,
            Key: { ...keys.claim(identity) },
            // completing twice is what a repeated request does
            ConditionExpression: '#owner = :owner',
            UpdateExpression: 'SET done = :true, #result = :result',
            ExpressionAttributeNames: { '#owner': 'owner', '#result': 'result' },
            ExpressionAttributeValues: { ':owner': owner, ':true': true, ':result': JSON.stringify(result) ?? null },
          }),
        ),
      );
      if (!completed) throw new ConcurrentWriteError(`${owner} no longer holds ${identity}`);
    },

    async releaseClaim(identity, owner) {
      await conditionally(() =>
        table.client.send(
          new DeleteCommand({
            TableName: table.name,
            Key: { ...keys.claim(identity) },
            ConditionExpression: '#owner = :owner AND done = :false',
            ExpressionAttributeNames: { '#owner': 'owner' },
            ExpressionAttributeValues: { ':owner': owner, ':false': false },
          }),
        ),
      );
    },
  };
}

const parseResult = (stored: string | null): unknown => (stored === null ? undefined : JSON.parse(stored));

/** Bookkeeping of a single walker: whoever writes last is right, as walking a page twice does no harm. */
export function cursorMethods(table: RegistryTable): Pick<Registry, 'findCursor' | 'moveCursor'> {
  return {
    async findCursor(name) {
      const cursor: unknown = (await getItem(table, keys.cursor(name)))?.cursor;
      return typeof cursor === 'string' ? cursor : undefined;
    },
    async moveCursor(name, cursor) {
      const Item = toItem(keys.cursor(name), { type: 'cursor', rev: 1 }, { cursor: cursor ?? null });
      await reach(() => table.client.send(new PutCommand({ TableName: table.name, Item })));
    },
  };
}

/** Parked task tokens, found again by name or by when the reconciler should look. */
export function parkingMethods(
  table: RegistryTable,
): Pick<Registry, 'park' | 'findParked' | 'unpark' | 'listParkedDue' | 'postponeParked'> {
  const existing = (name: string) => ({
    TableName: table.name,
    Key: { ...keys.parked(name) },
    ConditionExpression: 'attribute_exists(PK)',
  });

  return {
    async park(token) {
      const parked = ParkedToken.parse(token);
      const extras = { type: 'parked', rev: 1, gsi1pk: GSI1.parked, gsi1sk: parked.dueAt };
      const Item = toItem(keys.parked(token.name), extras, parked);
      await reach(() => table.client.send(new PutCommand({ TableName: table.name, Item })));
    },

    async findParked(name) {
      const item = await getItem(table, keys.parked(name));
      return item && fromItem(ParkedToken, item);
    },

    async unpark(name) {
      return conditionally(() => table.client.send(new DeleteCommand(existing(name))));
    },

    async listParkedDue(now) {
      const items = await queryItems(table, { partition: GSI1.parked, index: 'GSI1', upTo: now.toISOString() });
      return items.map((item) => fromItem(ParkedToken, item));
    },

    async postponeParked(name, dueAt) {
      await conditionally(() =>
        table.client.send(
          new UpdateCommand({
            ...existing(name),
            UpdateExpression: 'SET dueAt = :dueAt, gsi1sk = :dueAt',
            ExpressionAttributeValues: { ':dueAt': dueAt.toISOString() },
          }),
        ),
      );
    },
  };
}
