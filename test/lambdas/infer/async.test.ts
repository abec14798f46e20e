import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeRequest } from '../../../domain/inference/encode-response.ts';
import {
  aFacedRouter,
  type Cell,
  CSV,
  csvOf,
  ENDPOINT,
  FACES,
  facedSignature,
  post,
  someRows,
  V1,
} from './a-faced-model.ts';
import { anAsyncWorld } from './an-async-model.ts';
import { aRouter, inferBody } from './fake-aws.ts';

const ROW: readonly Cell[] = [30, 1.5, 'pro', true];
const BODY = { instances: [ROW] };
const ASYNC = '/endpoints/churn/async-invocations';
const PREFIX = 'x-amzn-sagemaker-';

/** Each way to ask, the Open Inference Protocol included. */
const EVERY: typeof FACES = {
  'Open Inference Protocol': (router, rows) => router.infer(encodeRequest(facedSignature, rows)),
  ...FACES,
};

/** Capture lines but for when they were written. */
const linesOf = (lines: readonly string[]) =>
  lines.map((line) => {
    const { eventMetadata, ...rest } = JSON.parse(line);
    return { ...rest, eventMetadata: { ...eventMetadata, inferenceTime: 0 } };
  });

describe('the answer that comes later', () => {
  for (const [name, face] of Object.entries(EVERY)) {
    it(`is that which would have come at once, with its headers and capture lines: ${name}`, async () => {
      await fc.assert(
        fc.asyncProperty(someRows, async (rows) => {
          // two routers with the same chances, so that even the ids are the same
          const [direct, world] = [aFacedRouter(), anAsyncWorld()];
          const atOnce = await face(direct, rows);
          expect(atOnce.status).toBe(200);
          const accepted = await face(world.router, rows);
          expect(accepted.status).toBe(202);
          expect(world.aws.captured).toEqual([]);
          expect(await world.tell()).toEqual({ finished: 1 });
          expect(await world.read(accepted.body.inference_id)).toEqual(atOnce);
          expect(linesOf(world.captured)).toEqual(linesOf(direct.aws.captured));
        }),
        { numRuns: 25 },
      );
    });
  }

  it('is explained as well', async () => {
    const explained = () => {
      const router = aRouter();
      router.addVersion(1);
      router.aws.endpoints.set('churn-v1-bbbbbbbb', () => new Response('0.5\n0.25'));
      const target = { kind: 'endpoint' as const, endpointName: 'churn-v1-bbbbbbbb' };
      router.route([{ version: 1, weight: 1, target }]);
      return router;
    };
    const [direct, world] = [explained(), anAsyncWorld(explained())];
    const body = inferBody([30, 50], { parameters: { explain: true }, id: 'mine' });
    const atOnce = await direct.infer(body);
    const accepted = await world.router.infer(body);
    expect([atOnce.status, accepted.status]).toEqual([200, 202]);
    await world.tell();
    expect(await world.read(accepted.body.inference_id)).toEqual(atOnce);
    expect(atOnce.body.outputs[1].name).toBe('contributions');
  });
});

describe('a request to a queue', () => {
  it('is accepted with the place of its answer, from wherever it was sent', async () => {
    const world = anAsyncWorld();
    for (const [path, body] of [
      [V1, BODY],
      ['/models/churn/invocations', BODY],
      [ENDPOINT, BODY],
      ['/v2/models/churn/versions/1/infer', encodeRequest(facedSignature, [ROW])],
    ] as const) {
      const { status, headers, body: answer } = await post(world.router, path, body);
      const id = answer.inference_id;
      expect(status).toBe(202);
      expect(headers).toMatchObject({
        'preference-applied': 'respond-async',
        'retry-after': '1',
        'x-amzn-sagemaker-inference-id': id,
      });
      for (const base of ['https://api.example', 'https://api.example/live', 'https://api.example/a/b']) {
        const found = new URL(headers.location as string, base + path).toString();
        expect(found).toBe(`${base}/models/churn/predictions/${id}`);
      }
    }
  });

  it('reaches the endpoint through S3, with the times of the spec', async () => {
    const world = anAsyncWorld();
    const { body } = await post(world.router, V1, BODY);
    const id = body.inference_id;
    expect(world.aws.queued).toEqual([
      expect.objectContaining({
        path: '/endpoints/churn-v1-bbbbbbbb/async-invocations',
        [`${PREFIX}inputlocation`]: `s3://lake/async/features/churn/${id}.csv`,
        [`${PREFIX}inference-id`]: id,
        [`${PREFIX}content-type`]: 'text/csv',
        [`${PREFIX}accept`]: 'text/csv',
        [`${PREFIX}requestttlseconds`]: '21600',
        [`${PREFIX}invocationtimeoutseconds`]: '900',
      }),
    ]);
    const pending = JSON.parse(
      Buffer.from(world.aws.objects.get(`lake/async/pending/churn/${id}.json`) ?? '').toString(),
    );
    expect(pending).toEqual({
      output: 'async/outputs/churn/1.out',
      failure: 'async/errors/churn/1-error.out',
      // six hours in the queue, a quarter of one for the model, ten minutes besides
      deadlineAt: '2026-11-23T06:25:00.000Z',
    });
  });

  it('keeps nothing of columns that are not captured, and nothing where nothing is', async () => {
    const kept = async (monitoring: object) => {
      const world = anAsyncWorld();
      world.router.addPolicy(monitoring);
      const { body } = await post(world.router, V1, BODY);
      const request = world.aws.objects.get(`lake/async/requests/churn/${body.inference_id}.json`);
      return JSON.parse(Buffer.from(request ?? '').toString()).capture;
    };
    expect(await kept({})).toEqual({ columns: ['age', 'spend', 'plan', 'active'], rows: [ROW], weight: 1 });
    const redacted = await kept({ capture: { redact: ['age', 'plan'] } });
    expect(redacted).toEqual({ columns: ['spend', 'active'], rows: [[1.5, true]], weight: 1 });
    expect(await kept({ capture: { share: 1e-9 } })).toBeUndefined();
  });

  it('that the endpoint refuses is no request', async () => {
    const world = anAsyncWorld();
    world.aws.broken.set('sagemaker', () => Response.json({ __type: 'ThrottlingException' }, { status: 400 }));
    expect((await post(world.router, V1, BODY)).status).toBe(429);
    expect(world.keys('pending')).toEqual([]);
    world.aws.broken.set('sagemaker', () => Response.json({}, { status: 202 }));
    expect((await post(world.router, V1, BODY)).status).toBe(500);
    world.aws.broken.clear();
    world.aws.broken.set('s3', () => new Response('', { status: 503 }));
    expect((await post(world.router, V1, BODY)).status).toBe(503);
    expect(world.aws.queued).toEqual([]);
  });

  it('that does not fit the signature is refused at once', async () => {
    const world = anAsyncWorld();
    expect((await post(world.router, V1, { instances: [['x']] })).status).toBe(422);
    expect(world.aws.queued).toEqual([]);
  });

  it('is counted for a rollout when it is answered, and at once when it cannot be', async () => {
    const world = anAsyncWorld();
    const traffic = (version: number, weight: number) => ({
      version,
      weight,
      target: { kind: 'endpoint' as const, endpointName: `churn-v${version}-bbbbbbbb`, async: { timeoutSeconds: 60 } },
    });
    world.router.route([traffic(1, 0), traffic(2, 1)], 'churn-v2-r1');
    await post(world.router, V1, BODY);
    expect(world.aws.counted()).toEqual([]);
    await world.tell();
    expect(world.counted).toEqual([
      {
        ...{ model: 'churn', rolloutId: 'churn-v2-r1', version: 2, rev: 1, errors: 0, latencyMs: 1_500 },
        bins: [expect.stringMatching(/^l\d+$/), expect.stringMatching(/^p\d+$/)],
      },
    ]);
    await post(world.router, '/v1/models/churn/versions/2:predict', BODY);
    await world.tell();
    // asked for by number: it compares nothing
    expect(world.counted).toHaveLength(1);
    await post(world.router, V1, BODY);
    await world.tell(undefined, 'Received server error (500)');
    expect(world.counted[1]).toMatchObject({ version: 2, errors: 1 });

    world.router.route([traffic(1, 0.1), traffic(2, 0.9)], 'churn-v2-r1');
    world.router.advance(3_000);
    let calls = 0;
    world.aws.broken.set('sagemaker', () =>
      calls++ === 0
        ? Response.json({}, { status: 500 })
        : Response.json(
            {},
            { status: 202, headers: { [`${PREFIX}outputlocation`]: 's3://lake/async/outputs/churn/9.out' } },
          ),
    );
    const { status } = await post(world.router, V1, BODY);
    expect([status, calls]).toEqual([202, 2]);
    expect(world.aws.counted()).toMatchObject([{ requests: 1, errors: 1 }]);
  });

  it('is answered at once where the model answers at once, whatever is preferred', async () => {
    const router = aFacedRouter();
    const { status, headers } = await post(router, V1, BODY, { prefer: 'respond-async' });
    expect(status).toBe(200);
    expect(headers).not.toHaveProperty('preference-applied');
  });
});

describe('a prediction', () => {
  it('is pending, then there, and stays', async () => {
    const world = anAsyncWorld();
    const { body } = await post(world.router, V1, BODY);
    const id = body.inference_id;
    const pending = await world.read(id);
    expect(pending).toMatchObject({ status: 202, body: { inference_id: id, status: 'pending' } });
    expect(pending.headers['retry-after']).toBe('1');
    await world.tell();
    for (let i = 0; i < 2; i++)
      expect(await world.read(id)).toMatchObject({ status: 200, body: { predictions: [expect.any(Number)] } });
  });

  for (const [reason, status, detail] of [
    ['ClientError: Received server error (500) from AllTraffic with message "30,1.5"', 500, 'the model failed'],
    ['Your invocation timed out while waiting for a response', 504, 'the model did not answer in time'],
    ['ClientError: the request expired after 60 seconds in the queue', 504, 'the model did not answer in time'],
  ] as const) {
    it(`is a problem of status ${status} when its model ${status === 500 ? 'fails' : 'takes too long'}: ${reason.slice(0, 30)}`, async () => {
      const world = anAsyncWorld();
      const { body } = await post(world.router, V1, BODY);
      await world.tell(undefined, reason);
      const answer = await world.read(body.inference_id);
      expect(answer).toMatchObject({ status, body: { type: 'about:blank', status, detail } });
      expect(answer.headers['content-type']).toBe('application/problem+json');
      expect(world.published).toMatchObject([{ name: 'PredictionFailed', detail: { status, reason: detail } }]);
      expect(world.captured).toEqual([]);
    });
  }

  it('is a failure when the model answers with something else than one finite number per row', async () => {
    const world = anAsyncWorld();
    world.aws.endpoints.set('churn-v1-bbbbbbbb', () => new Response('nan'));
    const { body } = await post(world.router, V1, BODY);
    await world.tell();
    expect((await world.read(body.inference_id)).status).toBe(500);
  });

  it('is not found under another id or model, nor by its row', async () => {
    const world = anAsyncWorld();
    const { body } = await post(world.router, V1, BODY);
    await world.tell();
    const id: string = body.inference_id;
    for (const other of [
      `${id.slice(0, -1)}${id.endsWith('0') ? '1' : '0'}`,
      `${id}.0`,
      'x',
      `..%2f${id}`,
      '__proto__',
    ]) {
      expect((await world.read(other)).status, other).toBe(404);
    }
    expect((await world.read(id, 'other')).status).toBe(404);
    expect((await world.read(id, 'churn', 'POST')).status).toBe(405);
  });

  it('is read by those alone who may use the model', async () => {
    const world = anAsyncWorld();
    const { body } = await post(world.router, V1, BODY);
    await world.tell();
    const path = `/models/churn/predictions/${body.inference_id}`;
    const as = (models: string) =>
      world.router.send({ path, requestContext: { authorizer: { principalId: 'ana', models } } });
    expect((await as('churn')).status).toBe(200);
    expect((await as('other')).status).toBe(403);
    expect((await as('')).status).toBe(403);
  });

  it('that is too large to be sent lies in S3', async () => {
    const world = anAsyncWorld();
    const { body } = await post(world.router, V1, BODY);
    await world.tell();
    const key = `lake/async/results/churn/${body.inference_id}`;
    world.aws.objects.set(key, Buffer.alloc(6_291_457, ' '));
    const answer = await world.read(body.inference_id);
    expect(answer.status).toBe(413);
    expect(answer.body.detail).toContain(`s3://${key}`);
  });
});

describe('InvokeEndpointAsync', () => {
  const ask = (world: ReturnType<typeof anAsyncWorld>, headers: Record<string, string> = {}, body: unknown = BODY) =>
    post(world.router, ASYNC, body, headers);

  it('answers as SageMaker does, and its answer lies where it says', async () => {
    const world = anAsyncWorld();
    const { status, headers, body } = await ask(world, {
      [`${PREFIX}inference-id`]: 'mine',
      [`${PREFIX}custom-attributes`]: 'x=1',
      [`${PREFIX}accept`]: 'text/csv',
    });
    expect([status, body]).toEqual([202, { InferenceId: 'mine' }]);
    const id = headers['x-millrace-inference-id'] as string;
    expect(headers).toMatchObject({
      [`${PREFIX}outputlocation`]: `s3://lake/async/results/churn/${id}`,
      [`${PREFIX}failurelocation`]: `s3://lake/async/failures/churn/${id}`,
      [`${PREFIX}inference-id`]: 'mine',
    });
    await world.tell();
    expect(world.keys('results')).toEqual([`lake/async/results/churn/${id}`]);
    const read = await world.read(id);
    expect(read.headers).toMatchObject({
      'content-type': 'text/csv',
      [`${PREFIX}custom-attributes`]: 'x=1',
      [`${PREFIX}inference-id`]: 'mine',
      'x-millrace-inference-id': id,
      'x-amzn-invoked-production-variant': '1',
    });
    expect(read.body).toMatch(/^0\.\d+\n$/);
    const location = new URL(headers.location as string, `https://api.example/live${ASYNC}`);
    expect(location.pathname).toBe(`/live/models/churn/predictions/${id}`);
  });

  it('takes its input from S3, below the prefix of the model', async () => {
    const world = anAsyncWorld();
    const direct = aFacedRouter();
    const rows = Array.from({ length: 50 }, (_, i) => [i, i / 3, 'pro', null]);
    world.aws.objects.set('lake/async/inputs/churn/2026/rows.csv', Buffer.from(csvOf(rows)));
    const { status, headers } = await ask(
      world,
      {
        [`${PREFIX}inputlocation`]: 's3://lake/async/inputs/churn/2026/rows.csv',
        [`${PREFIX}content-type`]: 'text/csv',
      },
      '',
    );
    expect(status).toBe(202);
    await world.tell();
    const read = await world.read(headers['x-millrace-inference-id'] as string);
    expect(read.body).toEqual((await post(direct, ENDPOINT, csvOf(rows), CSV)).body);
  });

  const elsewhere = [
    's3://other/async/inputs/churn/x',
    's3://lake/async/inputs/other/x',
    's3://lake/async/inputs/churn/../other/x',
    's3://lake/async/inputs/churn/./x',
    's3://lake/async/inputs/churn/%2e%2e/other/x',
    's3://lake/async/inputs/churn/a//x',
    's3://lake/async/inputs/churn/',
    's3://lake/async/inputs/churn/..',
    's3://lake/async/inputs/churn/x?versionId=1',
    's3://lake/async/inputs/churn/x#y',
    's3://lake/async/results/churn/x',
    's3://lake/artifacts/x',
    'https://169.254.169.254/latest/meta-data',
    'file:///etc/passwd',
    '',
  ];
  for (const location of elsewhere) {
    it(`reads nothing from ${JSON.stringify(location)}`, async () => {
      const world = anAsyncWorld();
      for (const key of ['lake/async/inputs/other/x', 'lake/artifacts/x']) world.aws.objects.set(key, Buffer.from('1'));
      const before = world.aws.calls.length;
      const { status, body } = await ask(world, { [`${PREFIX}inputlocation`]: location }, '');
      expect(status).toBe(400);
      expect(body.detail).toContain('inputlocation');
      expect(world.aws.calls.slice(before).filter(({ service }) => service === 's3')).toEqual([]);
    });
  }

  const refused: [string, Record<string, string>, unknown, number, string][] = [
    ['an object that is not there', { inputlocation: 's3://lake/async/inputs/churn/none' }, '', 400, 'no object none'],
    ['a body beside the location', { inputlocation: 's3://lake/async/inputs/churn/x' }, BODY, 400, 'no body'],
    ['less than a minute in the queue', { requestttlseconds: '59' }, BODY, 400, 'from 60 to 21600'],
    ['more than six hours', { requestttlseconds: '21601' }, BODY, 400, 'from 60 to 21600'],
    ['more than an hour for the model', { invocationtimeoutseconds: '3601' }, BODY, 400, 'from 1 to 3600'],
    ['no number', { invocationtimeoutseconds: '1e2' }, BODY, 400, 'got "1e2"'],
    ['a name for the output', { filename: 'x' }, BODY, 501, 'filename'],
    ['a path for the output', { s3outputpathextension: 'x' }, BODY, 501, 's3outputpathextension'],
    ['a bad row', {}, { instances: [['x']] }, 422, '/instances/0'],
  ];
  for (const [what, headers, body, status, problem] of refused) {
    it(`refuses ${what}`, async () => {
      const world = anAsyncWorld();
      const named = Object.entries(headers).map(([name, value]) => [PREFIX + name, value]);
      const answer = await ask(world, Object.fromEntries(named), body);
      expect([answer.status, answer.body.detail]).toEqual([status, expect.stringContaining(problem)]);
      expect(world.aws.queued).toEqual([]);
    });
  }

  it('passes on the times that the caller sets', async () => {
    const world = anAsyncWorld();
    await ask(world, { [`${PREFIX}requestttlseconds`]: '60', [`${PREFIX}invocationtimeoutseconds`]: '3600' });
    expect(world.aws.queued[0]).toMatchObject({
      [`${PREFIX}requestttlseconds`]: '60',
      [`${PREFIX}invocationtimeoutseconds`]: '3600',
    });
  });

  it('is refused for an object that is too large, unread', async () => {
    const world = anAsyncWorld();
    world.aws.objects.set('lake/async/inputs/churn/x', Buffer.from('{}'));
    world.aws.objectHeaders.set('lake/async/inputs/churn/x', { 'content-length': '33554433' });
    const { status } = await ask(world, { [`${PREFIX}inputlocation`]: 's3://lake/async/inputs/churn/x' }, '');
    expect(status).toBe(413);
  });

  it('is refused by a version that answers at once', async () => {
    const { status, body } = await post(aFacedRouter(), ASYNC, BODY);
    expect([status, body.detail]).toEqual([409, 'version 1 of churn answers at once: use /invocations']);
  });

  it('goes to the version that answers later while a candidate answers at once, which counts as its error', async () => {
    const world = anAsyncWorld();
    const at = (version: number, weight: number, async?: { timeoutSeconds: number }) => {
      const target = { kind: 'endpoint' as const, endpointName: `churn-v${version}-bbbbbbbb`, ...(async && { async }) };
      return { version, weight, target };
    };
    world.router.route([at(1, 0.1, { timeoutSeconds: 900 }), at(2, 0.9)], 'churn-v2-r1');
    const given = [];
    for (let i = 0; i < 10; i++) given.push((await ask(world)).status);
    expect(given).toEqual(new Array(10).fill(202));
    const counted = world.aws.counted();
    expect(counted.length).toBeGreaterThan(0);
    expect(counted.every(({ sk, errors }) => errors === 1 && sk.includes('#0000000002#'))).toBe(true);
  });
});
