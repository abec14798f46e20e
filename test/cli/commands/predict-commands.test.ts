import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decodeInferenceId } from '../../../domain/inference/inference-id.ts';
import { protectedLabel } from '../../../domain/protected.ts';
import { makeHandler as feedbackHandler } from '../../../lambdas/feedback/handler.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { aModelVersion } from '../../fixtures/entities.ts';
import { memoryRegistry } from '../../fixtures/memory-registry.ts';
import { runCli } from '../../fixtures/run-cli.ts';
import { aRouter, START } from '../../lambdas/infer/fake-aws.ts';

let server: Server;
let dir: string;
let router: ReturnType<typeof aRouter>;
let labels: string[];
let authorizations: string[];

/** Stands where API Gateway does, before the router and the feedback function. */
async function serve(method: string, path: string, body: string): Promise<{ status: number; body: unknown }> {
  const rest = path.replace(/^\/live/, '');
  if (rest.startsWith('/v2/')) {
    return router.send({ httpMethod: method, path: rest, headers: { 'content-type': 'application/json' }, body });
  }
  const registry = memoryRegistry();
  const { version: _, ...version } = aModelVersion();
  await registry.applySpec(aModelSpec({ classes: ['0', '1'] }), { by: 'test', at: START });
  await registry.registerVersion(version, { by: 'test', at: START });
  const send = async (lines: readonly string[]) => void labels.push(...lines);
  const pathParameters = { model: rest.replace('/feedback/', '') };
  const answer = await feedbackHandler({ registry, judged: { label: async () => {} }, send, now: () => START })({
    httpMethod: method,
    path: rest,
    pathParameters,
    body,
  });
  return { status: answer.statusCode, body: JSON.parse(answer.body) };
}

beforeAll(async () => {
  server = createServer(async (request, response) => {
    authorizations.push(request.headers.authorization ?? '');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { status, body } = await serve(request.method ?? '', request.url ?? '', Buffer.concat(chunks).toString());
    response.writeHead(status).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  dir = mkdtempSync(join(tmpdir(), 'millrace-predict-'));
  writeFileSync(join(dir, 'rows.csv'), 'plan,age,ignored\npro,30,x\nfree,50,y\npro,,z\n');
  writeFileSync(
    join(dir, 'rows.json'),
    JSON.stringify([
      { plan: 'pro', age: 30 },
      { plan: 'pro', age: null },
    ]),
  );
});
afterAll(async () => {
  rmSync(dir, { recursive: true, force: true });
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  router = aRouter();
  router.addVersion(1);
  router.route([{ version: 1, weight: 1, target: { kind: 'lambda' } }]);
  labels = [];
  authorizations = [];
});

async function run(...argv: string[]) {
  return runCli(argv, {
    cwd: dir,
    env: {
      MILLRACE_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/live`,
      MILLRACE_API_TOKEN: 'token',
    },
  });
}

describe('millrace predict', () => {
  it('sends the rows of a CSV file as the model wants them', async () => {
    const { code, stdout } = await run('predict', 'churn', '--data', 'rows.csv', '--json');
    const { model, predictions } = JSON.parse(stdout);
    expect({ code, model }).toEqual({ code: 0, model: 'churn' });
    expect(predictions.map(({ probability }: { probability: number }) => Number(probability.toFixed(2)))).toEqual([
      0.27, 0.88, 0.27,
    ]);
    expect(decodeInferenceId(predictions[2].inference_id)).toEqual({ eventTime: START, version: 1, row: 2 });
    expect(new Set(authorizations)).toEqual(new Set(['Bearer token']));
  });

  it('prints a table', async () => {
    const { stdout } = await run('predict', 'churn', '--data', 'rows.csv', '--rows', '2');
    expect(stdout.split('\n')[0]).toMatch(/^row +probability +version +inference_id$/);
    expect(stdout.trim().split('\n')).toHaveLength(3);
  });

  it('takes JSON, a version and the time the predictions are about', async () => {
    const at = ['--version', '1', '--event-time', '2001-04-01T00:00:00Z'];
    const { stdout } = await run('predict', 'churn', '--data', 'rows.json', '--json', ...at);
    const [{ inference_id }] = JSON.parse(stdout).predictions;
    expect(decodeInferenceId(inference_id)?.eventTime).toEqual(new Date('2001-04-01T00:00:00Z'));
  });

  it('sends columns beside the features by which monitoring tells rows apart', async () => {
    router.addPolicy({ segments: ['gender'] });
    writeFileSync(join(dir, 'context.csv'), 'plan,age,gender\npro,30,f\nfree,40,\n');
    const { code, stderr } = await run('predict', 'churn', '--data', 'context.csv', '--context', 'gender');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const input = JSON.parse(JSON.parse(router.aws.captured[0] ?? '').captureData.endpointInput.data);
    expect(input.context).toEqual({ columns: ['gender'], rows: [[protectedLabel('gender', 'f')], [null]] });
    expect((await run('predict', 'churn', '--data', 'context.csv', '--context', 'no')).stderr).toContain(
      'no column "no"',
    );
  });

  it('prints the largest contributions with --explain', async () => {
    const { stdout } = await run('predict', 'churn', '--data', 'rows.csv', '--explain');
    const [head, ...lines] = stdout.trim().split('\n');
    expect(head).toMatch(/^row +probability +contributions +version +inference_id$/);
    expect(lines.map((line) => /age \S+/.exec(line)?.[0])).toEqual(['age -0.75', 'age +2.25', 'age -0.75']);
  });

  it('gives all contributions and the bias with --explain --json, in requests of 100 rows', async () => {
    const ages = Array.from({ length: 101 }, (_, i) => (i === 100 ? 50 : 30));
    writeFileSync(join(dir, 'many.csv'), `plan,age\n${ages.map((age) => `pro,${age}\n`).join('')}`);
    const { code, stdout } = await run('predict', 'churn', '-d', 'many.csv', '-n', '101', '--explain', '--json');
    const { predictions } = JSON.parse(stdout);
    expect({ code, rows: predictions.length }).toEqual({ code: 0, rows: 101 });
    expect(predictions[99].explanation).toEqual({ contributions: { age: -0.75, plan: 0 }, bias: -0.25 });
    expect(predictions[100]).toMatchObject({ row: 101, explanation: { contributions: { age: 2.25, plan: 0 } } });
    expect(router.aws.captured).toHaveLength(2);
  });

  it('says what is wrong with a value in the words of the API', async () => {
    writeFileSync(join(dir, 'bad.csv'), 'plan,age\npro,old\n');
    const { code, stderr } = await run('predict', 'churn', '--data', 'bad.csv');
    expect(code).toBe(1);
    expect(stderr).toContain('/inputs/0/data/0: a whole number within ±(2^53 − 1), or null expected, got "old"');
  });

  const wrong: [string, string[], number, string][] = [
    ['a missing column', ['churn', '--data', 'half.csv'], 1, 'row 1 has no column "plan"'],
    ['no file', ['churn'], 2, 'usage: millrace predict'],
    ['a bad number of rows', ['churn', '--data', 'rows.csv', '--rows', '0'], 2, '--rows must be'],
    ['an unknown model', ['other', '--data', 'rows.csv'], 1, 'model other is not served'],
    ['a file that is not there', ['churn', '--data', 'no.csv'], 2, 'cannot read no.csv: there is no such file'],
    ['an empty file', ['churn', '--data', 'empty.csv'], 1, 'has no rows'],
  ];
  for (const [what, argv, code, text] of wrong) {
    it(`refuses ${what} with exit code ${code}`, async () => {
      writeFileSync(join(dir, 'half.csv'), 'age\n30\n');
      writeFileSync(join(dir, 'empty.csv'), 'age,plan\n');
      const answer = await run('predict', ...argv);
      expect(answer.code).toBe(code);
      expect(answer.stderr).toContain(text);
    });
  }
});

describe('millrace feedback', () => {
  it('sends the label of a prediction', async () => {
    const { stdout } = await run('predict', 'churn', '--data', 'rows.csv', '--json');
    const { inference_id } = JSON.parse(stdout).predictions[1];
    const { code, stdout: told } = await run('feedback', 'churn', '--inference-id', inference_id, '--label', '1');
    expect({ code, told }).toEqual({ code: 0, told: `the label of ${inference_id} was taken\n` });
    expect(JSON.parse(labels[0] as string)).toMatchObject({
      groundTruthData: { data: '1' },
      eventMetadata: { eventId: inference_id },
    });
  });

  it('fails when the label is refused', async () => {
    const { code, stderr } = await run('feedback', 'churn', '--inference-id', 'nonsense', '--label', '1');
    expect(code).toBe(1);
    expect(stderr).toContain('inference_id "nonsense" is not one');
  });

  it('needs an id and a label', async () => {
    expect((await run('feedback', 'churn', '--label', '1')).code).toBe(2);
    expect((await run('feedback', 'churn', '--inference-id', 'a', '--label', '1', '--row', '-1')).code).toBe(2);
  });
});
