import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeInferenceId,
  EVENT_TIME_RANGE,
  encodeInferenceId,
  rowId,
} from '../../../domain/inference/inference-id.ts';

const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('inference ids', () => {
  it('carry event time, version and row through a round trip, in at most 64 printable characters', () => {
    fc.assert(
      fc.property(
        fc.date({ min: EVENT_TIME_RANGE.from, max: EVENT_TIME_RANGE.to, noInvalidDate: true }),
        fc.integer({ min: 1, max: 9_999_999_999 }),
        fc.integer({ min: 0, max: 9_999_999 }),
        fc.infiniteStream(chance),
        (eventTime, version, row, stream) => {
          const id = encodeInferenceId(eventTime, version, () => stream.next().value as number);
          expect(id).toMatch(/^[0-9a-z-]{24,64}$/);
          expect(decodeInferenceId(id)).toEqual({ eventTime, version });
          expect(decodeInferenceId(rowId(id, row))).toEqual({ eventTime, version, row });
        },
      ),
    );
  });

  it('sort by event time as text', () => {
    const at = (ms: number) => encodeInferenceId(new Date(ms), 1, () => 0.5);
    expect([at(0) < at(35), at(35) < at(36), at(999_999_999_999) < at(1_000_000_000_000)]).toEqual([true, true, true]);
  });

  it('have the documented form', () => {
    const id = encodeInferenceId(new Date('2026-11-23T00:00:00Z'), 37, () => 0.999999);
    expect(id).toBe('0mwsi1hc0-11-zzzzzzzzzzzz');
  });

  const bad = [
    '',
    'abc',
    '00000000-1-000000000000',
    '000000000-0-000000000000',
    '000000000-01-000000000000',
    '000000000-1-00000000000',
    '000000000-1-000000000000.',
    '000000000-1-000000000000.01',
    '000000000-1-000000000000.-1',
    '000000000-1-000000000000.0.0',
    '00000000A-1-000000000000',
    '000000000-1-000000000000\n',
    ' 000000000-1-000000000000',
  ];
  for (const id of bad) {
    it(`does not read ${JSON.stringify(id)}`, () => {
      expect(decodeInferenceId(id)).toBeUndefined();
    });
  }

  for (const ms of [-1, 36 ** 9, Number.NaN]) {
    it(`refuses an event time of ${ms} ms`, () => {
      expect(() => encodeInferenceId(new Date(ms), 1, () => 0)).toThrow(RangeError);
    });
  }
});
