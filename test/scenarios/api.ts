import { expect, it } from 'vitest';
import { createClient } from '../../client/index.ts';
import { customers } from '../fixtures/customers.ts';
import { request } from './model.ts';
import { until } from './wait.ts';
import type { World } from './world.ts';

const ROWS = customers(3, { from: 50_000 });
const FEATURES = ['age', 'spend', 'plan', 'active'];

export function apiScenarios(on: () => World): void {
  it('answers the same idempotency key once, and refuses it for another request', async () => {
    const { model } = await on().churn();
    const { platform } = on();
    const headers = { 'idempotency-key': `scenario-${Date.now()}` };
    const path = `/v2/models/${model.name}/infer`;
    const ask = (rows = ROWS) => platform.call('POST', path, request(rows, FEATURES), { headers });
    const [first, second] = [await ask(), await ask()];
    expect([first.status, first.headers.get('idempotency-replayed')]).toEqual([200, null]);
    expect([second.status, second.headers.get('idempotency-replayed')]).toEqual([200, 'true']);
    expect(second.body).toEqual(first.body);
    expect((await ask(ROWS.slice(1))).status).toBe(409);
  });

  it('gives the numbers of before where the spec allows it, under an inference id of their own', async () => {
    const model = on().model('cached');
    await model.apply({ deployment: { target: 'lambda', cache: { ttl: '1h' } } });
    await model.deploy('first.csv', customers(600));
    const first = await model.infer(ROWS);
    const hit = await until(
      'a router to answer from memory',
      async () => {
        const answer = await model.infer(ROWS);
        return answer.headers.get('x-millrace-cache') === 'hit' ? answer : undefined;
      },
      { seconds: 30 * on().platform.patience },
    );
    expect(hit.body.outputs).toEqual(first.body.outputs);
    expect(hit.body.id).not.toBe(first.body.id);
  });

  it('is asked by the client for TypeScript, which the command line prints the types for', async () => {
    const { model } = await on().churn();
    const { apiUrl: baseUrl, region, credentials, millrace } = on().platform;
    const churn = createClient({ baseUrl, region, credentials }).model<object, { probability: number }>(model.name);
    const options = { idempotencyKey: `client-${Date.now()}`, explain: true };
    const predictions = await churn.predict(ROWS, options);
    expect(predictions.map(({ probability }) => probability)).toEqual((await model.predict(ROWS)).data);
    expect(Object.keys([predictions[0]?.explanation].flat()[0]?.contributions ?? {}).sort()).toEqual(
      [...FEATURES].sort(),
    );
    expect(await churn.predict(ROWS, options)).toEqual(predictions);
    const labels = predictions.map(({ inferenceId }) => ({ inferenceId, label: 1 }));
    expect(await churn.feedback([...labels, { inferenceId: 'x', label: 1 }])).toMatchObject({
      accepted: 3,
      errors: [{ index: 3 }],
    });
    const [first] = ROWS;
    await expect(churn.predict([first as object, { ...first, age: 'old' }])).rejects.toMatchObject({
      name: 'ApiError',
      kind: 'invalid',
      problems: [{ row: 1, column: 'age' }],
    });
    const { stdout, code } = await millrace('client', model.name);
    expect(code).toBe(0);
    for (const feature of FEATURES) expect(stdout).toMatch(new RegExp(`  readonly ${feature}: \\w+`));
  });

  it('describes a model beside its predictions, and answers what is nowhere with problem details', async () => {
    const { model } = await on().churn();
    const { platform } = on();
    const described = await platform.call('GET', `/models/${model.name}/openapi.json`);
    expect(described.status).toBe(200);
    expect(Object.keys(described.body.paths as object)).toContain(`/models/${model.name}/invocations`);
    for (const [method, path, status, unsigned] of [
      ['GET', `/registry/models/${model.name}/openapi.json`, 404],
      ['GET', '/nowhere', 404],
      ['GET', `/feedback/${model.name}`, 404],
      ['POST', `/models/${model.name}/invocations`, 401, true],
    ] as const) {
      const answer = await platform.call(method, path, undefined, { unsigned: unsigned ?? false });
      expect([path, answer.status, answer.headers.get('content-type')]).toEqual([
        path,
        status,
        'application/problem+json',
      ]);
      expect(answer.body.detail).toEqual(expect.any(String));
    }
  });
}
