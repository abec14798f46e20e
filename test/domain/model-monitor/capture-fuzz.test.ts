import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CaptureWindow } from '../../../domain/model-monitor/capture-window.ts';
import { readGroundTruth } from '../../../domain/model-monitor/ground-truth.ts';
import { readSageMakerCapture, UNREADABLE } from '../../../domain/model-monitor/sagemaker-capture.ts';
import { ColumnProfile } from '../../../domain/profiles/profile.ts';

const features = ['a', 'b'];
const SEEDS = [
  '1,x\n2,y',
  'a,b\n1,"x, y"',
  '[[1,"x"],[2,"y"]]',
  '{"a":[1,2],"b":["x","y"]}',
  '{"columns":["b","a"],"data":[["x",1]]}',
  '{"instances":[{"features":[1,"x"]},{"features":[2,"y"]}]}',
  '[{"a":1,"b":"x"},{"a":null}]',
  '{"a":1,"b":"x"}\n{"a":2,"b":"y"}',
  '{"inputs":[{"name":"a","shape":[1],"datatype":"INT64","data":[1]}]}',
  '{"predictions":[{"score":0.5},{"score":1}]}',
  '[0.1,0.9]\n[0.2,0.8]',
];
const sides = ['CSV', 'JSON', 'BASE64', 'OTHER', 7, undefined];
const types = ['text/csv', 'application/json; charset=latin1', 'application/jsonlines', 'image/png', 'x; charset=?', 5];

const edit = fc.record({
  at: fc.nat(60),
  cut: fc.nat(3),
  put: fc.oneof(
    fc.string({ maxLength: 3, unit: 'binary' }),
    fc.constantFrom('"', '{', '}', '[', ']', ',', 'null', '1e999', 'NaN', '\\u0000', '"__proto__":', '\n'),
  ),
});
const changed = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(text, fc.array(edit, { maxLength: 2 }))
    .map(([seed, edits]) =>
      edits.reduce((now, { at, cut, put }) => now.slice(0, at) + put + now.slice(at + cut), seed),
    );
const record = fc.record({ a: fc.jsonValue(), b: fc.jsonValue(), c: fc.jsonValue() }, { requiredKeys: [] });
const data = fc.oneof(
  { weight: 6, arbitrary: changed(fc.constantFrom(...SEEDS)) },
  changed(fc.constantFrom(...SEEDS)).map((text) => Buffer.from(text).toString('base64')),
  fc.array(record, { maxLength: 3 }).map((value) => JSON.stringify(value)),
  record.map((value) => JSON.stringify({ instances: value })),
  fc.jsonValue(),
);
const side = fc.record(
  { data, encoding: fc.constantFrom(...sides), observedContentType: fc.constantFrom(...types) },
  { requiredKeys: ['data'] },
);
const answer = fc.constantFrom('0.5', '0.5,0.25', '[1,2]').map((text) => ({ data: text }));
const document = fc.record({
  captureData: fc.record({
    endpointInput: side,
    endpointOutput: fc.oneof({ weight: 2, arbitrary: answer }, side, fc.jsonValue()),
  }),
  groundTruthData: side,
  eventMetadata: fc.oneof(
    { weight: 9, arbitrary: fc.constant({ eventId: 'e', inferenceTime: '2026-01-05T10:00:00Z' }) },
    fc.jsonValue(),
  ),
  millrace: fc.jsonValue(),
});
const line = fc.oneof(
  { weight: 20, arbitrary: document.map((value) => JSON.stringify(value)) },
  changed(document.map((value) => JSON.stringify(value))),
  fc.json(),
  fc.string(),
);

describe('lines that nobody would send', () => {
  it('are each read or have a reason, and none stops the reader or spoils the counts', () => {
    const none = { count: 0, nulls: 0, nans: 0, infinities: 0 };
    const columns = [
      { name: 'a', type: 'numeric', bins: { edges: [0], counts: [0, 0] }, ...none },
      { name: 'b', type: 'category', categories: { values: [['x', 1]], other: 0 }, ...none },
    ].map((column) => ColumnProfile.parse(column));
    const window = new CaptureWindow({ features: columns, constraints: [] });
    let answered = 0;
    fc.assert(
      fc.property(line, (text) => {
        readGroundTruth(text);
        const result = readSageMakerCapture(text, { features });
        if ('reason' in result) {
          expect(UNREADABLE).toHaveProperty(result.reason);
          return;
        }
        const { rows, outputs } = result.call;
        for (const row of rows) expect(row).toHaveLength(2);
        expect(outputs?.length ?? rows.length).toBe(rows.length);
        answered += outputs ? 1 : 0;
        window.add(result.call);
      }),
      { numRuns: 3_000 },
    );
    // or nothing of the above was looked at
    expect(window.calls).toBeGreaterThan(200);
    expect(answered).toBeGreaterThan(50);
    for (const { count, nulls, nans, infinities, bins } of window.profile().columns) {
      expect(count + nulls + nans + infinities).toBe(window.rows);
      if (bins) expect(bins.counts.reduce((sum, n) => sum + n)).toBe(count);
    }
  });
});
