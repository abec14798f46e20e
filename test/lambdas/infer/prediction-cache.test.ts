import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_CACHED_CELLS, rowsText } from '../../../domain/inference/cached-rows.ts';
import type { Value } from '../../../domain/inference/datatypes.ts';
import { aFacedRouter, type Cell, columnsOf, csvOf, names, PLANS, rowObject } from './a-faced-model.ts';
import { aRouter, inferBody } from './fake-aws.ts';

const ANA = 'arn:aws:iam::111122223333:user/ana';
const BO = 'arn:aws:iam::111122223333:user/bo';
const by = (userArn: string) => ({ requestContext: { identity: { userArn } } });

/** Version 1 behind an endpoint that never answers the same twice, and a spec that lets answers be given again for a minute. */
function aCachingRouter(deployment: object = { cache: { ttl: '1m' } }) {
  const router = aRouter();
  let answers = 0;
  router.addVersion(1);
  router.route([{ version: 1, weight: 1, target: { kind: 'endpoint', endpointName: 'churn' } }]);
  router.aws.endpoints.set('churn', (csv) => {
    answers += 1;
    return new Response(
      csv
        .split('\n')
        .map((_, row) => String(answers / 1_000 + row / 1e6))
        .join('\n'),
    );
  });
  router.addPolicy({}, {}, deployment);
  return router;
}
const numbersOf = ({ body }: { body: { outputs: { data: number[] }[] } }) => body.outputs[0]?.data;

describe('a prediction for the same rows', () => {
  it('has the numbers of before, says so, and has an inference id of its own', async () => {
    const router = aCachingRouter();
    const first = await router.infer(inferBody(), undefined, by(ANA));
    const second = await router.infer(inferBody(), undefined, by(ANA));
    expect(numbersOf(second)).toEqual(numbersOf(first));
    expect([first.headers['x-millrace-cache'], second.headers['x-millrace-cache']]).toEqual([undefined, 'hit']);
    expect(first.body.parameters).toEqual({ inference_id: first.body.id });
    expect(second.body.parameters).toEqual({ inference_id: second.body.id, cache: 'hit' });
    expect(second.body.id).not.toBe(first.body.id);
    expect(router.aws.count('sagemaker')).toBe(1);
  });

  it('is captured and counted as any other', async () => {
    const router = aCachingRouter();
    for (let i = 0; i < 3; i++) await router.infer(inferBody(), undefined, by(ANA));
    expect(router.aws.captured).toHaveLength(3);
    const ids = router.aws.captured.map((line) => JSON.parse(line).eventMetadata.eventId);
    expect(new Set(ids).size).toBe(3);
    router.advance(10_000);
    await router.infer(inferBody(), undefined, by(ANA));
    const rows = router.metricLines.flatMap((line) => JSON.parse(line).PredictedRows ?? []);
    expect(rows).toEqual([2, 2, 2, 2]);
  });

  for (const [what, change, send] of [
    ['of another caller', {}, by(BO)],
    ['of a caller whom nobody knows', {}, { requestContext: {} }],
    ['with an explanation', { parameters: { explain: true } }, by(ANA)],
    ['of other values', inferBody([30, 51]), by(ANA)],
    ['in another order', inferBody([50, 30]), by(ANA)],
    ['of fewer rows', inferBody([30]), by(ANA)],
  ] as const) {
    it(`is made anew ${what}`, async () => {
      const router = aCachingRouter();
      await router.infer(inferBody(), undefined, by(ANA));
      const other = await router.infer({ ...inferBody(), ...change }, undefined, send);
      expect([other.status, other.headers['x-millrace-cache']]).toEqual([200, undefined]);
      expect(router.aws.count('sagemaker')).toBe(2);
    });
  }

  it('is made anew when it is too old, by the clock of the spec', async () => {
    const router = aCachingRouter();
    await router.infer(inferBody(), undefined, by(ANA));
    router.advance(59_999);
    expect((await router.infer(inferBody(), undefined, by(ANA))).headers['x-millrace-cache']).toBe('hit');
    router.advance(1);
    expect((await router.infer(inferBody(), undefined, by(ANA))).headers).not.toHaveProperty('x-millrace-cache');
  });

  it('is made anew by another model, whatever its version’s number, and on another target', async () => {
    const router = aCachingRouter();
    const target = { kind: 'endpoint', endpointName: 'churn' } as const;
    await router.infer(inferBody(), undefined, by(ANA));
    router.aws.endpoints.set('other', router.aws.endpoints.get('churn') as never);
    router.route([{ version: 1, weight: 1, target: { ...target, endpointName: 'other' } }]);
    router.advance(3_000);
    expect((await router.infer(inferBody(), undefined, by(ANA))).headers).not.toHaveProperty('x-millrace-cache');
    // the same numbers from other artifacts
    const fitted = {
      features: [
        { name: 'age', kind: 'numeric' as const },
        { name: 'plan', kind: 'category' as const, categories: ['pro'] },
      ],
    };
    router.addVersion(2, {}, fitted);
    router.route([{ version: 2, weight: 1, target: { ...target, endpointName: 'other' } }]);
    router.advance(3_000);
    expect((await router.infer(inferBody(), undefined, by(ANA))).headers).not.toHaveProperty('x-millrace-cache');
  });

  it('is made anew while versions are compared', async () => {
    const router = aCachingRouter();
    router.route([{ version: 1, weight: 1, target: { kind: 'endpoint', endpointName: 'churn' } }], 'churn-v1-r1');
    for (let i = 0; i < 2; i++) await router.infer(inferBody(), undefined, by(ANA));
    expect(router.aws.count('sagemaker')).toBe(2);
  });

  it('is made anew where the spec says nothing of it', async () => {
    const router = aCachingRouter({});
    for (let i = 0; i < 2; i++) await router.infer(inferBody(), undefined, by(ANA));
    expect(router.aws.count('sagemaker')).toBe(2);
  });

  it('that failed is not remembered', async () => {
    const router = aCachingRouter();
    router.aws.broken.set('sagemaker', () => new Response('', { status: 500 }));
    expect((await router.infer(inferBody(), undefined, by(ANA))).status).toBe(503);
    router.aws.broken.clear();
    expect((await router.infer(inferBody(), undefined, by(ANA))).status).toBe(200);
  });

  it('keeps its own event time and routing key', async () => {
    const router = aCachingRouter();
    await router.infer(inferBody(), undefined, by(ANA));
    const parameters = { event_time: '2026-01-02T00:00:00Z', routing_key: 'k' };
    const { headers, body } = await router.infer(inferBody(undefined, { parameters }), undefined, by(ANA));
    expect(headers['x-millrace-cache']).toBe('hit');
    expect(body.id.slice(0, 9)).toBe(Date.parse(parameters.event_time).toString(36).padStart(9, '0'));
  });
});

const cell = {
  age: fc.option(fc.integer({ min: -5, max: 5 })),
  spend: fc.option(fc.oneof(fc.constantFrom(0, -0, 0.1, 1e-300), fc.double({ noNaN: true, noDefaultInfinity: true }))),
  plan: fc.option(fc.constantFrom(...PLANS)),
  active: fc.option(fc.boolean()),
};
const rowsOf = fc.array(fc.tuple(cell.age, cell.spend, cell.plan, cell.active) as fc.Arbitrary<Cell[]>, {
  minLength: 1,
  maxLength: 4,
});

/** Which of the rows, and whether it is Ana who asks: both callers ask for the same before long. */
const CALLS = fc.array(fc.tuple(fc.nat(1), fc.boolean()), { minLength: 2, maxLength: 6 });

describe('for any rows and any two callers', () => {
  it('a prediction that is remembered is bit for bit the one that is not, through every face, and never another one’s', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(rowsOf, { minLength: 1, maxLength: 2 }), CALLS, async (pool, calls) => {
        const [caching, plain] = [aFacedRouter(), aFacedRouter()];
        caching.addPolicy({}, {}, { cache: { ttl: '1h' } });
        const asked = new Set<string>();
        for (const [which, isAna] of calls) {
          const rows = pool[which % pool.length] as Cell[][];
          const userArn = isAna ? ANA : BO;
          const bodies: [string, object][] = [
            ['/v1/models/churn:predict', { instances: rows.map(rowObject) }],
            ['/models/churn/invocations', { dataframe_split: { columns: names, data: rows } }],
            ['/endpoints/churn/invocations', { inputs: columnsOf(rows) }],
          ];
          for (const [path, body] of bodies) {
            const sent = { httpMethod: 'POST', path, body: JSON.stringify(body), ...by(userArn) };
            const [one, other] = [await caching.send(sent), await plain.send(sent)];
            expect(one.body).toEqual(other.body);
            // JSON has one zero: the rows that were sent are those that count
            const key = `${userArn} ${csvOf(JSON.parse(JSON.stringify(rows)))}`;
            expect(one.headers['x-millrace-cache']).toBe(asked.has(key) ? 'hit' : undefined);
            asked.add(key);
          }
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('the text of rows', () => {
  it('tells all values apart', () => {
    const values: Value[] = [null, 0, -0, 1, '1', '', 'null', true, 'true', 0.1, 1e21, 5e-324];
    const rows = values.map((value) => [[value]]);
    // as an integer beyond 2^53 is kept
    const texts = [
      ...rows,
      [[9_007_199_254_740_993n as never]],
      [['9007199254740993']],
      [[1, null]],
      [[1], [null]],
    ].map(rowsText);
    expect(new Set(texts).size).toBe(texts.length);
  });

  it('is made for so many cells and no more', () => {
    const row = Array.from({ length: 100 }, () => 1);
    const rows = Array.from({ length: MAX_CACHED_CELLS / 100 }, () => row);
    expect(rowsText(rows)).toBeDefined();
    expect(rowsText([...rows, row])).toBeUndefined();
  });
});
