import type { UpdateCommand, UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { keys } from '../../../domain/registry/keys.ts';
import { countAnswer } from '../../../lambdas/adapters/request-counts.ts';
import { awsCalls } from '../../../lambdas/infer/aws.ts';

const COUNTED = { version: 2, rev: 7, errors: 0, latencyMs: 12.34567, bins: ['l3', 'p20'] } as const;

/** What an update adds and sets, by attribute. */
function effectOf(expression = '', names: object = {}, values: object = {}) {
  const name = names as Record<string, string>;
  const value = values as Record<string, unknown>;
  const numberOf = (key: string) => Number((value[key] as { N?: string })?.N ?? value[key]);
  const [added = '', set = ''] = expression.replace(/^ADD /, '').split(' SET ');
  return Object.fromEntries(
    [
      ...added.split(',').map((one) => one.trim().split(/\s+/)),
      ...set.split(',').map((one) => one.split(/\s*=\s*/)),
    ].map(([key = '', of = '']) => [name[key.trim()], numberOf(of.trim())]),
  );
}

describe('a count', () => {
  it('adds the very figures that the router adds', async () => {
    let update: UpdateCommandInput | undefined;
    const send = async (command: object) => {
      update = (command as UpdateCommand).input;
    };
    await countAnswer({ send } as never, 'registry')({ model: 'churn', rolloutId: 'churn-v2-r1', ...COUNTED });
    let body = '';
    const aws = awsCalls({
      region: 'us-east-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      fetch: async (request) => {
        body = await (request as Request).text();
        return Response.json({});
      },
    });
    await aws.addCounts('registry', keys.counts('churn', 'churn-v2-r1', 2, 7), COUNTED);
    const router = JSON.parse(body);
    const { UpdateExpression, ExpressionAttributeNames, ExpressionAttributeValues, Key } = update ?? ({} as never);
    const effect = effectOf(UpdateExpression, ExpressionAttributeNames, ExpressionAttributeValues);
    expect(effect).toEqual({ requests: 1, errors: 0, latencyMsSum: 12.346, l3: 1, p20: 1, version: 2, rev: 7 });
    expect(effect).toEqual(
      effectOf(router.UpdateExpression, router.ExpressionAttributeNames, router.ExpressionAttributeValues),
    );
    expect({ PK: { S: Key?.PK }, SK: { S: Key?.SK } }).toEqual(router.Key);
  });
});
