import { setTimeout as sleep } from 'node:timers/promises';
import { TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { ConcurrentWriteError, NotFoundError } from '../../../domain/common-errors.ts';
import { type Audited, EMPTY_CHAIN, nextAuditEvent } from '../../../domain/registry/audit.ts';
import { RegisteredModel } from '../../../domain/registry/entities.ts';
import { GSI1, type Key, keys } from '../../../domain/registry/keys.ts';
import type { AuditHead, Change } from '../../../domain/registry/ports.ts';
import { fromItem, type Item, toItem } from './items.ts';
import { getItem, type RegistryTable, reach } from './table.ts';

/** The item META of a model: its entity, the numbers given out so far, and the head of its audit trail. */
export const ModelItem = RegisteredModel.extend({
  rev: z.number().int(),
  specSeq: z.number().int(),
  datasetSeq: z.number().int(),
  versionSeq: z.number().int(),
  auditSeq: z.number().int(),
  auditHash: z.string(),
});
export type ModelItem = z.infer<typeof ModelItem>;

interface Condition {
  ConditionExpression: string;
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: Item;
}
type Action =
  | { Put: Partial<Condition> & { Item: Item } }
  | { Update: Condition & { Key: Item; UpdateExpression: string } }
  | { ConditionCheck: Condition & { Key: Item } };

export interface Write {
  readonly action: Action;
  /** Thrown when the action's condition fails. @default the plan is made anew from what is stored by then */
  readonly conflict?: Error;
}

/** What a change comes to, given what is stored; without `audited` nothing has to be written. */
export interface Plan<T> {
  readonly result: T;
  readonly writes?: readonly Write[];
  readonly audited?: Audited;
  /** Fields of META that change with it. */
  readonly model?: Partial<ModelItem>;
}

/** Conflicts on the head of one model's audit trail are rare and short; retried this often, then reported. */
const MAX_RETRIES = 8;
const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 4_000;

export function put(item: Item, condition?: { rev: number }, conflict?: Error): Write {
  const expected = condition && condition.rev > 0;
  return {
    action: {
      Put: {
        Item: item,
        ConditionExpression: expected ? '#rev = :rev' : 'attribute_not_exists(PK)',
        ...(expected
          ? { ExpressionAttributeNames: { '#rev': 'rev' }, ExpressionAttributeValues: { ':rev': condition.rev } }
          : {}),
      },
    },
    conflict,
  };
}

/** Of what follows from the rest of the transaction: that alone decides whether it is written. */
export const overwrite = (item: Item): Write => ({ action: { Put: { Item: item } } });

export function mustExist(key: Key, conflict: Error): Write {
  return {
    action: { ConditionCheck: { Key: { ...key }, ConditionExpression: 'attribute_exists(PK)' } },
    conflict,
  };
}

export async function findModelItem(table: RegistryTable, model: string): Promise<ModelItem | undefined> {
  const item = await getItem(table, keys.model(model));
  return item && fromItem(ModelItem, item);
}

/** `commit` for a model that must exist. @throws NotFoundError */
export function commitTo<T>(
  table: RegistryTable,
  model: string,
  change: Change,
  plan: (current: ModelItem) => Promise<Plan<T>>,
): Promise<T> {
  return commit(table, model, change, (current) => {
    if (!current) throw new NotFoundError(`model ${model}`);
    return plan(current);
  });
}

/**
 * One change of one model with its audit event, in one transaction: the change happens and is written down, or neither.
 * The head of the audit trail is what concurrent changes of a model meet at; who loses makes its plan anew.
 *
 * @throws ConcurrentWriteError when it loses every time
 */
export async function commit<T>(
  table: RegistryTable,
  model: string,
  change: Change,
  plan: (current: ModelItem | undefined) => Promise<Plan<T>>,
): Promise<T> {
  return persist(model, async () => {
    const current = await findModelItem(table, model);
    const planned = await plan(current);
    if (!planned.audited) return planned;
    return (await transact(table, transaction(model, current, planned, planned.audited, change))) ? planned : undefined;
  });
}

/**
 * Tries again while `attempt` gives nothing, because another writer was faster.
 *
 * @throws ConcurrentWriteError when another was faster every time
 */
export async function persist<T>(what: string, attempt: () => Promise<{ result: T } | undefined>): Promise<T> {
  for (let retry = 0; retry <= MAX_RETRIES; retry += 1) {
    if (retry > 0) await sleep(Math.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** retry));
    const done = await attempt();
    if (done) return done.result;
  }
  throw new ConcurrentWriteError(`${what} is being changed by others; tried ${MAX_RETRIES + 1} times`);
}

function transaction(
  model: string,
  current: ModelItem | undefined,
  planned: Plan<unknown>,
  audited: Audited,
  change: Change,
): Write[] {
  const head: AuditHead = current ? { seq: current.auditSeq, hash: current.auditHash } : EMPTY_CHAIN;
  const event = nextAuditEvent(model, head, audited, change);
  const fields = { ...planned.model, auditSeq: event.seq, auditHash: event.hash };
  return [
    ...(planned.writes ?? []),
    current ? updateModel(model, current, fields) : createModel(model, fields),
    put(toItem(keys.audit(model, event.seq), { type: 'audit', rev: 1 }, event)),
  ];
}

function createModel(model: string, fields: Partial<ModelItem>): Write {
  const counters = { specSeq: 0, datasetSeq: 0, versionSeq: 0 };
  const extras = { type: 'model', rev: 1, gsi1pk: GSI1.models, gsi1sk: model };
  return put(toItem(keys.model(model), extras, { ...counters, ...fields }));
}

function updateModel(model: string, current: ModelItem, fields: Partial<ModelItem>): Write {
  const set = Object.entries({ ...fields, rev: current.rev + 1 });
  return {
    action: {
      Update: {
        Key: { ...keys.model(model) },
        ConditionExpression: '#auditSeq = :seen',
        UpdateExpression: `SET ${set.map(([name]) => `#${name} = :${name}`).join(', ')}`,
        ExpressionAttributeNames: Object.fromEntries(set.map(([name]) => [`#${name}`, name])),
        ExpressionAttributeValues: {
          ...Object.fromEntries(set.map(([name, value]) => [`:${name}`, value])),
          ':seen': current.auditSeq,
        },
      },
    },
  };
}

const RETRIED: ReadonlySet<string | undefined> = new Set([
  'ConditionalCheckFailed',
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
]);

/** @returns whether it was written; false asks for another plan. @throws the `conflict` of the first failed write */
export async function transact(table: RegistryTable, writes: readonly Write[]): Promise<boolean> {
  const TransactItems = writes.map(({ action }) =>
    Object.fromEntries(Object.entries(action).map(([kind, input]) => [kind, { ...input, TableName: table.name }])),
  ) as TransactWriteCommandInput['TransactItems'];
  try {
    await reach(() => table.client.send(new TransactWriteCommand({ TransactItems })));
    return true;
  } catch (error) {
    const reasons = cancellationReasons(error);
    if (!reasons) throw error;
    const codes = reasons.map(({ Code }) => Code);
    const conflict = writes.find(({ conflict }, index) => conflict && codes[index] === 'ConditionalCheckFailed');
    if (conflict?.conflict) {
      conflict.conflict.cause = error;
      throw conflict.conflict;
    }
    if (codes.every((code) => code === undefined || code === 'None' || RETRIED.has(code))) return false;
    throw error;
  }
}

function cancellationReasons(error: unknown): { Code?: string }[] | undefined {
  if (!(error instanceof Error && error.name === 'TransactionCanceledException')) return undefined;
  return (error as Error & { CancellationReasons?: { Code?: string }[] }).CancellationReasons ?? [];
}
