import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError, type ClientOptions, ConnectionError, createClient } from '../../client/index.ts';
import { waitBefore } from '../../client/send.ts';
import { decodeInferenceId } from '../../domain/inference/inference-id.ts';
import { aRouter, sigmoid } from '../lambdas/infer/fake-aws.ts';

const BASE = 'https://abc.execute-api.eu-central-1.amazonaws.com/live';
interface Row {
  readonly age: number | null;
  readonly plan: string;
}
let router: ReturnType<typeof aRouter>;
let sent: Request[];
/** Answers that come before the router's, first to last. */
let before: (() => Response | Promise<Response>)[];

beforeEach(() => {
  router = aRouter();
  router.addVersion(1);
  router.addVersion(2);
  const target = { kind: 'lambda' as const };
  router.route([
    { version: 1, weight: 1, target },
    { version: 2, weight: 0, target },
  ]);
  sent = [];
  before = [];
});

/** Stands where API Gateway does, before the router. */
async function exchange(request: Request): Promise<Response> {
  sent.push(request);
  const first = before.shift();
  if (first) return first();
  const { pathname } = new URL(request.url);
  const { statusCode, headers, body } = await router.handler({
    httpMethod: request.method,
    path: pathname.replace(/^\/live/, ''),
    headers: Object.fromEntries(request.headers),
    body: request.method === 'GET' ? null : await request.text(),
  });
  return new Response(body, { status: statusCode, headers });
}

const churn = (options: Partial<ClientOptions> = {}) =>
  createClient({ baseUrl: BASE, fetch: exchange, ...options }).model<Row, { probability: number }>('churn');
const rows = (count: number): Row[] => Array.from({ length: count }, (_, i) => ({ age: i % 2 ? 50 : 30, plan: 'pro' }));
const refusal =
  (status: number, headers: Record<string, string> = {}) =>
  () =>
    Response.json({ detail: `refused with ${status}` }, { status, headers });

describe('predictions', () => {
  it('come one per row, with the id that feedback is given by', async () => {
    const predictions = await churn().predict(rows(2));
    expect(predictions).toEqual([
      { probability: expect.closeTo(sigmoid(-1), 6), version: 1, inferenceId: expect.stringMatching(/\.0$/) },
      { probability: expect.closeTo(sigmoid(2), 6), version: 1, inferenceId: expect.stringMatching(/\.1$/) },
    ]);
    expect(sent.map(({ method, url }) => `${method} ${url.replace(BASE, '')}`)).toEqual([
      'GET /v2/models/churn',
      'POST /v2/models/churn/infer',
    ]);
  });

  it('take as many requests as there are rows for, and ask for the columns once', async () => {
    const model = churn();
    const predictions = await model.predict(rows(1_001));
    expect(predictions.map(({ probability }) => probability)).toEqual(
      rows(1_001).map(({ age }) => expect.closeTo(sigmoid(age === 50 ? 2 : -1), 6)),
    );
    expect(new Set(predictions.map(({ inferenceId }) => inferenceId)).size).toBe(1_001);
    await model.predict(rows(1));
    expect(sent.map(({ method }) => method)).toEqual(['GET', 'POST', 'POST', 'POST', 'POST']);
  });

  it('of no rows ask for nothing', async () => {
    expect(await churn().predict([])).toEqual([]);
    expect(sent).toEqual([]);
  });

  it('are explained, of one version and about a time, where that is asked for', async () => {
    const eventTime = new Date('2001-04-01T00:00:00Z');
    const [prediction] = await churn().predict(rows(1), { explain: true, version: 2, eventTime, routingKey: 'k' });
    expect(prediction).toMatchObject({
      version: 2,
      explanation: { contributions: { age: -0.75, plan: 0 }, bias: -0.25 },
    });
    expect(decodeInferenceId(prediction?.inferenceId ?? '')).toEqual({ eventTime, version: 2, row: 0 });
    expect(router.aws.captured).toHaveLength(1);
  });

  it('carry context columns for monitoring', async () => {
    router.addPolicy({ segments: ['gender'] });
    const [row] = rows(1);
    const model = createClient({ baseUrl: BASE, fetch: exchange }).model('churn');
    await model.predict([{ ...row, gender: 'f', ignored: 1 }], { context: ['gender'] });
    expect(router.aws.captured[0]).toContain('gender');
  });

  it('send a key of its own with each request of a call', async () => {
    before = [];
    await churn()
      .predict(rows(501), { idempotencyKey: 'order-7' })
      .catch(() => {});
    expect(sent.map(({ headers }) => headers.get('idempotency-key'))[1]).toBe('order-7.0');
  });

  it('follow a version with other columns that was promoted meanwhile', async () => {
    const model = churn();
    await model.predict(rows(1));
    const inputs = [
      { name: 'spend', datatype: 'FP64' as const, nullable: false },
      { name: 'age', datatype: 'INT64' as const, nullable: false },
    ];
    const features = inputs.map(({ name }) => ({ name, kind: 'numeric' as const }));
    const outputs = [{ name: 'probability', datatype: 'FP64' as const, nullable: false }];
    router.addVersion(2, { signature: { inputs, outputs } }, { features });
    router.route([{ version: 2, weight: 1, target: { kind: 'lambda' } }]);
    router.advance(3_000);
    const row = { age: 1, plan: 'pro', spend: 2.5 };
    expect((await model.predict([row]))[0]?.version).toBe(2);
  });
});

describe('an answer that comes later', () => {
  it('is fetched from where the API says', async () => {
    const answer = {
      model_version: '1',
      parameters: { inference_id: 'x' },
      outputs: [{ name: 'probability', shape: [1], data: [0.5] }],
    };
    const location = '../../../models/churn/predictions/x';
    const pending = () =>
      Response.json(
        { inference_id: 'x', status: 'pending' },
        { status: 202, headers: { location, 'retry-after': '0' } },
      );
    const model = churn();
    await model.metadata();
    await model.predict(rows(1));
    before = [pending, pending, () => Response.json(answer)];
    const waitedFor: string[] = [];
    const onPending = (id: string) => void waitedFor.push(id);
    expect(await model.predict(rows(1), { onPending })).toEqual([{ probability: 0.5, version: 1, inferenceId: 'x.0' }]);
    expect(waitedFor).toEqual(['x']);
    expect(sent.slice(-2).map(({ url }) => url)).toEqual([
      `${BASE}/models/churn/predictions/x`,
      `${BASE}/models/churn/predictions/x`,
    ]);
  });
});

describe('what the API refuses', () => {
  it('is an error that knows row and column, counted over all rows', async () => {
    const wrong = rows(700).map((row, i) => (i === 620 ? { ...row, age: 'old' as never } : row));
    const error = await churn()
      .predict(wrong)
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 400, kind: 'invalid' });
    expect((error as ApiError).problems).toEqual([
      { pointer: '/inputs/0/data/120', row: 620, column: 'age', message: expect.stringContaining('got "old"') },
    ]);
  });

  for (const [status, kind] of [
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [404, 'not-found'],
    [413, 'too-large'],
    [422, 'invalid'],
    [500, 'failed'],
    [501, 'failed'],
  ] as const) {
    it(`with ${status} is ${kind}, and not tried again`, async () => {
      before = [refusal(status)];
      await expect(churn().predict(rows(1))).rejects.toMatchObject({
        name: 'ApiError',
        status,
        kind,
        message: `refused with ${status}`,
      });
      expect(sent).toHaveLength(1);
    });
  }

  it('may be a page of a proxy', async () => {
    before = [() => new Response('<html>', { status: 502 })];
    await expect(churn().metadata()).rejects.toThrow('the API answered 502');
  });
});

describe('a request that may be sent again', () => {
  for (const status of [429, 503]) {
    it(`is, after ${status}`, async () => {
      before = [refusal(status), refusal(status, { 'retry-after': '0' })];
      expect(await churn().predict(rows(1))).toHaveLength(1);
      expect(sent).toHaveLength(4);
    });
  }

  for (const retries of [2, 3]) {
    it(`spends one budget for all requests of a call: ${retries} where three are refused once`, async () => {
      let posts = 0;
      const flaky = createClient({
        baseUrl: BASE,
        retries,
        fetch: async (request) => {
          if (request.method === 'POST') posts += 1;
          return posts % 2 === 1 ? refusal(503)() : exchange(request);
        },
      }).model('churn');
      const asked = flaky.predict(rows(1_001));
      if (retries === 3) expect(await asked).toHaveLength(1_001);
      else await expect(asked).rejects.toMatchObject({ status: 503 });
      expect(posts).toBe(retries === 3 ? 6 : 5);
    });
  }

  for (const [what, error, repeatable, again] of [
    ['429', new ApiError(429, ''), false, true],
    ['503', new ApiError(503, ''), false, true],
    ['a quota for an hour', new ApiError(429, '', { retryAfterSeconds: 3_600 }), true, false],
    ['409 with a time, which is a key in use', new ApiError(409, '', { retryAfterSeconds: 1 }), true, true],
    ['409', new ApiError(409, ''), true, false],
    ['504 without a key', new ApiError(504, ''), false, false],
    ['504 with a key', new ApiError(504, ''), true, true],
    ['no answer without a key', new ConnectionError(''), false, false],
    ['no answer with a key', new ConnectionError(''), true, true],
    ['500', new ApiError(500, ''), true, false],
    ['400', new ApiError(400, ''), true, false],
  ] as const) {
    it(`is ${again ? '' : 'not '}after ${what}`, () => {
      expect(waitBefore(error, 0, repeatable) !== undefined).toBe(again);
    });
  }

  it('waits as long as the API says, and longer each time', () => {
    expect(waitBefore(new ApiError(503, '', { retryAfterSeconds: 7 }), 0, false)).toBe(7_000);
    const waits = [0, 1, 2, 3].map((attempt) => waitBefore(new ApiError(503, ''), attempt, false) ?? 0);
    waits.forEach((wait, attempt) => {
      expect(wait).toBeGreaterThanOrEqual(100 * 2 ** attempt);
      expect(wait).toBeLessThanOrEqual(200 * 2 ** attempt);
    });
  });

  it('ends when the caller no longer wants it', async () => {
    const gone = new AbortController();
    before = [refusal(503, { 'retry-after': '15' })];
    const asked = churn().predict(rows(1), { signal: gone.signal });
    await vi.waitFor(() => expect(sent).toHaveLength(1));
    gone.abort(new Error('never mind'));
    await expect(asked).rejects.toThrow('never mind');
  });

  it('is an error of its own when nobody answers', async () => {
    const silent = createClient({
      baseUrl: BASE,
      retries: 0,
      fetch: () => Promise.reject(new TypeError('fetch failed')),
    });
    await expect(silent.model('churn').metadata()).rejects.toThrow(ConnectionError);
  });
});

describe('who asks', () => {
  it('is shown by a token, asked for anew each time', async () => {
    let tokens = 0;
    await churn({ token: async () => `t${++tokens}`, apiKey: 'key' }).predict(rows(1));
    expect(sent.map(({ headers }) => headers.get('authorization'))).toEqual(['Bearer t1', 'Bearer t2']);
    expect(sent.map(({ headers }) => headers.get('x-api-key'))).toEqual(['key', 'key']);
  });

  it('is shown by a signature for the region of the URL', async () => {
    const credentials = { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'session' };
    await churn({ credentials }).predict(rows(1));
    for (const { headers } of sent) {
      expect(headers.get('authorization')).toMatch(
        /^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-central-1\/execute-api\//,
      );
      expect(headers.get('x-amz-security-token')).toBe('session');
    }
  });

  for (const [what, options, message] of [
    ['no URL', { baseUrl: 'nowhere' }, 'baseUrl must be a URL, got nowhere'],
    [
      'both',
      { baseUrl: BASE, token: 't', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } },
      'give credentials or a token, not both',
    ],
    [
      'no region that could be known',
      { baseUrl: 'https://api.example.com', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } },
      'region must be given',
    ],
  ] as const) {
    it(`is refused with ${what}`, () => {
      expect(() => createClient(options)).toThrow(message);
    });
  }
});

describe('feedback', () => {
  it('goes in requests of 500 labels, and says which were not taken', async () => {
    const bodies: { labels: unknown[] }[] = [];
    const model = createClient({
      baseUrl: BASE,
      fetch: async (request) => {
        const body = (await request.json()) as { labels: unknown[] };
        bodies.push(body);
        const errors = bodies.length === 2 ? [{ index: 3, error: 'no such id' }] : [];
        return Response.json({ accepted: body.labels.length - errors.length, errors }, { status: 202 });
      },
    }).model('churn');
    const at = new Date('2026-01-01T00:00:00Z');
    const labels = Array.from({ length: 501 }, (_, i) => ({ inferenceId: `id.${i}`, label: i % 2, at }));
    const many = [...labels, ...labels.slice(0, 4)];
    expect(await model.feedback(many)).toEqual({ accepted: 504, errors: [{ index: 503, error: 'no such id' }] });
    expect(bodies.map((body) => body.labels.length)).toEqual([500, 5]);
    expect(bodies[0]?.labels[0]).toEqual({ inference_id: 'id.0', label: 0, at: at.toISOString() });
  });
});
