import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { captureLines, labelLine } from '../../../domain/capture/lines.ts';
import { encodeInferenceId } from '../../../domain/inference/inference-id.ts';
import { windowAt } from '../../../domain/monitoring/windows.ts';
import { captureKeys } from '../../../domain/names.ts';
import { makeHandler } from '../../../lambdas/partition-capture/handler.ts';
import { UNREADABLE_FOLDER } from '../../../lambdas/partition-capture/partition-capture.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { memoryRegistry } from '../../fixtures/memory-registry.ts';

const NOW = new Date('2026-03-02T00:00:00Z');
const DAY = 86_400_000;

function captured(model: string, eventTime: string): string {
  const time = new Date(eventTime);
  const inferenceId = encodeInferenceId(time, 1, () => 0.5);
  const call = { model, version: 1, inferenceId, eventTime: time, inferenceTime: NOW };
  return captureLines({ ...call, columns: ['a'], rows: [[1]], predictions: [0.5] })[0] as string;
}
const label = (model: string, eventTime: string) =>
  labelLine({ model, inferenceId: 'i', row: 0, label: '1', eventTime: new Date(eventTime), at: NOW });

async function aPartitioner() {
  const registry = memoryRegistry();
  await registry.applySpec(aModelSpec(), { by: 'test', at: NOW });
  await registry.applySpec(aModelSpec({ name: 'weekly', monitoring: { window: '7d' } }), { by: 'test', at: NOW });
  const objects = new Map<string, string>();
  /** Objects there were when the mark was left. */
  const marks = new Map<string, number>();
  const raw = new Map<string, Uint8Array>();
  const handler = makeHandler({
    registry,
    files: {
      read: async (key) => {
        const bytes = raw.get(key);
        if (!bytes) throw new Error('NoSuchKey');
        return bytes;
      },
      write: async (key, text) => {
        if (!key.startsWith(captureKeys.dirty)) objects.set(key, text);
        else marks.set(key, objects.size);
      },
    },
    now: () => NOW,
  });
  const record = (key: string) => ({
    messageId: key,
    body: JSON.stringify({
      'detail-type': 'Object Created',
      time: NOW.toISOString(),
      detail: { bucket: { name: 'capture' }, object: { key } },
    }),
  });
  return {
    objects,
    marks,
    deliver: (...keys: string[]) => handler({ Records: keys.map(record) }),
    put: (key: string, text: string, gzip = false) =>
      raw.set(key, gzip ? gzipSync(text) : new TextEncoder().encode(text)),
  };
}

describe('captured lines', () => {
  it('are sorted by model and event-time window, unchanged and in order', async () => {
    const { objects, marks, put, deliver } = await aPartitioner();
    const first = captured('churn', '2026-03-01T23:59:59.999Z');
    const second = captured('churn', '2026-03-02T00:00:00.000Z');
    const late = label('churn', '2026-03-01T08:00:00Z');
    const weekly = captured('weekly', '2026-03-01T12:00:00Z');
    put('raw/2026/03/02/00/a', first + second + late + weekly);
    expect(await deliver('raw/2026/03/02/00/a')).toEqual({ batchItemFailures: [] });
    const byFolder = Object.fromEntries(
      [...objects].map(([key, text]) => [key.replace(/[0-9a-f]{64}\.jsonl$/, ''), text]),
    );
    expect(byFolder).toEqual({
      'windows/churn/2026-03-01T00-00-00-000Z_2026-03-02T00-00-00-000Z/': first + late,
      'windows/churn/2026-03-02T00-00-00-000Z_2026-03-03T00-00-00-000Z/': second,
      'windows/weekly/2026-02-23T00-00-00-000Z_2026-03-02T00-00-00-000Z/': weekly,
    });
    const marked = [...marks.keys()].map((key) => key.replace('dirty/', 'windows/').concat('/'));
    expect(marked.sort()).toEqual(Object.keys(byFolder).sort());
  });

  it('mark their window only once they are there', async () => {
    const { marks, put, deliver } = await aPartitioner();
    put('raw/a', captured('churn', '2026-03-01T00:00:00Z'));
    await deliver('raw/a');
    expect([...marks.values()]).toEqual([1]);
  });

  it('are the same however often and in whatever form the object comes', async () => {
    const { objects, put, deliver } = await aPartitioner();
    const text = captured('churn', '2026-03-01T00:00:00Z');
    put('raw/a', text);
    await deliver('raw/a', 'raw/a');
    const before = new Map(objects);
    put('raw/a', text, true);
    await deliver('raw/a');
    expect(objects).toEqual(before);
    put('raw/b', text);
    await deliver('raw/b');
    expect(objects.size).toBe(2);
  });

  it('are kept aside when they say no model or no time, and hold nothing up', async () => {
    const { objects, put, deliver } = await aPartitioner();
    const good = captured('churn', '2026-03-01T00:00:00Z');
    const bad = [
      '{"broken',
      '[]',
      '{"millrace":{"type":"capture","model":"churn"}}',
      good.trim().replace('"model":"churn"', '"model":"../churn"'),
      good.trim().replace('"model":"churn"', '"model":"unregistered"'),
      good.trim().replace('2026-03-01T00:00:00.000Z"}}', 'yesterday"}}'),
      '{"captureData":{},"eventMetadata":{"eventId":"x"},"eventVersion":"0"}',
    ];
    put('raw/a', `${bad.join('\n')}\n\n${good}`);
    expect(await deliver('raw/a')).toEqual({ batchItemFailures: [] });
    const unreadable = [...objects].filter(([key]) => key.startsWith(UNREADABLE_FOLDER));
    expect(unreadable.map(([, text]) => text)).toEqual([`${bad.join('\n')}\n`]);
    expect(objects.size).toBe(2);
  });

  it('are delivered again when they cannot be read, without the others', async () => {
    const { put, deliver } = await aPartitioner();
    put('raw/a', captured('churn', '2026-03-01T00:00:00Z'));
    expect(await deliver('raw/missing', 'raw/a')).toEqual({ batchItemFailures: [{ itemIdentifier: 'raw/missing' }] });
  });

  it('come out exactly once each, in the window their time falls into', async () => {
    const times = fc.array(fc.integer({ min: 0, max: 40 * DAY }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(times, fc.boolean(), async (offsets, gzip) => {
        const { objects, put, deliver } = await aPartitioner();
        const start = Date.parse('2026-01-01T00:00:00Z');
        const lines = offsets.map((offset) => captured('churn', new Date(start + offset).toISOString()));
        put('raw/a', lines.join(''), gzip);
        await deliver('raw/a');
        const out = [...objects].flatMap(([key, text]) =>
          text
            .trim()
            .split('\n')
            .map((line) => {
              const time = new Date(JSON.parse(line).millrace.eventTime);
              const folder = windowAt(time, DAY).start.toISOString().replace(/[:.]/g, '-');
              expect(key).toContain(`windows/churn/${folder}_`);
              return `${line}\n`;
            }),
        );
        expect(out.sort()).toEqual(lines.sort());
      }),
    );
  });
});
