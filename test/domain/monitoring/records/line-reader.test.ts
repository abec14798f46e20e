import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { captureLines } from '../../../../domain/capture/lines.ts';
import { readCapturedLine } from '../../../../domain/monitoring/records/captured-line.ts';
import { LineReader } from '../../../../domain/monitoring/records/line-reader.ts';
import { aLabel, aLine } from '../../../fixtures/capture-windows.ts';

const aCell = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -1e9, max: 1e9 }).map((value) => value / 1_000),
  fc.string({ maxLength: 6 }),
  fc.string({ unit: 'grapheme', maxLength: 4 }),
  fc.constantFrom('pro', '', '\u2028', '"', '\\', '\n', 'null'),
);
const aTable = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 })).chain(([wide, long]) =>
  fc.record({
    columns: fc.array(fc.string({ maxLength: 5 }), { minLength: wide, maxLength: wide }),
    rows: fc.array(fc.array(aCell, { minLength: wide, maxLength: wide }), { minLength: long, maxLength: long }),
    predictions: fc.array(
      fc.oneof(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.array(fc.double({ min: 0, max: 1 }), { maxLength: 3 }),
      ),
      { minLength: long, maxLength: long },
    ),
  }),
);
const aCall = fc.record({
  table: aTable,
  context: fc.option(aTable, { nil: undefined }),
  inferenceId: fc.oneof(fc.constant('00abc-1-x'), fc.string({ maxLength: 8 })),
  version: fc.integer({ min: 1, max: 99 }),
  weight: fc.constantFrom(1, 2, 7, 2 ** 31),
  eventTime: fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
});
const linesOf = fc.array(aCall, { minLength: 1, maxLength: 4 }).map((calls) =>
  calls.flatMap(({ table, context, ...call }) =>
    captureLines(
      {
        ...{ model: 'churn', inferenceTime: call.eventTime, ...call, ...table },
        ...(context && { context: { columns: context.columns, rows: table.rows.map(() => context.rows[0] ?? []) } }),
      },
      600,
    ).map((line) => line.trimEnd()),
  ),
);

/** One edit of a line: a character taken out, put in or put in the place of another, or a part repeated. */
const anEdit = fc.record({
  at: fc.nat(2_000),
  length: fc.integer({ min: 0, max: 3 }),
  text: fc.oneof(
    fc.constantFrom(
      '',
      '"',
      '\\"',
      '\\',
      ',',
      '[',
      ']',
      '{',
      '}',
      '0',
      '-',
      '1e999',
      '1e5',
      '.',
      '01',
      ' ',
      'null',
      '\u0001',
      '-0',
    ),
    fc.string({ maxLength: 2 }),
  ),
});

describe('the reader of lines', () => {
  it('reads as any JSON what it reads in one go', () => {
    fc.assert(
      fc.property(linesOf, fc.array(anEdit, { maxLength: 2 }), (lines, edits) => {
        const reader = new LineReader('churn');
        for (const line of lines) {
          let edited = line;
          for (const { at, length, text } of edits) {
            const from = at % (edited.length + 1);
            edited = edited.slice(0, from) + text + edited.slice(from + length);
          }
          for (const text of [line, edited]) {
            const plain = reader.readPlain(text);
            if (plain) expect(plain).toStrictEqual(readCapturedLine(text, 'churn'));
          }
        }
      }),
      { numRuns: 3_000 },
    );
  });

  it('reads in one go what the router writes of values without escapes', () => {
    const reader = new LineReader('churn');
    const context = { columns: ['gender'], rows: [['#ab12cd34']] };
    for (const line of [
      aLine(),
      aLine({ weight: 3, context }),
      aLine({ version: 2, context, predictions: [[0.25, 0.75]] }),
    ]) {
      expect(reader.readPlain(line)).toStrictEqual(readCapturedLine(line, 'churn'));
    }
    expect(reader.readPlain(aLine({ rows: [[1, 2.5, '"', false]] }))).toBeUndefined();
  });

  it('reads the time of a line after one whose date is none', () => {
    const reader = new LineReader('churn');
    for (const line of [aLine(), aLine().replace('"eventTime":"2026', '"eventTime":"+026'), aLine()]) {
      expect(reader.read(line)).toStrictEqual(readCapturedLine(line, 'churn'));
    }
  });

  it('reads labels, with quotes or without', () => {
    const read = (label: string) => readCapturedLine(aLabel({ label }), 'churn');
    expect(read('a "b", c')).toMatchObject({ type: 'label', rowId: 'call.0', label: 'a "b", c' });
    expect(read('1')).toMatchObject({ label: '1', atMs: Date.parse('2026-03-03') });
  });

  const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
  const cases: readonly [what: string, line: string, rejection: string][] = [
    ['no JSON', '{"captureData":', 'not-json'],
    ['a megabyte of brackets', '['.repeat(1_000_000), 'not-json'],
    ['above a Firehose record', ' '.repeat(1_024_001), 'too-long'],
    ['a number', '7', 'not-a-line'],
    ['nothing but null', 'null', 'not-a-line'],
    ['of another model', aLine({ model: 'other' }), 'other-model'],
    ['without an id', aLine().replaceAll('"inferenceId":"call"', '"inferenceId":7'), 'no-id'],
    ['of version 0', aLine().replace('"version":1', '"version":0'), 'no-version'],
    ['of no time', aLine().replace(/"eventTime":"[^"]*"/, '"eventTime":"noon"'), 'no-event-time'],
    ['of weight 0', aLine({ weight: 2 }).replace('"weight":2', '"weight":0'), 'weight'],
    ['of weight 1.5', aLine({ weight: 2 }).replace('"weight":2', '"weight":1.5'), 'weight'],
    ['with a cell too many', aLine({ rows: [[40, 12.5, 'pro', true, 1]] }), 'row-length'],
    ['with an array in a cell', aLine().replace('12.5', deep), 'cell-type'],
    ['with NaN for a prediction', aLine({ predictions: [Number.NaN] }), 'prediction-shape'],
    ['with a prediction without end', aLine().replace('0.75', '1e999'), 'prediction-shape'],
    ['with two predictions for a row', aLine().replace('0.75', '0.75,0.5'), 'prediction-shape'],
    ['with names that are numbers', aLine().replace('\\"age\\"', '1'), 'columns'],
    ['with more context than rows', aLine({ context: { columns: ['gender'], rows: [] } }), 'row-length'],
    ['of a label without a time', aLabel().replace(/,"at":"[^"]*"/, ''), 'no-label-time'],
    ['of a label without a value', aLabel().replace('"data":"1"', '"data":1'), 'label-shape'],
  ];
  for (const [what, line, rejection] of cases) {
    it(`refuses a line ${what} as ${rejection}`, () => {
      expect(new LineReader('churn').read(line)).toBe(rejection);
    });
  }
});
