import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { captureLines, labelLine } from '../../../domain/capture/lines.ts';
import { Labels, readGroundTruth } from '../../../domain/model-monitor/ground-truth.ts';
import {
  readSageMakerCapture,
  type SageMakerCall,
  UNREADABLE,
} from '../../../domain/model-monitor/sagemaker-capture.ts';
import { FOLDER } from './files.ts';

const features = ['a', 'b'];
const csv = 'text/csv';
const json = 'application/json';

interface Side {
  readonly data: unknown;
  readonly encoding?: string;
  readonly observedContentType?: string;
}
const side = (data: unknown, encoding?: string, observedContentType?: string): Side => ({
  data,
  ...(encoding !== undefined && { encoding }),
  ...(observedContentType !== undefined && { observedContentType }),
});
const base64 = (text: string, type?: string, charset: BufferEncoding = 'utf8') =>
  side(Buffer.from(text, charset).toString('base64'), 'BASE64', type);
const lineOf = (endpointInput: unknown, endpointOutput?: unknown, meta: object = {}): string =>
  JSON.stringify({
    captureData: { endpointInput, ...(endpointOutput !== undefined && { endpointOutput }) },
    eventMetadata: { eventId: 'e1', inferenceTime: '2026-01-05T10:20:30Z', ...meta },
    eventVersion: '0',
  });
const read = (line: string) => readSageMakerCapture(line, { features });
function callOf(input: unknown, output?: unknown, meta?: object): SageMakerCall {
  const result = read(lineOf(input, output, meta));
  if ('reason' in result) throw new Error(result.reason);
  return result.call;
}
const asJson = (value: unknown) => side(JSON.stringify(value), 'JSON', json);

describe('the rows of a captured call', () => {
  const one = [['1', 'x']];
  it.each([
    ['CSV', side('1,x', 'CSV', csv), one],
    ['CSV with a line end', side('1,x\r\n', 'CSV', csv), one],
    [
      'CSV of many rows',
      side('1,x\n2,y\n', 'CSV', csv),
      [
        ['1', 'x'],
        ['2', 'y'],
      ],
    ],
    ['CSV with quotes', side('1,"x, ""y""\nz"', 'CSV', csv), [['1', 'x, "y"\nz']]],
    [
      'CSV with an empty cell',
      side('1,\n,x', 'CSV', csv),
      [
        ['1', ''],
        ['', 'x'],
      ],
    ],
    ['CSV with the names in another order', side('b,a\nx,1', 'CSV', csv), one],
    ['CSV whose content type has a charset', side('1,x', 'CSV', 'text/csv; charset=utf-8'), one],
    ['CSV without content type or encoding', side('1,x'), one],
    ['CSV that is said to be JSON', side('1,x', 'JSON', json), one],
    ['BASE64 of CSV', base64('1,x', csv), one],
    ['BASE64 of CSV without content type', base64('1,x'), one],
    ['BASE64 of CSV in another charset', base64('1,é', 'text/csv; charset=iso-8859-1', 'latin1'), [['1', 'é']]],
    ['BASE64 of JSON', base64('[[1,"x"]]', json), [[1, 'x']]],
    ['BASE64 of JSON without content type', base64('{"instances":[{"features":[1,"x"]}]}'), [[1, 'x']]],
    ['a byte order mark', side('\uFEFF1,x', 'CSV', csv), one],
  ])('are read from %s', (_what, input, rows) => {
    expect(callOf(input).rows).toEqual(rows);
  });

  const two = [
    [1, 'x'],
    [2, 'y'],
  ];
  const records = [
    { a: 1, b: 'x' },
    { b: 'y', a: 2 },
  ];
  it.each([
    ['rows', two, two],
    ['one row', [1, 'x'], [[1, 'x']]],
    ['records', records, two],
    ['one object', { b: 'x', a: 1 }, [[1, 'x']]],
    ['columns', { a: [1, 2], b: ['x', 'y'] }, two],
    ['columns by index', { a: { 0: 1, 1: 2 }, b: { 0: 'x', 1: 'y' } }, two],
    ['records by index', { 0: records[0], 1: records[1] }, two],
    [
      'split',
      {
        columns: ['b', 'a'],
        index: [0, 1],
        data: [
          ['x', 1],
          ['y', 2],
        ],
      },
      two,
    ],
    ['a data frame, split', { dataframe_split: { columns: ['a', 'b'], data: two } }, two],
    ['data frame records', { dataframe_records: records }, two],
    ['instances of rows', { instances: two }, two],
    ['instances of records', { instances: records }, two],
    ['instances of features', { instances: [{ features: [1, 'x'] }, { features: [2, 'y'] }] }, two],
    ['instances of features with values', { instances: [{ data: { features: { values: [1, 'x'] } } }] }, [[1, 'x']]],
    ['features', { features: [1, 'x'] }, [[1, 'x']]],
    ['inputs of columns', { inputs: { a: [1, 2], b: ['x', 'y'] } }, two],
    [
      'tensors',
      {
        inputs: [
          { name: 'b', shape: [2], datatype: 'BYTES', data: ['x', 'y'] },
          { name: 'a', shape: [2, 1], datatype: 'INT64', data: [[1], [2]] },
        ],
      },
      two,
    ],
    ['Millrace', { columns: ['a', 'b'], rows: two }, two],
    [
      'a missing field',
      [{ a: 1 }, { a: 2, b: 'y' }],
      [
        [1, null],
        [2, 'y'],
      ],
    ],
  ])('are read from JSON as %s', (_what, document, rows) => {
    expect(callOf(asJson(document)).rows).toEqual(rows);
    expect(callOf(base64(JSON.stringify(document), json)).rows).toEqual(rows);
    expect(callOf(side(JSON.stringify(document))).rows).toEqual(rows);
    expect(callOf(side(document, 'JSON', json)).rows).toEqual(rows);
  });

  it('are read from JSON Lines', () => {
    const type = 'application/jsonlines';
    expect(callOf(side('{"a":1,"b":"x"}\n{"b":"y","a":2}\n', 'JSON', type)).rows).toEqual(two);
    expect(callOf(base64('{"features":[1,"x"]}\n{"features":[2,"y"]}', type)).rows).toEqual(two);
  });

  it('say which columns are missing and which are more than the features', () => {
    const call = callOf(asJson([{ a: 1, c: 3 }]));
    expect(call).toMatchObject({ rows: [[1, undefined]], missingColumns: ['b'], extraColumns: ['c'] });
  });

  it('of one feature may be a list of its values', () => {
    const line = lineOf(asJson([1, 2, 3]));
    const result = readSageMakerCapture(line, { features: ['a'] });
    expect('call' in result && result.call.rows).toEqual([[1], [2], [3]]);
  });

  it('are not mistaken for a wrapper that is called like a feature', () => {
    const result = readSageMakerCapture(lineOf(asJson({ data: [1, 2], b: [3, 4] })), { features: ['data', 'b'] });
    expect('call' in result && result.call.rows).toEqual([
      [1, 3],
      [2, 4],
    ]);
  });
});

describe('the predictions of a captured call', () => {
  const rows = (n: number) => side(Array.from({ length: n }, () => '1,x').join('\n'), 'CSV', csv);
  it.each([
    ['one CSV cell', side('0.5', 'CSV', csv), 1, [0.5]],
    ['CSV rows', side('0.5\n0.25\n', 'CSV', csv), 2, [0.5, 0.25]],
    ['CSV cells of one row, as XGBoost writes them', side('0.5,0.25', 'CSV', csv), 2, [0.5, 0.25]],
    ['scientific notation', side('5e-1\n2.5E-01', 'CSV', csv), 2, [0.5, 0.25]],
    [
      'CSV columns',
      side('0.1,0.9\n0.2,0.8', 'CSV', csv),
      2,
      [
        [0.1, 0.9],
        [0.2, 0.8],
      ],
    ],
    ['a label beside its score', side('yes,0.9', 'CSV', csv), 1, [0.9]],
    ['labels', side('yes\nno', 'CSV', csv), 2, ['yes', 'no']],
    [
      'probabilities in brackets',
      side('[0.1, 0.9]\n[0.2, 0.8]', 'CSV', csv),
      2,
      [
        [0.1, 0.9],
        [0.2, 0.8],
      ],
    ],
    ['BASE64', base64('0.5', 'text/csv; charset=utf-8'), 1, [0.5]],
    ['a JSON list', asJson([0.5, 0.25]), 2, [0.5, 0.25]],
    ['a JSON list of one row', asJson([0.1, 0.9]), 1, [[0.1, 0.9]]],
    ['a JSON number', asJson(0.5), 1, [0.5]],
    ['lists in a list', asJson([[0.5], [0.25]]), 2, [0.5, 0.25]],
    ['scores', asJson([{ score: 0.5 }, { score: 0.25 }]), 2, [0.5, 0.25]],
    ['predictions', asJson({ predictions: [0.5, 0.25] }), 2, [0.5, 0.25]],
    ['predictions of scores', asJson({ predictions: [{ score: 0.5, predicted_label: 1 }] }), 1, [0.5]],
    ['predicted labels', asJson({ predictions: [{ predicted_label: 'no' }] }), 1, ['no']],
    [
      'probabilities',
      asJson({
        predictions: [
          [0.1, 0.9],
          [0.2, 0.8],
        ],
      }),
      2,
      [
        [0.1, 0.9],
        [0.2, 0.8],
      ],
    ],
    ['JSON Lines', side('{"score":0.5}\n{"score":0.25}', 'JSON', 'application/jsonlines'), 2, [0.5, 0.25]],
    ['numbers as text', asJson(['0.5', '2.5e-1']), 2, [0.5, 0.25]],
  ])('are read from %s', (_what, output, n, expected) => {
    expect(callOf(rows(n), output).outputs).toEqual(expected);
  });

  it.each([
    ['there are none', undefined],
    ['there are fewer than rows', side('0.5', 'CSV', csv)],
    ['they are damaged', side('%%%', 'BASE64', csv)],
    ['they are an error', asJson({ message: { code: 500, text: 'failed' } })],
  ])('are absent if %s, and the rows are not', (_what, output) => {
    const call = callOf(rows(2), output);
    expect(call.rows).toHaveLength(2);
    expect(call.outputs).toBeUndefined();
  });
});

describe('a line that cannot be read', () => {
  const input = side('1,x', 'CSV', csv);
  it.each([
    ['not-json', 'no JSON'],
    ['not-json', '[1]'],
    ['not-capture', '{"eventMetadata":{}}'],
    ['no-time', lineOf(input, undefined, { inferenceTime: 'yesterday' })],
    ['no-data', lineOf({ encoding: 'CSV' })],
    ['no-data', lineOf(side(null))],
    ['empty-data', lineOf(side(' \n', 'CSV', csv))],
    ['unsupported-content-type', lineOf(base64('x', 'image/png'))],
    ['damaged-base64', lineOf(side('a%b', 'BASE64', csv))],
    ['unknown-charset', lineOf(base64('1,x', 'text/csv; charset=klingon'))],
    ['not-text', lineOf(side(Buffer.from([0xff, 0xfe, 0x80]).toString('base64'), 'BASE64', csv))],
    ['damaged-json', lineOf(side('{"a":1', 'JSON', json))],
    ['damaged-csv', lineOf(side(','.repeat(100_000), 'CSV', csv))],
    ['unknown-layout', lineOf(asJson({ a: [1], b: [1, 2] }))],
    ['unknown-layout', lineOf(asJson([]))],
    ['wrong-width', lineOf(side('1,x\n1', 'CSV', csv))],
    ['wrong-width', lineOf(asJson([[1, 2, 3]]))],
    ['unknown-names', lineOf(asJson([{ c: 1 }]))],
  ] as const)('says %s', (reason, line) => {
    expect(read(line)).toMatchObject({ reason });
    expect(UNREADABLE).toHaveProperty(reason);
  });

  it('has the time of its folder if it has none itself', () => {
    const folderTime = new Date('2026-01-05T10:00:00Z');
    const line = lineOf(input, undefined, { inferenceTime: undefined });
    const result = readSageMakerCapture(line, { features, folderTime });
    expect('call' in result && result.call.time).toEqual(folderTime);
  });
});

describe('what Millrace captures', () => {
  const call = {
    model: 'churn',
    version: 2,
    inferenceId: 'i1',
    eventTime: new Date('2026-01-05T10:00:00Z'),
    inferenceTime: new Date('2026-01-05T10:00:01Z'),
    columns: ['b', 'a'],
    rows: [
      ['x', 1],
      ['y', null],
    ],
    predictions: [0.5, 0.25],
  };

  it('is read by the same reader, calls in several lines too', () => {
    const [whole = ''] = captureLines(call);
    const result = readSageMakerCapture(whole, { features });
    expect(result).toMatchObject({
      call: {
        eventId: 'i1',
        inferenceId: 'i1',
        rows: [
          [1, 'x'],
          [null, 'y'],
        ],
        outputs: [0.5, 0.25],
        firstRow: 0,
      },
    });
    const parts = captureLines(
      { ...call, rows: call.rows.map(([b]) => [b ?? '', 'z'.repeat(99)]) },
      whole.length + 120,
    ).map((line) => readSageMakerCapture(line, { features }));
    expect(parts.map((part) => 'call' in part && part.call.firstRow)).toEqual([0, 1]);
  });

  it('joins with its labels, row by row, the later of two', () => {
    const labels = new Labels();
    for (const [row, label] of [
      [1, 'no'],
      [1, 'yes'],
    ] as const) {
      const line = labelLine({
        model: 'churn',
        inferenceId: 'i1',
        row,
        label,
        eventTime: new Date(0),
        at: new Date(0),
      });
      const truth = readGroundTruth(line);
      if ('reason' in truth) throw new Error(truth.reason);
      labels.add(truth);
    }
    const result = readSageMakerCapture(captureLines(call)[0] ?? '', { features });
    expect('call' in result && labels.of(result.call)).toEqual([undefined, 'yes']);
    expect(labels.joined).toBe(1);
  });
});

it('the recorded capture is read but for the lines that are damaged', () => {
  const folder = join(FOLDER, 'capture', 'churn-endpoint', 'AllTraffic', '2026', '01', '05');
  const names = ['account_length', 'day_mins', 'state', 'intl_plan', 'balance'];
  const reasons: string[] = [];
  for (const hour of readdirSync(folder))
    for (const file of readdirSync(join(folder, hour)))
      for (const line of readFileSync(join(folder, hour, file), 'utf8')
        .trimEnd()
        .split('\n')) {
        const result = readSageMakerCapture(line, { features: names });
        if ('reason' in result) reasons.push(result.reason);
        else expect(result.call.outputs).toHaveLength(result.call.rows.length);
      }
  expect(reasons).toEqual(['not-json', 'wrong-width', 'unsupported-content-type']);
});
