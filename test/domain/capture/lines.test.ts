import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { captureLines, labelLine } from '../../../domain/capture/lines.ts';
import { LineReader } from '../../../domain/monitoring/records/line-reader.ts';

const call = {
  model: 'churn',
  version: 3,
  inferenceId: '0mwsi1hc0-3-000000000000',
  eventTime: new Date('2026-11-23T00:00:00Z'),
  inferenceTime: new Date('2026-11-23T00:00:01Z'),
  columns: ['age', 'plan'],
  rows: [
    [30, 'pro'],
    [null, 'free'],
  ],
  predictions: [0.25, 0.75],
};

describe('a capture line', () => {
  it("has SageMaker's form and the field millrace", () => {
    expect(captureLines(call)).toEqual([
      '{"captureData":{"endpointInput":{"observedContentType":"application/json","mode":"INPUT","data":"{\\"columns\\":[\\"age\\",\\"plan\\"],\\"rows\\":[[30,\\"pro\\"],[null,\\"free\\"]]}","encoding":"JSON"},"endpointOutput":{"observedContentType":"application/json","mode":"OUTPUT","data":"{\\"predictions\\":[0.25,0.75]}","encoding":"JSON"}},"eventMetadata":{"eventId":"0mwsi1hc0-3-000000000000","inferenceId":"0mwsi1hc0-3-000000000000","inferenceTime":"2026-11-23T00:00:01.000Z"},"eventVersion":"0","millrace":{"type":"capture","model":"churn","version":3,"eventTime":"2026-11-23T00:00:00.000Z"}}\n',
    ]);
  });

  it('is cut when it would be too long, and nothing is lost or told twice', () => {
    const texts = fc.array(fc.string({ maxLength: 40 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(texts, fc.integer({ min: 1_200, max: 4_000 }), (plans, maxBytes) => {
        const rows = plans.map((plan, i) => [i, plan]);
        const lines = captureLines({ ...call, rows, predictions: plans.map((_, i) => i) }, maxBytes);
        const parts = lines.map((line) => JSON.parse(line));
        for (const line of lines) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(maxBytes);
        const read = parts.flatMap((part) => {
          const { rows } = JSON.parse(part.captureData.endpointInput.data);
          const { predictions } = JSON.parse(part.captureData.endpointOutput.data);
          expect(predictions[0]).toBe(part.millrace.firstRow ?? 0);
          expect(part.eventMetadata.inferenceId).toBe(call.inferenceId);
          return rows;
        });
        expect(read).toEqual(rows);
        expect(new Set(parts.map((part) => part.eventMetadata.eventId)).size).toBe(lines.length);
      }),
    );
  });

  it('is left out for a single row that Firehose would refuse', () => {
    const rows = [[1, 'x'.repeat(2_000)], ...call.rows.slice(1)];
    expect(captureLines({ ...call, rows }, 1_500).map((line) => JSON.parse(line).millrace.firstRow)).toEqual([1]);
  });

  const context = {
    columns: ['gender', 'site'],
    rows: [
      ['#12345678', 'north'],
      [null, 7],
    ],
  };

  it('carries context and weight where the window reader looks for them', () => {
    const [line = ''] = captureLines({ ...call, context, weight: 8 });
    expect(JSON.parse(JSON.parse(line).captureData.endpointInput.data).context).toEqual(context);
    expect(new LineReader('churn').readPlain(line.trimEnd())).toMatchObject({ rows: call.rows, context, weight: 8 });
  });

  it('keeps context beside its rows when it is cut', () => {
    const [whole = ''] = captureLines({ ...call, context, weight: 2 });
    const lines = captureLines({ ...call, context, weight: 2 }, whole.length - 1);
    const read = lines.map((line) => new LineReader('churn').read(line.trimEnd()));
    expect(read).toMatchObject([
      { rows: [[30, 'pro']], context: { rows: [['#12345678', 'north']] }, weight: 2 },
      { rows: [[null, 'free']], context: { rows: [[null, 7]] }, weight: 2, firstRow: 1 },
    ]);
  });
});

describe('a label line', () => {
  const label = { ...call, row: 4, label: 'yes', at: new Date('2026-11-24T00:00:00Z') };

  it("has SageMaker's ground-truth form and the field millrace", () => {
    expect(labelLine(label)).toBe(
      '{"groundTruthData":{"data":"yes","encoding":"CSV"},"eventMetadata":{"eventId":"0mwsi1hc0-3-000000000000.4"},"eventVersion":"0","millrace":{"type":"label","model":"churn","eventTime":"2026-11-23T00:00:00.000Z","at":"2026-11-24T00:00:00.000Z"}}\n',
    );
  });

  for (const [value, data] of [
    ['a,b', '"a,b"'],
    ['say "x"', '"say ""x"""'],
    ['two\nlines', '"two\nlines"'],
  ] as const) {
    it(`quotes ${JSON.stringify(value)} as a CSV field`, () => {
      expect(JSON.parse(labelLine({ ...label, label: value })).groundTruthData.data).toBe(data);
    });
  }
});
