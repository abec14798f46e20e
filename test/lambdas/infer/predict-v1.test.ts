import { describe, expect, it } from 'vitest';
import { aFacedRouter, post } from './a-faced-model.ts';
import { aRouter } from './fake-aws.ts';

const row = { age: 30, spend: 1.5, plan: 'pro', active: true };
const path = '/v1/models/churn:predict';

describe(':predict', () => {
  it('answers rows with predictions and columns with outputs', async () => {
    const router = aFacedRouter();
    const rows = await post(router, path, { instances: [row] });
    const arrays = await post(router, path, { instances: [[30, 1.5, 'pro', true]] });
    const columns = await post(router, path, { inputs: { active: [true], age: [30], plan: ['pro'], spend: [1.5] } });
    expect(rows).toMatchObject({ status: 200, body: { predictions: [expect.any(Number)] } });
    expect(arrays.body).toEqual(rows.body);
    expect(columns.body).toEqual({ outputs: rows.body.predictions });
    expect(rows.headers['x-amzn-sagemaker-inference-id']).toMatch(/^[0-9a-z]{9}-1-[0-9a-z]{12}$/);
  });

  for (const address of ['/v1/models/churn/versions/2:predict', '/v1/models/churn/versions/2%3Apredict']) {
    it(`asks the version that ${address} names`, async () => {
      const answer = await post(aFacedRouter(), address, { instances: [row] });
      expect(answer.headers['x-amzn-sagemaker-inference-id']).toMatch(/-2-/);
    });
  }

  it('takes the event time from the parameters', async () => {
    const parameters = { event_time: '2001-04-01T00:00:00Z' };
    const router = aFacedRouter();
    await post(router, path, { instances: [row], parameters });
    expect(JSON.parse(router.aws.captured[0] as string).millrace.eventTime).toBe('2001-04-01T00:00:00.000Z');
  });

  it('answers several outputs with an object per row, or an array per output', async () => {
    const router = aRouter();
    const outputs = [
      { name: 'probabilities', datatype: 'FP64' as const, nullable: false },
      { name: 'label', datatype: 'BYTES' as const, nullable: false },
    ];
    const inputs = [{ name: 'age', datatype: 'INT64' as const, nullable: true }];
    const label = { kind: 'class' as const, column: 'c', compare: 'text' as const, classes: ['a', 'b', 'c'] };
    router.addVersion(1, { signature: { inputs, outputs } }, { features: [{ name: 'age', kind: 'numeric' }], label });
    router.route([{ version: 1, weight: 1, target: { kind: 'endpoint', endpointName: 'churn-v1-bbbbbbbb' } }]);
    router.aws.endpoints.set('churn-v1-bbbbbbbb', () => new Response('[0.1,0.7,0.2]\n[0.5,0.3,0.2]'));
    const rows = await post(router, path, { instances: [[1], [2]] });
    expect(rows.body.predictions).toEqual([
      { probabilities: [0.1, 0.7, 0.2], label: 'b' },
      { probabilities: [0.5, 0.3, 0.2], label: 'a' },
    ]);
    const columns = await post(router, path, { inputs: { age: [1, 2] } });
    expect(columns.body.outputs).toEqual({
      probabilities: [
        [0.1, 0.7, 0.2],
        [0.5, 0.3, 0.2],
      ],
      label: ['b', 'a'],
    });
  });

  const refused: [string, unknown, number, string][] = [
    ['both forms', { instances: [row], inputs: {} }, 400, 'got instances and inputs'],
    ['neither form', { rows: [row] }, 400, 'got none'],
    ['a bare list', [row], 400, 'a JSON object'],
    ['something beside the rows', { instances: [row], extra: 1 }, 400, 'only signature_name and parameters'],
    ['instances that are no list', { instances: row }, 400, '/instances: an array'],
    ['damaged JSON', '{"instances": [', 400, 'body: JSON expected'],
    ['NaN', '{"instances": [{"age": 1, "spend": NaN}]}', 400, '/instances/0/spend: JSON expected'],
    ['-Infinity', '{"inputs": {"a/b": [1, -Infinity]}}', 400, '/inputs/a~1b/1: JSON expected'],
    ['a number beyond a double', `{"inputs": {"age": [1], "spend": [1e999]}}`, 422, '/inputs/spend/0'],
    ['an integer beyond 2^53', '{"instances": [[9007199254740993, 1, "", true]]}', 422, '/instances/0/0'],
    ['a text for a number', { instances: [{ ...row, age: '30' }] }, 422, '/instances/0/age: a whole number'],
    ['a missing feature', { instances: [{ ...row, age: undefined }] }, 422, '/instances/0: age missing'],
    ['an extra feature', { instances: [{ ...row, other: 1 }] }, 422, '/instances/0/other: no such column'],
    ['a name of every object', '{"instances": [{"__proto__": 1, "constructor": 2}]}', 422, '/instances/0/__proto__'],
    ['rows of two forms', { instances: [row, [1, 2, '', true]] }, 422, '/instances/1'],
    ['a short row', { instances: [[1, 2]] }, 422, 'an array of 4 values expected, got 2 values'],
    ['no rows', { instances: [] }, 422, 'from 1 to 10000 rows expected, got 0'],
    [
      'columns of unequal length',
      { inputs: { age: [1], spend: [1, 2], plan: [''], active: [true] } },
      422,
      '/inputs/spend',
    ],
    ['a bad time', { instances: [row], parameters: { event_time: 'x' } }, 422, '/parameters/event_time'],
  ];
  for (const [what, body, status, text] of refused) {
    it(`answers ${status} to ${what}, with a pointer and as problem details`, async () => {
      const router = aFacedRouter();
      const answer = await post(router, path, body);
      expect(answer.status).toBe(status);
      expect(answer.headers['content-type']).toBe('application/problem+json');
      expect(answer.body).toMatchObject({ type: 'about:blank', status });
      expect(answer.body.detail).toContain(text);
      expect(router.aws.captured).toEqual([]);
    });
  }

  const other: [string, string, Record<string, string>, number][] = [
    ['POST', '/v1/models/none:predict', {}, 404],
    ['POST', '/v1/models/churn/versions/9:predict', {}, 404],
    ['POST', '/v1/models/churn/versions/0:predict', {}, 404],
    ['POST', '/v1/models/churn:explain', {}, 404],
    ['POST', '/v1/models', {}, 404],
    ['GET', '/v1/models/churn:predict', {}, 405],
    ['POST', '/v1/models/churn', {}, 405],
    ['POST', '/v1/models/churn:predict', { accept: 'text/html' }, 406],
    ['POST', '/v1/models/churn:predict', { 'content-type': 'text/csv' }, 415],
    ['POST', '/v1/models/churn:predict', { 'content-type': 'application/json; charset=latin1' }, 415],
    ['POST', '/v3/models/churn', {}, 404],
  ];
  for (const [httpMethod, at, changes, status] of other) {
    it(`answers ${status} to ${httpMethod} ${at} with ${JSON.stringify(changes)}`, async () => {
      const headers = { 'content-type': 'application/json', ...changes };
      const answer = await aFacedRouter().send({
        httpMethod,
        path: at,
        headers,
        body: '{"instances":[[1,1,"",true]]}',
      });
      expect(answer.status).toBe(status);
      expect(answer.body).toMatchObject({ status, detail: expect.any(String) });
    });
  }

  const hidden: [string, (router: ReturnType<typeof aFacedRouter>) => unknown][] = [
    ['of a redacted column', (router) => router.addPolicy({ capture: { redact: ['plan'] } })],
    ['of what may be one, the policy being unreadable', (router) => router.aws.unreadable.add('CAPTURE')],
  ];
  for (const [what, prepare] of hidden) {
    it(`does not repeat the value ${what}`, async () => {
      const router = aFacedRouter();
      prepare(router);
      for (const body of [{ instances: [{ ...row, plan: 4711 }] }, { inputs: { ...row, plan: 4711 } }]) {
        const answer = await post(router, path, body);
        expect(answer.status).toBe(422);
        expect(JSON.stringify(answer.body)).not.toContain('4711');
      }
    });
  }

  it('lists the versions of a model', async () => {
    const available = (version: string) => ({
      version,
      state: 'AVAILABLE',
      status: { error_code: 'OK', error_message: '' },
    });
    const router = aFacedRouter();
    expect((await router.send({ path: '/v1/models/churn' })).body).toEqual({
      model_version_status: [available('1'), available('2')],
    });
    expect((await router.send({ path: '/v1/models/churn/versions/2' })).body).toEqual({
      model_version_status: [available('2')],
    });
    expect((await router.send({ path: '/v1/models/none' })).status).toBe(404);
  });

  it('knows its face by the route, whatever stands before it in the path', async () => {
    const answer = await aFacedRouter().send({
      path: '/models/v1/models/churn',
      resource: '/v1/{proxy+}',
      pathParameters: { proxy: 'models/churn' },
    });
    expect(answer.status).toBe(200);
  });
});
