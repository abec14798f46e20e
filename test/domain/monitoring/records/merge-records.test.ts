import { describe, expect, it } from 'vitest';
import { mergeRecords } from '../../../../domain/monitoring/records/merge-records.ts';
import { WindowRecord } from '../../../../domain/monitoring/window-record.ts';
import type { TimeWindow } from '../../../../domain/monitoring/windows.ts';
import { aBuilder, aLabel, aLine, lined, WINDOW } from '../../../fixtures/capture-windows.ts';

const hour = (n: number): TimeWindow => ({
  start: new Date(WINDOW.start.getTime() + n * 3_600_000),
  end: new Date(WINDOW.start.getTime() + (n + 1) * 3_600_000),
});
/** Calls of one hour: integers, whose moments add up exactly. */
const linesOf = (n: number, count: number) =>
  Array.from({ length: count }, (_, i) => [
    aLine({
      inferenceId: `call-${n}-${i}`,
      version: 1 + (i % 2),
      eventTime: hour(n).start,
      rows: [[i, i, ['free', 'pro', null][i % 3] ?? null, true]],
      predictions: [(i % 4) / 4],
      weight: 1 + (i % 3),
      context: { columns: ['gender'], rows: [[['#f', '#m'][i % 2] ?? null]] },
    }),
    aLabel({ inferenceId: `call-${n}-${i}`, label: String(i % 2), at: WINDOW.end }),
  ]).flat();

async function built(window: TimeWindow, lines: readonly string[], changes: object = {}): Promise<WindowRecord> {
  const builder = aBuilder({ window, labelHorizonMs: 864e5, ...changes });
  await builder.addObject(window.start.toISOString(), lined(['{', ...lines]));
  return WindowRecord.parse(builder.record());
}

describe('records of two windows', () => {
  it('add up to the record of both', async () => {
    const [a, b] = [await built(hour(0), linesOf(0, 8)), await built(hour(1), linesOf(1, 5))];
    const day = { start: hour(0).start, end: hour(1).end };
    const both = await built(day, [...linesOf(0, 8), ...linesOf(1, 5)]);
    const merged = mergeRecords(a, b);
    expect(WindowRecord.parse(merged)).toEqual(merged);
    expect(mergeRecords(b, a)).toEqual(merged);
    const { ledger, tally, ...rest } = merged;
    const { ledger: _, tally: other, ...expected } = both;
    expect(ledger).toEqual([hour(0).start.toISOString(), hour(1).start.toISOString()]);
    expect(tally).toMatchObject({ ...other, lines: other.lines + 1, rejected: { 'not-json': 2 } });
    const rounded = (value: unknown) =>
      JSON.parse(JSON.stringify(value), (key, item) =>
        typeof item === 'number' && key !== '' ? Number(item.toPrecision(12)) : item,
      );
    const sums = (value: unknown) =>
      JSON.parse(JSON.stringify(value), (key, item) =>
        key.endsWith('Sum') ? (item as number[]).reduce((x, y) => x + y, 0) : item,
      );
    expect(rounded(sums(rest))).toEqual(rounded(sums(expected)));
  });

  it('add up with time between them', async () => {
    const merged = mergeRecords(await built(hour(0), linesOf(0, 2)), await built(hour(9), linesOf(9, 2)));
    expect(merged).toMatchObject({ windowStart: hour(0).start.toISOString(), windowEnd: hour(9).end.toISOString() });
  });

  it('keep at most fifty groups', async () => {
    const many = (n: number) =>
      Array.from({ length: 40 }, (_, i) =>
        aLine({
          inferenceId: `${n}-${i}`,
          eventTime: hour(n).start,
          context: { columns: ['gender'], rows: [[`#${n}-${i}`]] },
        }),
      );
    const merged = mergeRecords(await built(hour(0), many(0)), await built(hour(1), many(1)));
    const groups = merged.versions[0]?.whole.groups ?? [];
    expect(groups).toHaveLength(51);
    expect(groups.at(-1)).toMatchObject({ value: '(other)', rows: 30 });
  });

  it('are not added if they do not belong together', async () => {
    const [a, b] = [await built(hour(0), linesOf(0, 2)), await built(hour(1), linesOf(1, 2))];
    const [version] = b.versions;
    expect(() => mergeRecords(a, { ...b, model: 'other' })).toThrow('a window of churn with one of other');
    expect(() => mergeRecords(a, a)).toThrow('windows that overlap');
    const elsewhere = { ...b, versions: version ? [{ ...version, baseline: 'c'.repeat(64) }] : [] };
    expect(() => mergeRecords(a, elsewhere)).toThrow('over the baselines');
  });
});
