import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWindowClosed, lastClosedWindow, windowAt } from '../../../domain/monitoring/windows.ts';

const DAY = 86_400_000;
const moments = fc.date({ min: new Date('1900-01-01'), max: new Date('9000-01-01'), noInvalidDate: true });

describe('windows', () => {
  const cases: [string, number, string, string][] = [
    ['1970-01-05T00:00:00.000Z', 7 * DAY, '1970-01-05T00:00:00.000Z', '1970-01-12T00:00:00.000Z'],
    ['1970-01-04T23:59:59.999Z', 7 * DAY, '1969-12-29T00:00:00.000Z', '1970-01-05T00:00:00.000Z'],
    ['2026-11-23T12:00:00.000Z', 7 * DAY, '2026-11-23T00:00:00.000Z', '2026-11-30T00:00:00.000Z'],
    ['2026-11-22T23:59:59.999Z', 7 * DAY, '2026-11-16T00:00:00.000Z', '2026-11-23T00:00:00.000Z'],
    ['2026-11-23T00:00:00.000Z', DAY, '2026-11-23T00:00:00.000Z', '2026-11-24T00:00:00.000Z'],
    ['2001-04-01T06:30:00.000Z', 3_600_000, '2001-04-01T06:00:00.000Z', '2001-04-01T07:00:00.000Z'],
  ];
  for (const [time, length, start, end] of cases) {
    it(`puts ${time} into the window of ${length / 3_600_000} h from ${start}`, () => {
      expect(windowAt(new Date(time), length)).toEqual({ start: new Date(start), end: new Date(end) });
    });
  }

  it('puts every moment into exactly one window, which starts on a Monday for whole weeks', () => {
    fc.assert(
      fc.property(moments, fc.integer({ min: 1, max: 400 * DAY }), (time, length) => {
        const { start, end } = windowAt(time, length);
        expect(start.getTime()).toBeLessThanOrEqual(time.getTime());
        expect(end.getTime()).toBeGreaterThan(time.getTime());
        expect(windowAt(start, length).start).toEqual(start);
        expect(windowAt(end, length).start).toEqual(end);
        expect(windowAt(time, 7 * DAY).start.getUTCDay()).toBe(1);
      }),
    );
  });

  it('closes a window when its lateness has passed and not a millisecond before', () => {
    const window = windowAt(new Date('2026-11-23T12:00:00Z'), DAY);
    expect(isWindowClosed(window, 900_000, new Date('2026-11-24T00:14:59.999Z'))).toBe(false);
    expect(isWindowClosed(window, 900_000, new Date('2026-11-24T00:15:00.000Z'))).toBe(true);
  });

  it('names the newest closed window', () => {
    const before = lastClosedWindow(DAY, 900_000, new Date('2026-11-24T00:14:59.999Z'));
    expect(before.start).toEqual(new Date('2026-11-22T00:00:00Z'));
    const after = lastClosedWindow(DAY, 900_000, new Date('2026-11-24T00:15:00Z'));
    expect(after.start).toEqual(new Date('2026-11-23T00:00:00Z'));
  });

  for (const length of [0, -1, 1.5, Number.NaN]) {
    it(`refuses a length of ${length} ms`, () => {
      expect(() => windowAt(new Date(0), length)).toThrow(RangeError);
    });
  }

  it('refuses an invalid date', () => {
    expect(() => windowAt(new Date(Number.NaN), DAY)).toThrow('valid date');
  });
});
