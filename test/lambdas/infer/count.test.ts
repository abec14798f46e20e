import { describe, expect, it } from 'vitest';
import { JUDGED_ROWS } from '../../../domain/rollout/bins.ts';
import type { Aws } from '../../../lambdas/infer/aws.ts';
import { count } from '../../../lambdas/infer/count.ts';

const BINARY = { inputs: [], outputs: [{ name: 'probability', datatype: 'FP64' as const, nullable: false }] };
const CLASSES = { ...BINARY, outputs: [{ ...BINARY.outputs[0], name: 'probabilities' }] };
const NUMBER = { ...BINARY, outputs: [{ ...BINARY.outputs[0], name: 'prediction' }] };
const TRAFFIC = { model: 'churn', rev: 4, rolloutId: 'churn-v2-r1', routes: [], at: '2026-03-02T00:00:00.000Z' };

/** What is written for one request that version 2 answered after 1 ms, with chance always at one half. */
async function written(
  answer: { signature: object; values: number[]; width?: number; classes?: string[] } | undefined,
  judged?: object,
) {
  const counted: Parameters<Aws['addCounts']>[] = [];
  const kept: Parameters<Aws['keepItem']>[] = [];
  const { signature, values = [], width = 1, classes } = answer ?? {};
  const served = { signature, classes };
  const predictions = { values: Float64Array.from(values), rows: values.length / width, width };
  const request = { version: 2, latencyMs: 1, ...(answer && { answer: { served, predictions, inferenceId: 'i-1' } }) };
  await count({ ...TRAFFIC, ...(judged && { judged }) } as never, [request as never], {
    aws: {
      addCounts: async (...call: Parameters<Aws['addCounts']>) => void counted.push(call),
      keepItem: async (...call: Parameters<Aws['keepItem']>) => void kept.push(call),
    } as never,
    table: 'registry',
    random: () => 0.5,
    metrics: { add: () => {}, settle: () => {} },
    now: () => new Date('2026-03-02T00:00:00Z'),
  });
  return { bins: counted[0]?.[2].bins, errors: counted[0]?.[2].errors, key: counted[0]?.[1].SK, kept };
}

describe('counting a request of a rollout', () => {
  it('is one write under the routes that it was given out by', async () => {
    expect(await written({ signature: BINARY, values: [0.5] })).toEqual({
      bins: ['l0', 'p10'],
      errors: 0,
      key: 'COUNT#churn-v2-r1#0000000002#0000000004',
      kept: [],
    });
  });

  it('of one that failed has a latency and no prediction', async () => {
    expect(await written(undefined, { quality: true })).toMatchObject({ bins: ['l0'], errors: 1, kept: [] });
  });

  it('takes one row of several', async () => {
    expect((await written({ signature: BINARY, values: [0, 1, 0, 0] })).bins).toEqual(['l0', 'p0']);
    expect((await written({ signature: BINARY, values: [0, 0, 1, 0] })).bins).toEqual(['l0', 'p20']);
  });

  it('takes the likeliest class, and those from the last bin on as one', async () => {
    expect((await written({ signature: CLASSES, values: [0.2, 0.7, 0.1], width: 3 })).bins).toEqual(['l0', 'p1']);
    const many = Array.from({ length: 40 }, (_, i) => (i === 33 ? 0.9 : 0));
    expect((await written({ signature: CLASSES, values: many, width: 40 })).bins).toEqual(['l0', 'p20']);
  });

  for (const [value, bin] of [
    [-50, 'p0'],
    [10, 'p0'],
    [20, 'p10'],
    [30, 'p20'],
    [1_000, 'p20'],
  ] as const) {
    it(`takes a number of ${value} as ${bin} of a range from 10 to 30`, async () => {
      expect((await written({ signature: NUMBER, values: [value] }, { range: [10, 30] })).bins).toEqual(['l0', bin]);
    });
  }

  it('leaves a number out where there is no range', async () => {
    expect((await written({ signature: NUMBER, values: [3] }, { quality: true })).bins).toEqual(['l0']);
  });

  it('keeps predictions for their labels where quality is judged', async () => {
    const ttl = Date.parse('2026-04-01T00:00:00Z') / 1_000;
    const fields = { type: 'judged', rolloutId: 'churn-v2-r1', version: 2, rev: 4, ttl };
    const key = { PK: 'W#default#JUDGED#churn#i-1', SK: 'J' };
    const kept = async (...given: Parameters<typeof written>) => (await written(...given)).kept;
    expect(await kept({ signature: BINARY, values: [0.25, 0.5] }, { quality: true })).toEqual([
      ['registry', key, { ...fields, predictions: '[0.25,0.5]' }],
    ]);
    const answer = { signature: CLASSES, values: [0.2, 0.7, 0.1], width: 3, classes: ['a', 'b', 'c'] };
    expect(await kept(answer, { quality: true })).toEqual([['registry', key, { ...fields, predictions: '["b"]' }]]);
    expect(await kept({ signature: NUMBER, values: [12] }, { quality: true, range: [10, 34] })).toEqual([
      ['registry', key, { ...fields, predictions: '[12]', scale: 4 }],
    ]);
  });

  it('keeps the first rows only, and no number without a scale', async () => {
    const [[, , fields] = []] = (
      await written({ signature: BINARY, values: new Array(JUDGED_ROWS + 1).fill(0.5) }, { quality: true })
    ).kept;
    expect(JSON.parse(String(fields?.predictions))).toHaveLength(JUDGED_ROWS);
    expect((await written({ signature: NUMBER, values: [12] }, { quality: true })).kept).toEqual([]);
  });
});
