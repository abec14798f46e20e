import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LEASE_MS, REPLAYED_MS } from '../../../domain/inference/idempotency.ts';
import { awsCalls } from '../../../lambdas/infer/aws.ts';
import { answerOnce } from '../../../lambdas/infer/idempotency.ts';
import { type LocalDynamoDb, startLocalDynamoDb } from '../../fixtures/local-dynamodb.ts';
import { aRouter, inferBody } from './fake-aws.ts';

let dynamodb: LocalDynamoDb;
let table: string;
beforeAll(async () => {
  dynamodb = await startLocalDynamoDb();
  table = await dynamodb.createTable();
}, 120_000);
afterAll(() => dynamodb?.stop());

const ANA = 'arn:aws:iam::111122223333:user/ana';
let key = 0;
let router: ReturnType<typeof aServedRouter>;

/** Version 1 behind an endpoint, and keys kept where conditions are checked. */
function aServedRouter() {
  const made = aRouter();
  made.addVersion(1);
  made.route([{ version: 1, weight: 1, target: { kind: 'endpoint', endpointName: 'churn' } }]);
  made.aws.endpoints.set(
    'churn',
    (csv) =>
      new Response(
        csv
          .split('\n')
          .map(() => '0.25')
          .join('\n'),
      ),
  );
  made.aws.keptIn = { endpoint: dynamodb.endpoint, table };
  return made;
}

beforeEach(() => {
  key += 1;
  router = aServedRouter();
});

const ask = (more: { key?: string; by?: string; body?: object; path?: string; headers?: object } = {}) =>
  router.infer(more.body ?? inferBody(), more.path, {
    headers: {
      'Content-Type': 'application/json',
      'Idempotency-Key': more.key ?? `key-${key}`,
      ...more.headers,
    },
    requestContext: { identity: { userArn: more.by ?? ANA } },
  });

describe('a prediction with an idempotency key', () => {
  it('is answered once: a repetition has the same answer and inference id, and says so', async () => {
    const first = await ask();
    const second = await ask();
    expect(first.status).toBe(200);
    expect(first.headers).not.toHaveProperty('idempotency-replayed');
    expect(second).toEqual({ ...first, headers: { ...first.headers, 'idempotency-replayed': 'true' } });
    // neither scored nor captured again
    expect([router.aws.count('sagemaker'), router.aws.captured.length]).toEqual([1, 1]);
  });

  it('is counted once while a rollout is judged', async () => {
    const target = { kind: 'endpoint', endpointName: 'churn' } as const;
    router.route([{ version: 1, weight: 1, target }], 'churn-v1-r1');
    await ask();
    await ask();
    expect(router.aws.counted()).toHaveLength(1);
  });

  it('costs nothing without a key: DynamoDB is asked for nothing more', async () => {
    await router.infer();
    expect(router.aws.calls.filter(({ body }) => body.includes('#IDEM#'))).toEqual([]);
  });

  for (const [what, change] of [
    ['another body', { body: inferBody([31]) }],
    ['another path', { path: 'models/churn/versions/1/infer' }],
    ['another header that decides', { headers: { 'X-Amzn-SageMaker-Target-Variant': '1' } }],
  ] as const) {
    it(`is refused with ${what}`, async () => {
      await ask();
      const { status, body, headers } = await ask(change);
      expect({ status, ...body }).toEqual({
        status: 409,
        error: 'idempotency-key: the key was used for another request',
      });
      expect(headers).not.toHaveProperty('retry-after');
    });
  }

  it('takes another header that decides nothing for the same request', async () => {
    await ask({ headers: { 'user-agent': 'a' } });
    expect((await ask({ headers: { 'user-agent': 'b' } })).headers['idempotency-replayed']).toBe('true');
  });

  it('is held for one caller: another one’s is another request', async () => {
    const first = await ask();
    const other = await ask({ by: 'arn:aws:iam::111122223333:user/bo', body: inferBody([99]) });
    expect(other.status).toBe(200);
    expect(other.body.id).not.toBe(first.body.id);
    expect((await ask()).body.id).toBe(first.body.id);
  });

  it('is to be sent again later while it is being answered, and answered once', async () => {
    let finish = (_: Response) => {};
    const slow = new Promise<Response>((resolve) => {
      finish = resolve;
    });
    const reached = new Promise<void>((resolve) => {
      router.aws.endpoints.set('churn', () => {
        resolve();
        return slow as never;
      });
    });
    const first = ask();
    await reached;
    const meanwhile = await ask();
    expect([meanwhile.status, meanwhile.headers['retry-after']]).toEqual([409, '1']);
    finish(new Response('0.25\n0.5'));
    expect((await first).status).toBe(200);
    expect((await ask()).headers['idempotency-replayed']).toBe('true');
  });

  it('is answered once of twenty at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask()));
    const replayed = answers.filter(({ headers }) => headers['idempotency-replayed']);
    const refused = answers.filter(({ status }) => status === 409);
    expect(router.aws.count('sagemaker')).toBe(1);
    expect(replayed.length + refused.length).toBe(19);
  });

  it('that failed may be sent again at once, with other rows as well', async () => {
    router.aws.broken.set('sagemaker', () => new Response('', { status: 500 }));
    expect((await ask()).status).toBe(503);
    router.aws.broken.clear();
    expect((await ask({ body: { inputs: [] } })).status).toBe(400);
    const good = await ask({ body: inferBody([7]) });
    expect([good.status, good.headers['idempotency-replayed']]).toEqual([200, undefined]);
  });

  it('whose router died is taken over when that is certain', async () => {
    router.aws.endpoints.set('churn', () => new Promise(() => {}) as never);
    void ask();
    await expect.poll(() => router.aws.count('sagemaker')).toBe(1);
    const revived = aServedRouter();
    router = revived;
    revived.advance(LEASE_MS - 1);
    expect((await ask()).status).toBe(409);
    revived.advance(2);
    expect((await ask()).status).toBe(200);
  });

  it('is forgotten after a day', async () => {
    const first = await ask();
    router.advance(REPLAYED_MS - 1_000);
    expect((await ask()).headers['idempotency-replayed']).toBe('true');
    router.advance(2_000);
    const later = await ask();
    expect(later.headers).not.toHaveProperty('idempotency-replayed');
    expect(later.body.id).not.toBe(first.body.id);
  });

  it('leaves the time to live in the item, in seconds', async () => {
    await ask();
    const [call] = router.aws.calls.filter(({ body }) => body.includes('#IDEM#'));
    const { ExpressionAttributeValues: values, ExpressionAttributeNames: names } = JSON.parse(call?.body ?? '');
    expect(names['#x']).toBe('ttl');
    expect(Number(values[':x'].N)).toBe((Date.parse('2026-11-23T00:00:00Z') + REPLAYED_MS) / 1_000);
    expect(call?.body).not.toContain('pro');
  });

  for (const [characters, kept] of [
    [400_000, true],
    [600_000, false],
  ] as const) {
    it(`whose answer has ${characters} characters of chance is ${kept ? 'kept' : 'not kept, and refused the second time'}`, async () => {
      const settings = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
      const aws = awsCalls({ ...settings, endpointUrl: dynamodb.endpoint, fetch });
      const deps = { aws, table, principal: ANA, now: () => new Date() };
      const response = {
        statusCode: 200,
        headers: { a: 'b' },
        body: randomBytes(characters * 0.75).toString('base64'),
      };
      let asked = 0;
      const answer = async () => {
        asked += 1;
        return response;
      };
      const event = { httpMethod: 'POST', path: '/v2/models/churn/infer', body: '{}' };
      expect(await answerOnce(event, `key-${key}`, deps, answer)).toBe(response);
      const again = answerOnce(event, `key-${key}`, deps, answer);
      if (kept) expect(await again).toEqual({ ...response, headers: { a: 'b', 'idempotency-replayed': 'true' } });
      else await expect(again).rejects.toMatchObject({ status: 409, headers: {} });
      expect(asked).toBe(1);
    });
  }

  it('is refused without an identity to hold it for, and with a key that is none', async () => {
    const anonymous = await router.infer(inferBody(), undefined, {
      headers: { 'content-type': 'application/json', 'idempotency-key': 'a' },
    });
    expect(anonymous.status).toBe(400);
    expect(await ask({ key: 'a b' })).toMatchObject({
      status: 400,
      body: { error: 'idempotency-key: 1 to 255 visible ASCII characters expected, got 3' },
    });
  });

  it('is not answered while keys cannot be looked up: nothing was done, so it may be sent again', async () => {
    await router.infer();
    router.aws.broken.set('dynamodb', () => new Response('', { status: 500 }));
    const { status, headers } = await ask();
    expect([status, headers['retry-after'], router.aws.count('sagemaker')]).toEqual([503, '1', 1]);
  });

  it('is answered also when the answer cannot be kept', async () => {
    router.aws.endpoints.set('churn', () => {
      router.aws.broken.set('dynamodb', () => new Response('', { status: 500 }));
      return new Response('0.25\n0.5');
    });
    expect((await ask()).status).toBe(200);
  });

  it('works through every face', async () => {
    const faced = (path: string) =>
      router.send({
        httpMethod: 'POST',
        path,
        headers: { 'content-type': 'application/json', 'idempotency-key': `key-${key}-${path}` },
        body: JSON.stringify({ instances: [{ age: 30, plan: 'pro' }] }),
        requestContext: { identity: { userArn: ANA } },
      });
    for (const path of ['/v1/models/churn:predict', '/models/churn/invocations', '/endpoints/churn/invocations']) {
      const first = await faced(path);
      expect(first.status, path).toBe(200);
      expect(await faced(path), path).toEqual({
        ...first,
        headers: { ...first.headers, 'idempotency-replayed': 'true' },
      });
    }
  });
});
