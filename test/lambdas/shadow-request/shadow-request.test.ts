import { beforeEach, describe, expect, it } from 'vitest';
import { makeHandler } from '../../../lambdas/shadow-request/handler.ts';
import { aRouter, inferBody } from '../infer/fake-aws.ts';

const endpoint = { kind: 'endpoint' as const, endpointName: 'churn-v2-bbbbbbbb' };
const csv = (text: string) => () => new Response(text, { headers: { 'content-type': 'text/csv' } });
let router: ReturnType<typeof aRouter>;

beforeEach(() => {
  router = aRouter();
  router.addVersion(1);
  router.addVersion(2);
});

/** What the function of the queue does with the copies that were sent. */
async function work(copies = router.aws.copies) {
  const before = router.aws.calls.length;
  const { models, metrics, calls } = router;
  let ms = 0;
  const handler = makeHandler({
    aws: calls,
    models,
    metrics,
    table: 'registry',
    now: () => new Date(),
    elapsed: () => (ms += 4),
    random: () => 0,
  });
  const Records = copies.map((body, i) => ({ messageId: `m${i}`, body }));
  const answer = await handler({ Records });
  const written = router.aws.calls
    .slice(before)
    .filter(({ request }) => request.headers.get('x-amz-target')?.endsWith('UpdateItem'))
    .map(({ body }) => {
      const {
        Key,
        UpdateExpression,
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: values,
      } = JSON.parse(body);
      const added = [...String(UpdateExpression).matchAll(/(#\w+) (:\w+)/g)].map(([, name, value]) => [
        names[name as string],
        Number(values[value as string].N),
      ]);
      return { sk: Key.SK.S as string, ...(Object.fromEntries(added) as Record<string, number>) };
    });
  return { answer, written };
}

describe('a shadow', () => {
  it('gets a copy of what was asked and answered, and never answers', async () => {
    router.shadow(endpoint);
    router.aws.endpoints.set(endpoint.endpointName, csv('0.9,0.9'));
    for (let i = 0; i < 20; i++) {
      const { body, headers } = await router.infer(inferBody([30, 50]));
      expect([body.model_version, headers['x-millrace-model-version']]).toEqual(['1', '1']);
    }
    expect(router.aws.count('sagemaker')).toBe(0);
    expect(router.aws.copies).toHaveLength(20);
    expect(JSON.parse(router.aws.copies[0] as string)).toMatchObject({
      traffic: { model: 'churn', rolloutId: 'churn-v2-r1', rev: 1 },
      shadow: { version: 2, target: endpoint },
      columns: ['age', 'plan'],
      rows: [
        [30, 'pro'],
        [50, 'pro'],
      ],
      champion: { version: 1, width: 1, values: [expect.closeTo(0.2689, 3), expect.closeTo(0.8808, 3)] },
    });
  });

  it('is scored by its target and counted as the router counts, with how far it is from the champion', async () => {
    router.shadow(endpoint);
    router.aws.endpoints.set(endpoint.endpointName, csv('0.2689414,0.4'));
    await router.infer(inferBody([30, 50]));
    const { answer, written } = await work();
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(written).toEqual([
      expect.objectContaining({
        sk: expect.stringMatching(/^COUNT#churn-v2-r1#0*2#/),
        requests: 1,
        errors: 0,
        latencyMsSum: 4,
        cq: 1,
        cn: 2,
        // the second row was a yes and is a no
        cd: 1,
        // the first row was looked at
        cs: 0,
        cm: expect.closeTo(0.4808, 3),
        // at most 1
        d7: 1,
      }),
    ]);
  });

  it('counts an error where its target fails, and a feature it needs that was not sent', async () => {
    router.shadow(endpoint);
    router.aws.endpoints.set(endpoint.endpointName, () => Response.json({}, { status: 500 }));
    await router.infer(inferBody([30]));
    expect((await work()).written).toMatchObject([{ requests: 1, errors: 1 }]);
  });

  it('is scored in the function where its target is lambda', async () => {
    router.shadow({ kind: 'lambda' });
    await router.infer(inferBody([30]));
    expect((await work()).written).toMatchObject([{ requests: 1, errors: 0, cq: 1, cd: 0, cm: 0, d0: 1 }]);
  });

  it('drops copies of a rollout that has ended', async () => {
    router.shadow(endpoint);
    await router.infer(inferBody([30]));
    router.route([{ version: 1, weight: 1, target: { kind: 'lambda' } }]);
    router.advance(10_000);
    expect((await work()).written).toEqual([]);
  });

  it('has a copy that is no copy set aside, and the others done', async () => {
    router.shadow({ kind: 'lambda' });
    await router.infer(inferBody([30]));
    const { answer, written } = await work(['{}', router.aws.copies[0] as string]);
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
    expect(written).toHaveLength(1);
  });
});

describe('the router', () => {
  it('copies nothing for a version asked for by number', async () => {
    router.shadow(endpoint);
    expect((await router.infer(inferBody([30]), 'models/churn/versions/1/infer')).status).toBe(200);
    expect(router.aws.copies).toEqual([]);
  });

  it('does not know the version in the shadow by number', async () => {
    router.shadow(endpoint);
    expect((await router.infer(inferBody([30]), 'models/churn/versions/2/infer')).status).toBe(404);
  });

  it('copies the share that is asked for', async () => {
    router.shadow(endpoint, { share: 0.2 });
    for (let i = 0; i < 200; i++) await router.infer(inferBody([30]));
    expect(router.aws.copies.length).toBeGreaterThan(20);
    expect(router.aws.copies.length).toBeLessThan(60);
  });

  it('leaves out what a message has no room for, and counts it', async () => {
    router.shadow(endpoint);
    const { status } = await router.infer(inferBody(Array.from({ length: 9_000 }, () => 30)));
    expect([status, router.aws.copies]).toEqual([200, []]);
    expect(router.metricLines.join()).toContain('ShadowSkipped');
  });

  it('answers when the queue takes nothing', async () => {
    router.shadow(endpoint);
    router.aws.broken.set('sqs', () => Response.json({}, { status: 500 }));
    expect((await router.infer(inferBody([30]))).status).toBe(200);
    expect(router.metricLines.join()).toContain('ShadowFailed');
  });

  it('keeps a caller with one version by a header as by a parameter, over every face', async () => {
    const target = { kind: 'lambda' as const };
    router.route(
      [1, 2].map((version) => ({ version, weight: 0.5, target })),
      'churn-v2-r1',
    );
    const headers = { 'content-type': 'application/json', 'X-Millrace-Routing-Key': 'ana' };
    const versions = new Set<unknown>();
    const rows = { instances: [{ age: 30, plan: 'pro' }] };
    for (let i = 0; i < 8; i++) {
      versions.add((await router.infer(inferBody([30], { parameters: { routing_key: 'ana' } }))).body.model_version);
      versions.add((await router.infer(inferBody([30]), 'models/churn/infer', { headers })).body.model_version);
      for (const path of ['/v1/models/churn:predict', '/models/churn/invocations', '/endpoints/churn/invocations']) {
        const body = JSON.stringify(path.includes('/models/churn/inv') ? { dataframe_records: rows.instances } : rows);
        const answer = await router.send({ httpMethod: 'POST', path, headers, body });
        expect(answer.status).toBe(200);
        versions.add(answer.headers['x-millrace-model-version']);
      }
    }
    expect(versions.size).toBe(1);
  });
});
