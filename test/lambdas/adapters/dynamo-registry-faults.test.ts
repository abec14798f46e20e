import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keys } from '../../../domain/registry/keys.ts';
import { itemBytes, toItem } from '../../../lambdas/adapters/dynamo-registry/items.ts';
import { dynamoRegistry } from '../../../lambdas/adapters/dynamo-registry.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { AT, aDataset, aDecision, aModelVersion } from '../../fixtures/entities.ts';

vi.mock('node:timers/promises', () => ({ setTimeout: vi.fn(async () => {}) }));

const change = { by: 'ana', at: new Date(AT) };
const META = {
  ...keys.model('churn'),
  ...{ type: 'model', name: 'churn', task: 'binary', specVersion: 1, specDigest: 'd', createdAt: AT, updatedAt: AT },
  ...{ rev: 1, specSeq: 1, datasetSeq: 0, versionSeq: 0, auditSeq: 1, auditHash: 'h'.repeat(64) },
};

interface Sent {
  readonly name: string;
  // the shape differs per command
  readonly input: Record<string, never>;
}

/** A client that has META of `churn` and nothing else, and answers writes as told. */
function aTable(write: (attempt: number, input: Record<string, never>) => unknown = () => ({})) {
  const sent: Sent[] = [];
  let writes = 0;
  const send = async (command: { constructor: { name: string }; input: never }) => {
    const { name } = command.constructor;
    const input = command.input as Record<string, never>;
    sent.push({ name, input });
    if (name === 'GetCommand')
      return { Item: (input.Key as unknown as { SK: string }).SK === 'META' ? META : undefined };
    writes += 1;
    return write(writes, input);
  };
  const registry = dynamoRegistry({ send } as unknown as DynamoDBDocumentClient, 'table');
  return { registry, sent, writes: () => writes };
}

const named = (name: string, more: object = {}) => Object.assign(new Error(name), { name }, more);
/** A cancelled transaction with these codes, in the order of its actions. */
const cancelled = (...codes: (string | undefined)[]) =>
  named('TransactionCanceledException', { CancellationReasons: codes.map((Code) => ({ Code })) });

const move = { model: 'churn', alias: 'champion', version: 1, expectedRev: 0 };

describe('a cancelled transaction', () => {
  let pauses: unknown[];
  beforeEach(async () => {
    const { setTimeout } = await import('node:timers/promises');
    pauses = vi.mocked(setTimeout).mock.calls;
    pauses.length = 0;
  });
  afterEach(() => vi.restoreAllMocks());

  const NONE = 'None';
  const FAILED = 'ConditionalCheckFailed';
  // alias, version, model, audit
  const final: [string, (string | undefined)[], string][] = [
    ['the alias has moved', [FAILED, NONE, NONE, NONE], 'ConcurrentWriteError'],
    ['the alias and the head have moved', [FAILED, NONE, FAILED, FAILED], 'ConcurrentWriteError'],
    ['the version is missing', [NONE, FAILED, NONE, NONE], 'NotFoundError'],
    ['the request is wrong', [NONE, NONE, 'ValidationError', NONE], 'TransactionCanceledException'],
  ];
  for (const [what, codes, error] of final) {
    it(`is not repeated when ${what}`, async () => {
      const cause = cancelled(...codes);
      const { registry, writes } = aTable(() => {
        throw cause;
      });
      const refused = await registry.moveAlias(move, change).catch((thrown) => thrown);
      expect(refused.name).toBe(error);
      if (error !== cause.name) expect(refused.cause).toBe(cause);
      expect(writes()).toBe(1);
    });
  }

  const passing: [string, (string | undefined)[]][] = [
    ['somebody else moved the head', [NONE, NONE, FAILED, NONE]],
    ['somebody else wrote the event', [NONE, NONE, NONE, FAILED]],
    ['it met another transaction', ['TransactionConflict', NONE, NONE, NONE]],
    ['it was throttled', [NONE, NONE, 'ThrottlingError', NONE]],
    ['a partition was throttled', [NONE, NONE, NONE, 'ProvisionedThroughputExceeded']],
    ['the service gives no reasons', []],
  ];
  for (const [what, codes] of passing) {
    it(`is planned anew when ${what}`, async () => {
      const { registry, sent, writes } = aTable((attempt) => {
        if (attempt < 3) throw cancelled(...codes);
        return {};
      });
      expect(await registry.moveAlias(move, change)).toMatchObject({ rev: 1 });
      expect(writes()).toBe(3);
      expect(sent.filter(({ name }) => name === 'GetCommand')).toHaveLength(6);
    });
  }

  it('gives up after eight repeats, each after a random pause below a rising limit', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1);
    const { registry, writes } = aTable(() => {
      throw cancelled(NONE, NONE, FAILED, NONE);
    });
    await expect(registry.moveAlias(move, change)).rejects.toMatchObject({ name: 'ConcurrentWriteError' });
    expect(writes()).toBe(9);
    expect(pauses).toEqual([50, 100, 200, 400, 800, 1_600, 3_200, 4_000].map((ms) => [ms]));
  });
});

describe('an audited change', () => {
  it('is one transaction: the change, the head from the one that was seen, the event where none is', async () => {
    const { registry, sent } = aTable();
    await registry.recordDecision(aDecision(), change);
    const writes = sent.filter(({ name }) => name !== 'GetCommand');
    expect(writes.map(({ name }) => name)).toEqual(['TransactWriteCommand']);
    const actions = writes[0]?.input.TransactItems as unknown as Record<string, Record<string, unknown>>[];
    const [decision, lookup, model, event] = actions;
    expect(decision?.Put).toMatchObject({
      TableName: 'table',
      ConditionExpression: 'attribute_not_exists(PK)',
      Item: { ...keys.decision('churn', AT, 'retrain-1'), type: 'decision', rev: 1, outcome: 'start' },
    });
    expect(lookup?.Put).toMatchObject({ Item: keys.decisionId('churn', 'retrain-1') });
    expect(model?.Update).toMatchObject({
      Key: keys.model('churn'),
      ConditionExpression: '#auditSeq = :seen',
      ExpressionAttributeValues: { ':seen': 1, ':auditSeq': 2, ':rev': 2 },
    });
    expect(event?.Put).toMatchObject({
      ConditionExpression: 'attribute_not_exists(PK)',
      Item: { ...keys.audit('churn', 2), seq: 2, prevHash: META.auditHash, actor: 'ana' },
    });
    expect(actions).toHaveLength(4);
  });

  it('reads what it is planned on strongly consistent', async () => {
    const { registry, sent } = aTable();
    await registry.registerVersion(aModelVersion(), change);
    const reads = sent.filter(({ name }) => name === 'GetCommand');
    expect(reads.map(({ input }) => input.ConsistentRead)).toEqual([true, true]);
  });
});

describe('the table out of reach', () => {
  for (const name of ['ThrottlingException', 'ProvisionedThroughputExceededException', 'InternalServerError']) {
    it(`is UnavailableError for ${name}`, async () => {
      const cause = named(name);
      const { registry } = aTable(() => {
        throw cause;
      });
      const writes = [
        () => registry.recordDecision(aDecision(), change),
        () => registry.unpark('x'),
        () => registry.claim('x', 'a', { now: new Date(AT), ms: 1 }),
        () => registry.listVersions('churn'),
      ];
      for (const write of writes) await expect(write()).rejects.toMatchObject({ name: 'UnavailableError', cause });
    });
  }

  it('is passed on as it is for anything else', async () => {
    const { registry } = aTable(() => {
      throw named('AccessDeniedException');
    });
    await expect(registry.unpark('x')).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});

describe('queries', () => {
  const stored = (version: number) =>
    toItem(keys.version('churn', version), { type: 'version', rev: 1 }, aModelVersion({ version }));
  /** Two pages of two versions each, newest first. */
  const pages = (_attempt: number, input: Record<string, never>) =>
    input.ExclusiveStartKey
      ? { Items: [stored(2), stored(1)] }
      : { Items: [stored(4), stored(3)], LastEvaluatedKey: { PK: 'x' } };

  for (const [limit, versions, asked] of [
    [undefined, [4, 3, 2, 1], [undefined, undefined]],
    [3, [4, 3, 2], [3, 1]],
    [2, [4, 3], [2]],
    [1, [4], [1]],
  ] as const) {
    it(`read ${asked.length} of two pages for a limit of ${limit ?? 'none'}`, async () => {
      const { registry, sent } = aTable(pages);
      expect((await registry.listVersions('churn', limit)).map(({ version }) => version)).toEqual(versions);
      expect(sent.map(({ input }) => input.Limit)).toEqual(asked);
    });
  }

  it('read on until a filter has found enough', async () => {
    const decision = (id: string) =>
      toItem({ PK: 'p', SK: id }, { type: 'decision', rev: 1 }, aDecision({ decisionId: id }));
    const { registry, sent } = aTable((attempt) =>
      attempt < 3 ? { Items: [], LastEvaluatedKey: { PK: 'x' } } : { Items: [decision('a'), decision('b')] },
    );
    expect(await registry.listDecisions('churn', 'retrain', 1)).toMatchObject([{ decisionId: 'a' }]);
    expect(sent.map(({ input }) => input.Limit)).toEqual([undefined, undefined, undefined]);
  });

  it('let a stored item that does not parse show as the bug it is', async () => {
    const { registry } = aTable(() => ({ Items: [{ ...stored(1), approvalStatus: 'Perhaps' }] }));
    await expect(registry.listVersions('churn')).rejects.toMatchObject({ name: 'ZodError' });
  });
});

describe('items', () => {
  it('above 400 KB are refused before they are sent', async () => {
    const { registry, sent } = aTable();
    const decision = aDecision({ numbers: { text: 'x'.repeat(410 * 1024) } });
    const refused = registry.recordDecision(decision, change);
    await expect(refused).rejects.toMatchObject({ name: 'RecordTooLargeError', kind: 'invalid' });
    expect(sent.map(({ name }) => name)).not.toContain('TransactWriteCommand');
  });

  it('hold the largest spec and the longest reasons there can be', async () => {
    const { registry } = aTable();
    const values = Array.from({ length: 6_900 }, (_, index) => `${index}`.padStart(40, 'x'));
    const columns = aModelSpec().data.columns.map((column) =>
      column.name === 'plan' ? { ...column, values } : column,
    );
    await registry.applySpec(aModelSpec({ data: { columns } }), change);
    const reasons = Array.from({ length: 5_000 }, () => ({
      code: 'c',
      message: 'ü'.repeat(5_000),
      column: 'x'.repeat(128),
    }));
    await registry.registerDataset(aDataset({ reasons }), change);
  });

  it('are counted by UTF-8 bytes of names and values', () => {
    expect(itemBytes('ü€')).toBe(5);
    expect(itemBytes({ ab: 'cd' })).toBe(3 + 1 + 2 + 2);
    expect(itemBytes([true, null, undefined])).toBe(3 + 2 + 2 + 1);
  });
});

describe('a batch of claims', () => {
  type Batch = Record<string, { Keys: { PK: string; SK: string }[] }>;
  const now = new Date(AT);

  it('is asked for again as far as the table left it open', async () => {
    let asked = 0;
    const { registry, sent } = aTable((_, input) => {
      const batch = (input as unknown as { RequestItems: Batch }).RequestItems;
      const [first, ...others] = batch.table?.Keys ?? [];
      asked += 1;
      const item = { ...first, done: true, ttl: now.getTime() };
      return {
        Responses: { table: [item] },
        ...(others.length > 0 && { UnprocessedKeys: { table: { Keys: others } } }),
      };
    });
    expect(await registry.claimStates(['a', 'b', 'c'], now)).toEqual(['done', 'done', 'done']);
    expect(asked).toBe(3);
    expect(sent.every(({ name }) => name === 'BatchGetCommand')).toBe(true);
  });

  it('that the table hands out nothing of is UnavailableError', async () => {
    const { registry } = aTable((_, input) => ({
      Responses: {},
      UnprocessedKeys: (input as unknown as { RequestItems: Batch }).RequestItems,
    }));
    await expect(registry.claimStates(['a'], now)).rejects.toMatchObject({ name: 'UnavailableError' });
  });
});
