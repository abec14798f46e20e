import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { encodeRequest } from '../../../domain/inference/encode-response.ts';
import {
  aFacedRouter,
  type Cell,
  CSV,
  csvOf,
  ENDPOINT,
  FACES,
  type Face,
  facedSignature,
  MLFLOW,
  names,
  post,
  type Router,
  someRows,
  V1,
} from './a-faced-model.ts';

function predictionsOf({ body }: Awaited<ReturnType<Face>>): unknown {
  if (typeof body === 'string') return body.trimEnd().split('\n').map(Number);
  return body.predictions ?? body.outputs;
}

/** What capture keeps of a call, its id apart. */
function capturedBy(router: Router): unknown {
  const { captureData, millrace } = JSON.parse(router.aws.captured.at(-1) as string);
  return { captureData, millrace };
}

describe('the same rows through every face', () => {
  for (const [name, face] of Object.entries(FACES)) {
    it(`give the very predictions and the capture lines of v2: ${name}`, async () => {
      const router = aFacedRouter();
      await fc.assert(
        fc.asyncProperty(someRows, async (sent) => {
          const reference = await router.infer(encodeRequest(facedSignature, sent));
          expect(reference.status).toBe(200);
          const captured = capturedBy(router);
          const answer = await face(router, sent);
          expect(answer.status).toBe(200);
          expect(predictionsOf(answer)).toEqual(reference.body.outputs[0].data);
          expect(capturedBy(router)).toEqual(captured);
        }),
        { numRuns: 40 },
      );
    });
  }

  it('differ where a value differs', async () => {
    const router = aFacedRouter();
    const answers = [
      [30, 1.5, 'pro', true],
      [31, 1.5, 'pro', true],
      [30, 1.5, '', true],
      [30, 1.5, null, true],
    ];
    const { body } = await post(router, V1, { instances: answers });
    expect(new Set(body.predictions).size).toBe(4);
  });
});

const row = [30, 1.5, 'pro', true];

describe('MLflow invocations', () => {
  const refused: [string, unknown, Record<string, string>, number, string][] = [
    ['two forms', { instances: [row], inputs: {} }, {}, 400, 'got instances and inputs'],
    ['a bare list', [row], {}, 400, 'a JSON object'],
    ['no form', { params: {} }, {}, 400, 'got none'],
    ['another charset', { instances: [row] }, { 'content-type': 'application/json; charset=utf-16' }, 415, 'utf-16'],
    ['another charset of CSV', 'age\n', { 'content-type': 'text/csv; charset=latin1' }, 415, 'latin1'],
    ['another content type', 'age', { 'content-type': 'text/plain' }, 415, 'application/json or text/csv'],
    ['a split without data', { dataframe_split: { columns: names } }, {}, 400, '/dataframe_split/data'],
    ['an unknown column', { dataframe_split: { columns: ['x'], data: [[1]] } }, {}, 422, '/dataframe_split/columns/0'],
    ['bad params', { instances: [row], params: { routing_key: 1 } }, {}, 422, '/params/routing_key'],
    ['NaN', '{"dataframe_records":[{"age":NaN}]}', {}, 400, '/dataframe_records/0/age: JSON'],
    ['an open quote', 'age\n"', CSV, 400, '/1: '],
    ['a column twice', 'age,spend,plan,active,age\n1,1,a,true,1', CSV, 422, '/header/4: each column once'],
    ['nan in a file', 'age,spend,plan,active\n1,nan,a,true', CSV, 422, '/rows/0/1'],
    ['a word for a boolean', 'age,spend,plan,active\n1,2,a,yes', CSV, 422, '/rows/0/3'],
    ['a header alone', 'age,spend,plan,active\n', CSV, 422, 'from 1 to 10000 rows'],
  ];
  for (const [what, body, headers, status, text] of refused) {
    it(`answer ${status} to ${what}`, async () => {
      const answer = await post(aFacedRouter(), MLFLOW, body, headers);
      expect(answer).toMatchObject({ status, body: { status, detail: expect.stringContaining(text) } });
    });
  }

  it('take params and reach a version', async () => {
    const router = aFacedRouter();
    const body = { instances: [row], params: { event_time: '2001-04-01T00:00:00Z' } };
    const { headers } = await post(router, '/models/churn/versions/2/invocations', body);
    expect(headers['x-amzn-sagemaker-inference-id']).toMatch(/-2-/);
    expect(JSON.parse(router.aws.captured[0] as string).millrace.eventTime).toBe('2001-04-01T00:00:00.000Z');
  });
});

describe('SageMaker invocations', () => {
  const csv = csvOf([row as Cell[]]);

  it('answer CSV with CSV, the variant and the headers that came', async () => {
    const sent = { 'X-Amzn-SageMaker-Inference-Id': 'mine', 'X-Amzn-SageMaker-Custom-Attributes': 'trace=1; b' };
    const { status, headers, body } = await post(aFacedRouter(), ENDPOINT, csv, { ...CSV, ...sent });
    expect(status).toBe(200);
    expect(body).toMatch(/^0\.\d+\n$/);
    expect(headers).toEqual({
      'content-type': 'text/csv',
      'x-amzn-invoked-production-variant': '1',
      'x-millrace-model-version': '1',
      'x-amzn-sagemaker-inference-id': 'mine',
      'x-amzn-sagemaker-custom-attributes': 'trace=1; b',
      'x-millrace-inference-id': expect.stringMatching(/^[0-9a-z]{9}-1-/),
    });
  });

  const versions: [string, Record<string, string>, number, string?][] = [
    ['churn', {}, 200, '1'],
    ['churn-v2', {}, 200, '2'],
    ['churn', { 'x-amzn-sagemaker-target-variant': '2' }, 200, '2'],
    ['churn-v2', { 'x-amzn-sagemaker-target-variant': '2' }, 200, '2'],
    ['churn-v2', { 'x-amzn-sagemaker-target-variant': '1' }, 400],
    ['churn', { 'x-amzn-sagemaker-target-variant': 'AllTraffic' }, 400],
    ['churn', { 'x-amzn-sagemaker-target-model': 'a.tar.gz' }, 501],
    ['churn-v9', {}, 404],
    ['other', {}, 404],
  ];
  for (const [name, headers, status, version] of versions) {
    it(`at ${name} with ${JSON.stringify(headers)} answer ${status}${version ? ` from version ${version}` : ''}`, async () => {
      const answer = await post(aFacedRouter(), `/endpoints/${name}/invocations`, csv, { ...CSV, ...headers });
      expect(answer.status).toBe(status);
      expect(answer.headers['x-amzn-invoked-production-variant']).toBe(version);
    });
  }

  const limits: [string, string, number][] = [
    ['inference-id', 'x'.repeat(64), 200],
    ['inference-id', 'x'.repeat(65), 400],
    ['inference-id', '', 400],
    ['inference-id', 'a b', 400],
    ['custom-attributes', '', 200],
    ['custom-attributes', 'x'.repeat(1_024), 200],
    ['custom-attributes', 'x'.repeat(1_025), 400],
    ['custom-attributes', 'ü', 400],
    ['custom-attributes', 'a\r\nset-cookie: b', 400],
  ];
  for (const [name, value, status] of limits) {
    it(`answer ${status} to ${name} of ${value.length} characters, ${JSON.stringify(value.slice(0, 8))}`, async () => {
      const headers = { ...CSV, [`x-amzn-sagemaker-${name}`]: value };
      const answer = await post(aFacedRouter(), ENDPOINT, csv, headers);
      expect(answer.status).toBe(status);
      if (status === 200) expect(answer.headers[`x-amzn-sagemaker-${name}`]).toBe(value);
    });
  }

  const accepts: [string, string, number, string][] = [
    ['*/*', 'text/csv', 200, 'text/csv'],
    ['*/*', 'application/json', 200, 'application/json'],
    ['text/csv; q=0.5', 'application/json', 200, 'text/csv'],
    ['text/html, application/*', 'text/csv', 200, 'application/json'],
    ['text/csv;q=0', 'text/csv', 406, 'application/problem+json'],
    ['image/png', 'text/csv', 406, 'application/problem+json'],
    ['*/*', 'text/plain', 415, 'application/problem+json'],
  ];
  for (const [accept, type, status, answered] of accepts) {
    it(`answer ${status} to ${type} with Accept ${accept}`, async () => {
      const body = type === 'text/csv' ? csv : { instances: [row] };
      const answer = await post(aFacedRouter(), ENDPOINT, body, { 'content-type': type, accept });
      expect([answer.status, answer.headers['content-type']]).toEqual([status, answered]);
    });
  }
});

describe('whatever the face', () => {
  const CANARY = 'canary-4711';
  const bodies: [string, unknown, Record<string, string>][] = [
    [V1, { instances: [{ age: CANARY }] }, {}],
    [V1, `{"instances":[["${CANARY}", NaN]]}`, {}],
    [MLFLOW, { inputs: { age: [CANARY] } }, {}],
    [MLFLOW, `age\n${CANARY}"`, CSV],
    [ENDPOINT, `${CANARY},1,2,3`, CSV],
    [ENDPOINT, [CANARY], { 'x-amzn-sagemaker-session-id': CANARY }],
  ];
  for (const [path, body, headers] of bodies) {
    it(`nothing of the payload is in what the router writes: ${path} ${JSON.stringify(body)}`, async () => {
      const written: string[] = [];
      const spies = (['log', 'error', 'warn', 'info'] as const).map((method) =>
        vi.spyOn(console, method).mockImplementation((...line) => void written.push(line.join(' '))),
      );
      spies.push(vi.spyOn(process.stdout, 'write').mockImplementation((line) => !!written.push(String(line))) as never);
      const router = aFacedRouter();
      const { status } = await post(router, path, body, headers);
      for (const spy of spies) spy.mockRestore();
      expect(status).toBeGreaterThanOrEqual(400);
      expect([...written, ...router.metricLines].join('')).not.toContain(CANARY);
    });
  }
});
