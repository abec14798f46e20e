import { describe, expect, it } from 'vitest';
import type { ProxyEvent } from '../../../lambdas/infer/http.ts';
import { aRouter, inferBody } from './fake-aws.ts';

const ROW = { age: 30, plan: 'pro' };
const INSTANCES = { instances: [ROW] };

interface Face {
  readonly name: string;
  /** How a model is asked, or one version of it. */
  readonly path: (model: string, version?: number) => string;
  readonly body: object;
  /** Rows that the signature does not have. */
  readonly wrong: object;
  readonly twoForms?: object;
  /** What does not fit the signature is answered with. */
  readonly invalid: 400 | 422;
}

const FACES: readonly Face[] = [
  {
    name: 'Open Inference Protocol',
    path: (model, version) => `/v2/models/${model}${version ? `/versions/${version}` : ''}/infer`,
    body: inferBody([30]),
    wrong: inferBody(['old' as never]),
    invalid: 400,
  },
  {
    name: 'v1',
    path: (model, version) => `/v1/models/${model}${version ? `/versions/${version}` : ''}:predict`,
    body: INSTANCES,
    wrong: { instances: [{ ...ROW, age: 'old' }] },
    twoForms: { ...INSTANCES, inputs: { age: [30], plan: ['pro'] } },
    invalid: 422,
  },
  {
    name: 'MLflow',
    path: (model, version) => `/models/${model}${version ? `/versions/${version}` : ''}/invocations`,
    body: { dataframe_records: [ROW] },
    wrong: { dataframe_records: [{ ...ROW, age: 'old' }] },
    twoForms: { ...INSTANCES, dataframe_records: [ROW] },
    invalid: 422,
  },
  {
    name: 'SageMaker',
    path: (model, version) => `/endpoints/${model}${version ? `-v${version}` : ''}/invocations`,
    body: INSTANCES,
    wrong: { instances: [{ ...ROW, age: 'old' }] },
    twoForms: { ...INSTANCES, inputs: { age: [30], plan: ['pro'] } },
    invalid: 422,
  },
];

const endpoint = (status: number, type: string) => (router: ReturnType<typeof aRouter>) =>
  router.aws.endpoints.set('churn', () => Response.json({ __type: type }, { status }));
const late = (router: ReturnType<typeof aRouter>) =>
  router.aws.endpoints.set('churn', () => {
    throw new DOMException('too late', 'TimeoutError');
  });
const text = (body: string): Partial<ProxyEvent> => ({ body });
const headers = (changes: Record<string, string>): Partial<ProxyEvent> => ({
  headers: { 'content-type': 'application/json', ...changes },
});

/** What is sent, or happens behind the router: status, and headers that say more. */
const CASES: readonly {
  readonly what: string;
  readonly status: number | ((face: Face) => number);
  readonly send?: (face: Face) => Partial<ProxyEvent> | undefined;
  readonly happens?: (router: ReturnType<typeof aRouter>) => void;
  readonly header?: readonly [string, string];
}[] = [
  { what: 'good rows', status: 200 },
  { what: 'text that is not JSON', status: 400, send: () => text('{"instances": [') },
  { what: 'a number that JSON has not', status: 400, send: () => text('{"instances": [NaN]}') },
  { what: 'two forms at once', status: 400, send: ({ twoForms }) => twoForms && text(JSON.stringify(twoForms)) },
  {
    what: 'values of another type',
    status: ({ invalid }) => invalid,
    send: ({ wrong }) => text(JSON.stringify(wrong)),
  },
  {
    what: 'a token for another model',
    status: 403,
    send: () => ({ requestContext: { authorizer: { principalId: 'ana', models: 'other' } } }),
  },
  { what: 'an unknown model', status: 404, send: ({ path }) => ({ path: path('nobody') }) },
  { what: 'a version out of service', status: 404, send: ({ path }) => ({ path: path('churn', 9) }) },
  { what: 'a path that is none', status: 404, send: ({ path }) => ({ path: `${path('churn')}/more` }) },
  { what: 'another method', status: 405, send: () => ({ httpMethod: 'PUT' }), header: ['allow', 'POST'] },
  {
    what: 'a wish for XML',
    status: 406,
    send: ({ invalid }) => (invalid === 422 ? headers({ accept: 'application/xml' }) : undefined),
  },
  { what: 'a key that is none', status: 400, send: () => headers({ 'idempotency-key': 'a b' }) },
  { what: 'more than 6 MB', status: 413, send: () => text(`{"a":"${'x'.repeat(6_291_456)}"}`) },
  { what: 'XML', status: 415, send: () => headers({ 'content-type': 'application/xml' }) },
  { what: 'another charset', status: 415, send: () => headers({ 'content-type': 'application/json; charset=latin1' }) },
  {
    what: 'a throttled endpoint',
    status: 429,
    happens: endpoint(429, 'ThrottlingException'),
    header: ['retry-after', '1'],
  },
  { what: 'a model that fails', status: 500, happens: endpoint(424, 'ModelError') },
  {
    what: 'an endpoint that is not there',
    status: 503,
    happens: endpoint(400, 'ValidationError'),
    header: ['retry-after', '1'],
  },
  { what: 'no answer in time', status: 504, happens: late },
];

for (const face of FACES) {
  describe(`${face.name} answers`, () => {
    for (const { what, status, send, happens, header } of CASES) {
      const change = send ? send(face) : {};
      if (change === undefined) continue;
      const expected = typeof status === 'function' ? status(face) : status;
      it(`${expected} to ${what}`, async () => {
        const router = aRouter();
        router.addVersion(1);
        router.route([{ version: 1, weight: 1, target: { kind: 'endpoint', endpointName: 'churn' } }]);
        router.aws.endpoints.set('churn', () => new Response('0.25'));
        happens?.(router);
        const answer = await router.handler({
          httpMethod: 'POST',
          path: face.path('churn'),
          ...headers({}),
          body: JSON.stringify(face.body),
          requestContext: { identity: { userArn: 'arn:aws:iam::111122223333:user/ana' } },
          ...change,
        });
        const body = JSON.parse(answer.body);
        expect([answer.statusCode, body.error ?? body.detail]).toEqual([
          expected,
          expected === 200 ? undefined : expect.stringMatching(/\w{3}/),
        ]);
        if (header) expect(answer.headers[header[0]]).toBe(header[1]);
        if (expected === 200) return;
        if (face.path('').startsWith('/v2')) expect(Object.keys(body)).toEqual(['error']);
        else {
          expect(body).toMatchObject({ type: 'about:blank', status: expected });
          expect(answer.headers['content-type']).toBe('application/problem+json');
        }
      });
    }
  });
}
