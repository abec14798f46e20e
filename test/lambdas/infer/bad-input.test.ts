import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { aFacedRouter, facedSignature, names, type Router } from './a-faced-model.ts';
import { CANARY, FORMS, type Form, GOOD, type Sent } from './bad-bodies.ts';
import { CASES, type Expected } from './bad-cases.ts';

/** One column must be there, so that null is bad input for it. */
const signature = {
  ...facedSignature,
  inputs: facedSignature.inputs.map((field) => ({ ...field, nullable: field.name !== 'plan' })),
};

let written: string[];
const unhandled: unknown[] = [];
const note = (reason: unknown) => void unhandled.push(reason);

beforeEach(() => {
  // whatever a function could log, on every level
  vi.stubEnv('LOG_LEVEL', 'debug');
  written = [];
  const take = (line: unknown) => !!written.push(String(line));
  vi.spyOn(process.stdout, 'write').mockImplementation(take as never);
  vi.spyOn(process.stderr, 'write').mockImplementation(take as never);
  for (const method of ['log', 'error', 'warn', 'info'] as const) {
    vi.spyOn(console, method).mockImplementation((...line) => void take(line.join(' ')));
  }
  process.on('unhandledRejection', note);
});
afterEach(() => {
  process.off('unhandledRejection', note);
  vi.restoreAllMocks();
});

const send = (router: Router, path: string, { body, headers, base64 }: Sent & { base64?: boolean }) =>
  router.send({ httpMethod: 'POST', path, body, headers: headers ?? {}, isBase64Encoded: base64 ?? false });

const predictionsOf = (body: { predictions?: unknown; outputs?: unknown }): unknown =>
  body.predictions ?? (Array.isArray(body.outputs) && body.outputs[0]?.data ? body.outputs[0].data : body.outputs);

/** What the router says of a fault: `error` of v2, `detail` of the others. */
const messageOf = ({ body }: Awaited<ReturnType<typeof send>>): string => body.error ?? body.detail ?? '';

async function neighbour(router: Router): Promise<unknown> {
  const form = FORMS.v2 as Form;
  const { status, body } = await send(router, form.path, form.encode(GOOD, names));
  expect(status).toBe(200);
  return predictionsOf(body);
}

async function judge(router: Router, form: Form, sent: Sent, expected: Expected): Promise<void> {
  const before = await neighbour(router);
  const answer = await send(router, form.path, sent);
  const message = messageOf(answer);
  expect({ status: answer.status, message }).toMatchObject({ status: expected.status });
  for (const part of expected.says ?? []) expect(message).toContain(part);
  if (expected.status >= 400) {
    expect(Object.keys(answer.body)).toEqual(
      form.misfit === 400 ? ['error'] : expect.arrayContaining(['type', 'status', 'detail']),
    );
    // ten problems of 60 characters shown, whatever the size of what is wrong
    expect(message.length).toBeLessThan(4_000);
  }
  if (expected.like) {
    const like = await send(router, form.path, form.encode(expected.like, names));
    expect(predictionsOf(answer.body)).toEqual(predictionsOf(like.body));
  }
  expect(await neighbour(router)).toEqual(before);
  expect([...written, ...router.metricLines].join('')).not.toContain(CANARY);
  expect(unhandled).toEqual([]);
}

for (const [name, form] of Object.entries(FORMS)) {
  describe(`bad input through ${name}`, () => {
    for (const { what, make } of CASES) {
      const made = make(form);
      if (!made) continue;
      it(`is answered ${made.expected.status}, and harms nobody: ${what}`, async () => {
        await judge(aFacedRouter(signature), form, made.sent, made.expected);
      });
    }

    it('is not what a model that answers nonsense means: 500, with the row', async () => {
      const router = aFacedRouter(signature);
      const before = await neighbour(router);
      const good = router.aws.endpoints.get('churn-v1-bbbbbbbb') as (csv: string) => Response;
      for (const [value, seen] of [
        ['nan', 'NaN'],
        ['inf', 'NaN'],
        ['1e999', 'Infinity'],
      ]) {
        const answer = () => new Response(`0.5\n${value}`, { headers: { 'content-type': 'text/csv' } });
        router.aws.endpoints.set('churn-v1-bbbbbbbb', answer);
        const response = await send(router, form.path, form.encode(GOOD, names));
        expect({ status: response.status, message: messageOf(response) }).toEqual({
          status: 500,
          message: `prediction 1 is ${seen}`,
        });
      }
      router.aws.endpoints.set('churn-v1-bbbbbbbb', good);
      expect(await neighbour(router)).toEqual(before);
      expect(written.join('')).toContain('infer-failed');
      expect([...written, ...router.metricLines].join('')).not.toContain(CANARY);
    });

    it('is a model whose name is none: 404, without asking for it', async () => {
      const router = aFacedRouter(signature);
      const path = form.path.replace('churn', 'x'.repeat(3_000));
      expect((await send(router, path, form.encode(GOOD, names))).status).toBe(404);
      expect(router.aws.count('dynamodb')).toBe(0);
    });
  });
}

it('every case is answered by at least one face of each kind that can say it', () => {
  const tried = CASES.map(({ what, make }) => [what, Object.values(FORMS).filter((form) => make(form)).length]);
  expect(tried.filter(([, forms]) => (forms as number) < 2)).toEqual([]);
});
