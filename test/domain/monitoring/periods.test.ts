import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byPeriod, PERIODS, periodStart } from '../../../domain/monitoring/periods.ts';
import type { MonitorWindow } from '../../../domain/registry/entities.ts';
import { aMonitorWindow } from '../../fixtures/registry.ts';

const HOUR_MS = 3_600_000;
const text = (ms: number): string => new Date(ms).toISOString();

/** Begins at `start` and lasts `hours`. */
function aWindow(start: string, { hours = 24, version = 1, at = start } = {}): MonitorWindow {
  const from = Date.parse(start);
  return aMonitorWindow({
    windowStart: text(from),
    windowEnd: text(from + hours * HOUR_MS),
    version,
    at: text(Date.parse(at)),
  });
}

const shown = (windows: readonly MonitorWindow[], period: (typeof PERIODS)[number]) =>
  byPeriod(windows, period).map((group) => ({
    start: group.start.toISOString().slice(0, 10),
    version: group.version,
    windows: group.windows.map(({ windowStart }) => windowStart.slice(5, 13)),
  }));

describe('the start of a period', () => {
  const cases = [
    ['day', '2026-03-01T00:00:00.000Z', '2026-03-01'],
    ['day', '2026-02-28T23:59:59.999Z', '2026-02-28'],
    ['week', '2026-03-02T00:00:00.000Z', '2026-03-02'],
    ['week', '2026-03-01T23:59:59.999Z', '2026-02-23'],
    ['week', '2026-01-01T12:00:00.000Z', '2025-12-29'],
    ['month', '2026-03-01T00:00:00.000Z', '2026-03-01'],
    ['month', '2026-02-28T23:59:59.999Z', '2026-02-01'],
    ['month', '2024-02-29T12:00:00.000Z', '2024-02-01'],
    ['day', '1969-12-31T23:00:00.000Z', '1969-12-31'],
  ] as const;
  for (const [period, time, start] of cases) {
    it(`of the ${period} of ${time} is ${start}`, () => {
      expect(periodStart(new Date(time), period).toISOString()).toBe(`${start}T00:00:00.000Z`);
    });
  }
});

describe('windows by period', () => {
  it('gives the newest period first, and its windows oldest first', () => {
    const windows = ['2026-03-09', '2026-03-02', '2026-03-04', '2026-03-08'].map((date) => aWindow(date));
    expect(shown(windows, 'week')).toEqual([
      { start: '2026-03-09', version: 1, windows: ['03-09T00'] },
      { start: '2026-03-02', version: 1, windows: ['03-02T00', '03-04T00', '03-08T00'] },
    ]);
  });

  it('keeps versions apart, the one that served last first', () => {
    const windows = [
      aWindow('2026-03-02'),
      aWindow('2026-03-03', { version: 2 }),
      aWindow('2026-03-04', { version: 2 }),
    ];
    expect(shown(windows, 'week').map(({ version }) => version)).toEqual([2, 1]);
    const back = [...windows, aWindow('2026-03-05')];
    expect(shown(back, 'week')).toEqual([
      { start: '2026-03-02', version: 1, windows: ['03-02T00', '03-05T00'] },
      { start: '2026-03-02', version: 2, windows: ['03-03T00', '03-04T00'] },
    ]);
  });

  it('counts a window that is longer than the period where it begins', () => {
    expect(shown([aWindow('2026-03-02', { hours: 168 })], 'day')).toEqual([
      { start: '2026-03-02', version: 1, windows: ['03-02T00'] },
    ]);
    expect(shown([aWindow('2026-02-23', { hours: 168 })], 'month')[0]?.start).toBe('2026-02-01');
  });

  it('lets the one issued later stand of two that overlap', () => {
    const daily = aWindow('2026-03-02', { at: '2026-03-03' });
    const hourly = aWindow('2026-03-02T05:00:00Z', { hours: 1, at: '2026-04-01' });
    expect(shown([daily, hourly], 'day')[0]?.windows).toEqual(['03-02T05']);
    expect(shown([{ ...daily, at: text(Date.parse('2026-05-01')) }, hourly], 'day')[0]?.windows).toEqual(['03-02T00']);
  });

  it('finds nothing in nothing', () => {
    expect(byPeriod([], 'day')).toEqual([]);
  });

  it('gives every group windows of one version and one period that do not overlap', () => {
    const one = fc.record({
      hour: fc.integer({ min: 0, max: 2_000 }),
      hours: fc.constantFrom(1, 6, 24, 168),
      version: fc.integer({ min: 1, max: 2 }),
      at: fc.integer({ min: 0, max: 9 }),
    });
    const windows = fc.uniqueArray(one, { selector: ({ hour }) => hour, maxLength: 30 });
    fc.assert(
      fc.property(windows, fc.constantFrom(...PERIODS), (drawn, period) => {
        const made = drawn.map(({ hour, hours, version, at }) =>
          aWindow(text(Date.parse('2026-01-01') + hour * HOUR_MS), { hours, version, at: text(at) }),
        );
        const groups = byPeriod(made, period);
        for (const { start, version, windows } of groups) {
          for (const [i, window] of windows.entries()) {
            expect(window.version).toBe(version);
            expect(periodStart(new Date(window.windowStart), period)).toEqual(start);
            if (i > 0) expect(windows[i - 1]?.windowEnd.localeCompare(window.windowStart)).toBeLessThanOrEqual(0);
          }
        }
        const keys = groups.map(({ start, version }) => `${start.toISOString()} ${version}`);
        expect(new Set(keys).size).toBe(keys.length);
        const starts = groups.map(({ start }) => start.getTime());
        expect(starts).toEqual(starts.toSorted((a, b) => b - a));
      }),
    );
  });
});
