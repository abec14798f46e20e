import { describe, expect, it } from 'vitest';
import { encodeInferenceId } from '../../../../domain/inference/inference-id.ts';
import type { WindowRecord } from '../../../../domain/monitoring/window-record.ts';
import {
  aBuilder,
  aLabel,
  aLine,
  aMonitoredSpec,
  aReference,
  HORIZON_MS,
  lined,
  NOON,
  recordOf,
  WINDOW,
} from '../../../fixtures/capture-windows.ts';

const wholeOf = ({ versions }: WindowRecord) => versions[0]?.whole;
const columnOf = (record: WindowRecord, name: string) =>
  wholeOf(record)?.profile.columns.find((column) => column.name === name);
const at = (ms: number) => new Date(WINDOW.end.getTime() + ms);
const calls = (count: number, changes: (i: number) => Parameters<typeof aLine>[0] = () => ({})) =>
  Array.from({ length: count }, (_, i) => aLine({ inferenceId: `call-${i}`, ...changes(i) }));

describe('the record of a window', () => {
  it('counts a capture object once', async () => {
    const builder = aBuilder();
    expect(builder.changed).toBe(false);
    expect(await builder.addObject('a', lined([aLine()]))).toBe(true);
    expect(await builder.addObject('a', lined([aLine({ inferenceId: 'other' })]))).toBe(false);
    expect(builder.changed).toBe(true);
    expect(builder.record()).toMatchObject({ ledger: ['a'], tally: { lines: 1, duplicates: 0 } });
  });

  it('counts a row once that was captured twice', async () => {
    const record = await recordOf([
      [aLine(), aLine()],
      [aLine({ inferenceId: 'other' }), aLine()],
    ]);
    expect(record.tally).toMatchObject({ lines: 4, duplicates: 2 });
    expect(wholeOf(record)).toMatchObject({ sampled: 2, profile: { rows: 2 } });
  });

  it('tells the rows of one call apart, also where it was cut into lines', async () => {
    const two = aLine({
      rows: [
        [1, 1, 'pro', true],
        [2, 2, 'pro', true],
      ],
      predictions: [0.1, 0.2],
    });
    const third = aLine().replace('"eventTime"', '"firstRow":2,"eventTime"');
    const record = await recordOf([[two, third, third]]);
    expect(wholeOf(record)?.sampled).toBe(3);
    expect(record.tally.duplicates).toBe(1);
  });

  it('weighs rows by how many they stand for', async () => {
    const record = await recordOf([calls(2, (i) => ({ weight: i === 0 ? 3 : 4, predictions: [i] }))]);
    const whole = wholeOf(record);
    expect(whole).toMatchObject({ sampled: 2, weightSquares: 25, profile: { rows: 7 } });
    expect(columnOf(record, 'prediction')).toMatchObject({ count: 7, mean: 4 / 7, min: 0, max: 1 });
    expect(whole?.live).toMatchObject({ task: 'binary', scores: expect.arrayContaining([3, 4]) });
    expect(whole?.groups).toMatchObject([{ column: 'gender', value: null, rows: 7, predictedPositive: 4 }]);
  });

  it('counts segments of the values that the baseline has, missing ones too if it has those', async () => {
    const gender = (value: string | null) => ({ context: { columns: ['gender'], rows: [[value]] } });
    const plan = (value: string | null) => ({ rows: [[40, 1, value, true]] });
    const record = await recordOf([
      calls(
        5,
        (i) => [plan('free'), plan('new'), plan(null), gender('#f'), { ...gender('#m'), ...plan('free') }][i] ?? {},
      ),
    ]);
    expect(
      record.versions[0]?.segments.map(({ segment, sampled, profile }) => [segment, sampled, profile.rows]),
    ).toEqual([
      [{ column: 'plan', value: 'free' }, 2, 2],
      [{ column: 'plan', value: 'pro' }, 1, 1],
      [{ column: 'plan', value: null }, 1, 1],
      [{ column: 'gender', value: '#f' }, 1, 1],
    ]);
    expect(wholeOf(record)?.groups.map(({ value, rows }) => [value, rows])).toEqual([
      [null, 3],
      ['#f', 1],
      ['#m', 1],
    ]);
    // bias is measured of the whole window
    expect(record.versions[0]?.segments.flatMap(({ groups }) => groups)).toEqual([]);
  });

  it('puts groups beyond fifty together, the rarest', async () => {
    const many = calls(120, (i) => ({
      context: { columns: ['gender'], rows: [[`g${i % 60}`]] },
      weight: i % 60 < 50 ? 2 : 1,
    }));
    const groups = wholeOf(await recordOf([many]))?.groups ?? [];
    expect(groups).toHaveLength(51);
    expect(groups.at(-1)).toMatchObject({ value: '(other)', rows: 20 });
    expect(groups.slice(0, 50).every(({ rows }) => rows === 4)).toBe(true);
  });

  it('says what breaks the contract of a feature, once per cell', async () => {
    const cells = [
      [null, 1, 'pro', true],
      [1.5, 1, 'pro', true],
      ['40', 1, 'pro', true],
      [131, -1, 'gold', 'yes'],
      [130, null, 7, 1],
    ] as const;
    const record = await recordOf([calls(5, (i) => ({ rows: [cells[i] ?? []], weight: 2 }))]);
    expect(wholeOf(record)?.broken).toEqual([
      { column: 'age', rule: 'missing', rows: 2 },
      { column: 'age', rule: 'type', rows: 4 },
      { column: 'age', rule: 'range', rows: 2 },
      { column: 'spend', rule: 'range', rows: 2 },
      { column: 'plan', rule: 'type', rows: 2 },
      { column: 'plan', rule: 'value', rows: 2 },
      { column: 'active', rule: 'type', rows: 2 },
    ]);
  });

  it('counts nothing of a redacted feature, and a missing one as missing', async () => {
    const found = aReference('binary', aMonitoredSpec({ capture: { redact: ['age'] } }));
    const lines = [aLine({ columns: ['plan', 'active'], rows: [['pro', true]] })];
    const record = await recordOf([lines], { reference: async () => found });
    expect(columnOf(record, 'age')).toMatchObject({ count: 0, nulls: 0, nans: 0 });
    expect(columnOf(record, 'spend')).toMatchObject({ count: 0, nulls: 1 });
    expect(columnOf(record, 'plan')).toMatchObject({ count: 1 });
    expect(wholeOf(record)?.broken).toEqual([]);
  });

  it('counts what it cannot use by reason, and goes on', async () => {
    const record = await recordOf([
      [
        '{',
        aLine({ model: 'other' }),
        aLine({ predictions: [1.5] }),
        aLine({ eventTime: new Date(WINDOW.start.getTime() - 1) }),
        aLine({
          eventTime: WINDOW.end,
          rows: [
            [1, 1, 'a', true],
            [1, 1, 'a', true],
          ],
          predictions: [0, 1],
        }),
        aLine({ version: 9 }),
        '',
        aLine({ eventTime: WINDOW.start }),
      ],
    ]);
    expect(record.tally).toMatchObject({
      lines: 7,
      rejected: { 'not-json': 1, 'other-model': 1, 'prediction-shape': 1 },
      outsideRows: 3,
      unknownVersionRows: 1,
    });
    expect(record.versions.map(({ version, whole }) => [version, whole.sampled])).toEqual([[1, 1]]);
  });

  it('of nothing has no versions', async () => {
    expect(aBuilder().record()).toMatchObject({ ledger: [], versions: [], windowEnd: WINDOW.end.toISOString() });
  });
});

describe('labels of a window', () => {
  const live = (record: WindowRecord) => {
    const counts = wholeOf(record)?.live;
    return counts?.task === 'binary' ? { tp: counts.tp, fp: counts.fp, fn: counts.fn, tn: counts.tn } : undefined;
  };
  const positive = { tp: 1, fp: 0, fn: 0, tn: 0 };
  const negative = { tp: 0, fp: 1, fn: 0, tn: 0 };
  const none = { tp: 0, fp: 0, fn: 0, tn: 0 };
  const said = (label: string, ms: number) => aLabel({ label, at: at(ms) });
  const foreign = aLabel({ inferenceId: encodeInferenceId(NOON, 1, () => 0.5), label: 'yes' });
  const cases: readonly [what: string, lines: string[], counts: object, labels: object][] = [
    ['once', [said('1', 1)], positive, { labelled: 1 }],
    ['twice alike', [said('1', 1), said('1', 1)], positive, { labelled: 1, repeated: 1, corrected: 0 }],
    ['corrected', [said('1', 1), said('0', 2)], negative, { labelled: 1, repeated: 0, corrected: 1 }],
    ['corrected by the line before', [said('0', 2), said('1', 1)], negative, { repeated: 0, corrected: 1 }],
    ['of two values at one time', [said('1', 1), said('0', 1)], positive, { labelled: 1, corrected: 1 }],
    ['as a number', [said('1.0', 1)], positive, { labelled: 1 }],
    ['at the horizon', [said('1', HORIZON_MS)], positive, { labelled: 1, late: 0 }],
    ['after the horizon', [said('1', HORIZON_MS + 1)], none, { labelled: 0, late: 1 }],
    ['of no class', [said('yes', 1), foreign], none, { labelled: 0, unusable: 2 }],
    ['of no text', [said('', 1)], none, { labelled: 0, unusable: 1 }],
    ['of another row', [aLabel({ row: 1 })], none, { labelled: 0, unmatched: 1 }],
    ['of no row', [said('1', 1).replace('call.0', 'call')], positive, { labelled: 1, unmatched: 0 }],
  ];
  for (const [what, lines, counts, labels] of cases) {
    it(`count when they come ${what}, before the row as after it`, async () => {
      for (const objects of [
        [[aLine()], lines],
        [lines, [aLine()]],
      ]) {
        const record = await recordOf(objects);
        expect(live(record)).toEqual(counts);
        expect(record.tally.labels).toMatchObject(labels);
      }
    });
  }

  it('wait for their row', async () => {
    const record = await recordOf([[said('1', 1)]]);
    expect(record).toMatchObject({ versions: [], tally: { labels: { labelled: 0, unmatched: 1 } } });
  });

  it('of classes count with the loss of their probability', async () => {
    const lines = [
      aLine({ predictions: [[0.2, 0.7, 0.1]] }),
      aLabel({ label: 'high' }),
      aLabel({ label: 'none', row: 1 }),
    ];
    const counts = wholeOf(await recordOf([lines], { task: 'multiclass' }))?.live;
    expect(counts).toMatchObject({
      task: 'multiclass',
      predicted: [0, 1, 0],
      confusion: [
        [0, 0, 0],
        [0, 0, 0],
        [0, 1, 0],
      ],
    });
    const [loss] = counts?.task === 'multiclass' ? (counts.logLossSum ?? []).slice(-1) : [];
    expect(loss).toBeCloseTo(-Math.log(0.1), 3);
  });

  it('of classes have no loss where a row came without probabilities', async () => {
    const lines = [
      aLine({ predictions: [2] }),
      aLine({ inferenceId: 'b', predictions: [[1, 0, 0]] }),
      aLabel({ label: 'high' }),
    ];
    const counts = wholeOf(await recordOf([lines], { task: 'multiclass' }))?.live;
    expect(counts).toMatchObject({
      predicted: [1, 0, 1],
      confusion: [
        [0, 0, 0],
        [0, 0, 0],
        [0, 0, 1],
      ],
    });
    expect(counts).not.toHaveProperty('logLossSum');
  });

  it('of numbers count with their errors', async () => {
    const lines = [aLine({ predictions: [12] }), aLabel({ label: '10' }), aLabel({ label: 'ten', row: 3 })];
    const record = await recordOf([lines], { task: 'regression' });
    expect(wholeOf(record)?.live).toMatchObject({ task: 'regression', rows: 1, errorSum: [2], labelSum: [10] });
    expect(record.tally.labels).toMatchObject({ labelled: 1, unusable: 1 });
  });
});

describe('a window that is taken up again', () => {
  it('gives back record and index as they were while nothing is added', async () => {
    const builder = aBuilder();
    await builder.addObject('a', lined([aLine()]));
    const [record, index] = [builder.record(), builder.index()];
    const again = aBuilder({ record, index });
    expect(await again.addObject('a', lined([aLine()]))).toBe(false);
    expect([again.changed, again.record(), again.index()]).toEqual([false, record, index]);
  });

  it('counts a label of no class once, however often it is taken up', async () => {
    const builder = aBuilder();
    await builder.addObject('a', lined([aLine(), aLabel({ label: 'yes' })]));
    const again = aBuilder({ record: builder.record(), index: builder.index() });
    await again.addObject('b', lined([aLine({ inferenceId: 'later' })]));
    expect([builder, again].map((one) => one.record().tally.labels.unusable)).toEqual([1, 1]);
  });

  it('keeps the record of a version that is not registered any more', async () => {
    const builder = aBuilder();
    await builder.addObject('a', lined([aLine(), aLabel()]));
    const record = builder.record();
    const again = aBuilder({ record, index: builder.index(), reference: async () => undefined });
    await again.addObject('b', lined([aLine({ inferenceId: 'later' })]));
    expect(again.record().versions).toEqual(record.versions);
    expect(again.record().tally.unknownVersionRows).toBe(1);
  });

  it('refuses what does not belong to it', async () => {
    const builder = aBuilder();
    await builder.addObject('a', lined([aLine()]));
    const [record, index] = [builder.record(), builder.index()];
    const adding = (changes: object) => aBuilder({ record, index, ...changes }).addObject('b', lined([]));
    expect(() => aBuilder({ record })).toThrow('belong together');
    expect(() => aBuilder({ record: { ...record, model: 'other' }, index })).toThrow('of other');
    await expect(adding({ index: index.slice(0, -8) })).rejects.toThrow('damaged: it should have');
    await expect(adding({ index: aBuilder().index() })).rejects.toThrow('0 captured rows, the record 1');
    const other = { ...aReference(), baselineDigest: 'c'.repeat(64) };
    await expect(adding({ reference: async () => other })).rejects.toThrow('counted over the baseline');
  });
});
