import { describe, expect, it } from 'vitest';
import { encodeInferenceId } from '../../../domain/inference/inference-id.ts';
import { firehosePutBatch } from '../../../lambdas/adapters/firehose.ts';
import { firehoseLines } from '../../../lambdas/adapters/firehose-lines.ts';
import { makeHandler } from '../../../lambdas/feedback/handler.ts';
import { aModelSpec, type Overrides } from '../../fixtures/builders.ts';
import { aModelVersion } from '../../fixtures/entities.ts';
import { memoryRegistry } from '../../fixtures/memory-registry.ts';

const EVENT_TIME = new Date('2026-03-01T00:00:00Z');
const NOW = new Date('2026-03-02T00:00:00Z');
const idOf = (version: number) => encodeInferenceId(EVENT_TIME, version, () => 0.5);
const ID = idOf(1);

async function aHandler(spec: Overrides = { classes: ['0', '1'] }) {
  const registry = memoryRegistry();
  await registry.applySpec(aModelSpec(spec), { by: 'test', at: NOW });
  const { version: _, ...version } = aModelVersion();
  await registry.registerVersion(version, { by: 'test', at: NOW });
  const sent: string[] = [];
  const send = async (lines: readonly string[]) => void sent.push(...lines);
  const judged: unknown[][] = [];
  const label = async (...asked: unknown[]) => void judged.push(asked);
  const handler = makeHandler({ registry, send, judged: { label }, now: () => NOW });
  return {
    sent,
    judged,
    post: async (labels: unknown, model = 'churn') => {
      const body = JSON.stringify({ labels });
      const answer = await handler({ httpMethod: 'POST', path: `/feedback/${model}`, pathParameters: { model }, body });
      return { status: answer.statusCode, body: JSON.parse(answer.body) };
    },
  };
}

describe('feedback', () => {
  it('becomes a label line that knows its window', async () => {
    const { sent, post } = await aHandler();
    const labels = [{ inference_id: ID, row: 2, label: 1, at: '2026-03-01T12:00:00+01:00' }];
    expect(await post(labels)).toEqual({ status: 202, body: { accepted: 1, errors: [] } });
    expect(sent.map((line) => JSON.parse(line))).toEqual([
      {
        groundTruthData: { data: '1', encoding: 'CSV' },
        eventMetadata: { eventId: `${ID}.2` },
        eventVersion: '0',
        millrace: {
          type: 'label',
          model: 'churn',
          eventTime: '2026-03-01T00:00:00.000Z',
          at: '2026-03-01T11:00:00.000Z',
        },
      },
    ]);
  });

  it('takes the id of a row, and row 0 and now when nothing else is said', async () => {
    const { sent, post } = await aHandler();
    await post([
      { inference_id: `${ID}.7`, label: '0' },
      { inference_id: ID, label: '1' },
    ]);
    const parsed = sent.map((line) => JSON.parse(line));
    expect(parsed.map((line) => line.eventMetadata.eventId)).toEqual([`${ID}.7`, `${ID}.0`]);
    expect(parsed[0].millrace.at).toBe(NOW.toISOString());
  });

  it('must be 0 or 1 for a binary model whose spec names no classes', async () => {
    const { sent, post } = await aHandler({});
    const { body } = await post([
      { inference_id: ID, label: 5 },
      { inference_id: ID, label: 1 },
    ]);
    expect(body.errors).toEqual([{ index: 0, error: 'label must be one of 0, 1, got 5' }]);
    expect(sent).toHaveLength(1);
  });

  const bad: [string, unknown, string][] = [
    ['an id that decodes to nothing', { inference_id: 'abc', label: 1 }, 'not one that a prediction'],
    ['a version the model does not have', { inference_id: idOf(2), label: 1 }, 'of version 2'],
    ['two rows', { inference_id: `${ID}.1`, row: 2, label: 1 }, 'row 2 contradicts'],
    [
      'a time that is none',
      { inference_id: ID, label: 1, at: 'yesterday' },
      'at: has the wrong form (seen "yesterday"; allowed: an ISO 8601 time with a zone, for example 2026-03-02T10:30:00Z)',
    ],
    ['no id', { label: 1 }, 'inference_id: is missing (seen nothing; allowed: text)'],
    [
      'a label that is neither text nor number',
      { inference_id: ID, label: [1] },
      'label: has none of the allowed forms',
    ],
    ['a misspelt field', { inference_id: ID, label: 1, rwo: 2 }, 'rwo: is not a field here; did you mean row?'],
    [
      'a row below 0',
      { inference_id: ID, label: 1, row: -1 },
      'row: must be at least 0 (seen -1; allowed: at least 0)',
    ],
    ['no object', 5, 'the label: must be an object (seen 5; allowed: an object)'],
    ['an unknown class', { inference_id: ID, label: 'maybe' }, 'label must be one of 0, 1, got "maybe"'],
  ];
  for (const [what, item, error] of bad) {
    it(`is answered with its place and the rest is taken: ${what}`, async () => {
      const { sent, post } = await aHandler();
      const { status, body } = await post([item, { inference_id: ID, label: 1 }]);
      expect(status).toBe(202);
      expect(body).toEqual({ accepted: 1, errors: [{ index: 0, error: expect.stringContaining(error) }] });
      expect(sent).toHaveLength(1);
    });
  }

  it('of a regression must be a number', async () => {
    const { post } = await aHandler({ task: 'regression', classes: undefined });
    const labels = ['x', '', true, '1e3', 2.5].map((label) => ({ inference_id: ID, label }));
    const { body } = await post(labels);
    expect(body.accepted).toBe(2);
    expect(body.errors.map(({ index }: { index: number }) => index)).toEqual([0, 1, 2]);
  });

  for (const [count, status] of [
    [500, 202],
    [501, 400],
    [0, 400],
  ] as const) {
    it(`of ${count} labels is answered ${status}`, async () => {
      const { post } = await aHandler();
      expect((await post(new Array(count).fill({ inference_id: ID, label: 1 }))).status).toBe(status);
    });
  }

  it('is answered 404 for an unknown model', async () => {
    const { post } = await aHandler();
    expect((await post([{ inference_id: ID, label: 1 }], 'other')).status).toBe(404);
  });

  const bodies: [unknown, string][] = [
    [undefined, 'labels: is missing (seen nothing; allowed: a list)'],
    [{ inference_id: ID }, 'labels: must be a list (seen {"inference_id":'],
    [[], 'labels: must have at least 1 item (seen []; allowed: at least 1 item)'],
    [new Array(501).fill(1), 'labels: must have at most 500 items, has 501 (seen [1,1,1,'],
  ];
  for (const [labels, detail] of bodies) {
    it(`is answered with what is allowed: ${detail}`, async () => {
      const { post } = await aHandler();
      expect(await post(labels)).toMatchObject({ status: 400, body: { detail: expect.stringContaining(detail) } });
    });
  }
});

describe('lines to Firehose', () => {
  it('go again only where they were not taken', async () => {
    const calls: string[][] = [];
    const pauses: number[] = [];
    const send = firehoseLines(
      async (_, lines) => {
        calls.push([...lines]);
        return lines.map((line) => calls.length > 2 || !line.startsWith('b'));
      },
      'capture',
      async (ms) => pauses.push(ms),
    );
    const [a, b, c] = ['a', 'b', 'c'].map((text) => `${text.repeat(200_000)}\n`) as [string, string, string];
    await send([a, b, c]);
    expect(calls).toEqual([[a, b, c], [b], [b]]);
    expect(pauses).toEqual([50, 100]);
  });

  it('are given up loudly', async () => {
    const send = firehoseLines(
      async (_, lines) => lines.map(() => false),
      'capture',
      async () => undefined,
    );
    await expect(send(['a\n', 'b\n'])).rejects.toThrow('1 of 1 records were not taken');
  });

  for (const { lines, bytes, records } of [
    { lines: 1_001, bytes: 10, records: [1] },
    { lines: 1_000, bytes: 250, records: [1] },
    { lines: 1_001, bytes: 250, records: [2] },
    { lines: 17, bytes: 250_000, records: [16, 1] },
    { lines: 2, bytes: 1_000_000, records: [2] },
  ]) {
    it(`travel together, in order and whole: ${lines} of ${bytes} bytes`, async () => {
      const sent: string[][] = [];
      const send = firehoseLines(
        async (_, batch) => (sent.push([...batch]) > 0 ? batch.map(() => true) : []),
        'capture',
      );
      const all = Array.from({ length: lines }, (_, i) => `${String(i).padStart(bytes - 1, '0')}\n`);
      await send(all);
      expect(sent.map((batch) => batch.length)).toEqual(records);
      expect(sent.flat().join('')).toBe(all.join(''));
    });
  }

  const env = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: 'secret' };
  const put = (answer: Response) => firehosePutBatch(env, async () => answer)('capture', ['a\n', 'b\n']);

  it('are taken or not as each entry of a 200 says', async () => {
    const RequestResponses = [{ RecordId: '1' }, { ErrorCode: 'ServiceUnavailableException' }];
    expect(await put(Response.json({ FailedPutCount: 1, RequestResponses }))).toEqual([true, false]);
  });

  it('are all not taken when the stream is busy, and refused when the request is wrong', async () => {
    expect(await put(new Response('', { status: 503 }))).toEqual([false, false]);
    await expect(put(new Response('', { status: 400 }))).rejects.toThrow('answered 400');
  });

  it('is counted by request for a rollout whose quality is judged, and for no other', async () => {
    const labels = [
      { inference_id: ID, row: 1, label: '1', at: '2026-03-01T00:00:00Z' },
      { inference_id: `${ID}.0`, label: '0', at: '2026-03-01T00:00:01Z' },
      { inference_id: 'nonsense', label: '0' },
    ];
    const other = await aHandler();
    await other.post(labels);
    expect(other.judged).toEqual([]);
    const { judged, post } = await aHandler({ classes: ['0', '1'], deployment: { judging: { quality: {} } } });
    expect((await post(labels)).body.accepted).toBe(2);
    const rows = [
      { row: 1, label: '1', atMs: Date.parse('2026-03-01T00:00:00Z') },
      { row: 0, label: '0', atMs: Date.parse('2026-03-01T00:00:01Z') },
    ];
    expect(judged).toEqual([['churn', ID, rows, ['0', '1']]]);
  });
});
