import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Featurizer } from '../../domain/features/featurizer.ts';
import { aFacedRouter, digestOf, facedSignature, type Router } from '../lambdas/infer/a-faced-model.ts';
import { main } from './run.ts';
import type { Outcome } from './suite.ts';

const features: Featurizer['features'] = [
  { name: 'age', kind: 'numeric' },
  { name: 'spend', kind: 'numeric' },
  { name: 'plan', kind: 'category', categories: ['free', 'pro'] },
  { name: 'active', kind: 'boolean' },
];
const number = (name: string) => ({ name, datatype: 'FP64' as const, nullable: false });

/** The router with a model of another task, whose endpoint answers `width` numbers a row. */
function routerOf(outputs: typeof facedSignature.outputs, label: Featurizer['label'], width: number): Router {
  const router = aFacedRouter();
  for (const version of [1, 2]) {
    router.addVersion(version, { signature: { ...facedSignature, outputs } }, { features, label });
    router.aws.endpoints.set(`churn-v${version}-bbbbbbbb`, (csv) => {
      const rows = csv.split('\n').map((line) => Array.from({ length: width }, (_, k) => digestOf(`${k}:${line}`)));
      return new Response(rows.map((row) => row.join(',')).join('\n'), { headers: { 'content-type': 'text/csv' } });
    });
  }
  return router;
}

const MODELS: Readonly<Record<string, () => Router>> = {
  binary: aFacedRouter,
  multiclass: () =>
    routerOf(
      [number('probabilities'), { name: 'label', datatype: 'BYTES', nullable: false }],
      { kind: 'class', column: 'y', compare: 'text', classes: ['a', 'b', 'c'] },
      3,
    ),
  regression: () => routerOf([number('prediction')], { kind: 'number', column: 'y' }, 1),
};

/** The real handler behind HTTP, as API Gateway calls it. */
function listen(router: Router): Promise<Server> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const answer = await router.raw({
        httpMethod: request.method ?? 'GET',
        path: new URL(request.url ?? '/', 'http://router').pathname,
        headers: request.headers as Record<string, string>,
        body: chunks.length > 0 ? Buffer.concat(chunks).toString('base64') : null,
        isBase64Encoded: chunks.length > 0,
      });
      response.writeHead(answer.statusCode, answer.headers).end(answer.body);
    });
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

for (const [task, routerFor] of Object.entries(MODELS)) {
  describe(`the router with a ${task} model`, () => {
    let server: Server;
    let url: string;
    beforeAll(async () => {
      server = await listen(routerFor());
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    afterAll(() => new Promise((resolve) => server.close(resolve)));

    for (const [what, more] of [
      ['without a version', []],
      ['of version 2', ['--version', '2']],
    ] as const) {
      it(`conforms to the Open Inference Protocol, ${what}`, async () => {
        let [out, err] = ['', ''];
        const code = await main(
          ['--url', url, '--model', 'churn', '--json', ...more],
          (text) => {
            out += text;
          },
          (text) => {
            err += text;
          },
        );
        expect(err).toBe('');
        const { outcomes } = JSON.parse(out) as { outcomes: Outcome[] };
        expect(outcomes.filter(({ status }) => status === 'failed')).toEqual([]);
        // no feature is an integer of 32 bits or less
        expect(outcomes.filter(({ status }) => status === 'skipped').map(({ id }) => id)).toEqual(['integer-limits']);
        expect(code).toBe(0);
      });
    }

    it('is examined in words as well, and fails where nobody knows the model', async () => {
      let out = '';
      const code = await main(
        ['--url', url, '--model', 'nobody', '--only', 'model-metadata'],
        (text) => {
          out += text;
        },
        () => {},
      );
      expect(code).toBe(1);
      expect(out).toContain('0 passed, 1 failed, 0 skipped');
    });
  });
}
