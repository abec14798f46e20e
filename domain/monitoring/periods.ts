import type { MonitorWindow } from '../registry/entities.ts';
import { windowAt } from './windows.ts';

export const PERIODS = ['day', 'week', 'month'] as const;
export type Period = (typeof PERIODS)[number];

const DAY_MS = 86_400_000;

/** Start of the period of UTC that holds `time`; weeks start on Monday, as windows of a week do. */
export function periodStart(time: Date, period: Period): Date {
  if (period === 'month') return new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth(), 1));
  return windowAt(time, period === 'week' ? 7 * DAY_MS : DAY_MS).start;
}

export interface WindowsOfPeriod {
  readonly start: Date;
  readonly version: number;
  /** Of the version and lying one after the other, oldest first: their records can be summed. */
  readonly windows: readonly MonitorWindow[];
}

/**
 * Windows grouped by the period they begin in and by the version that served most of them. Newest period first, in it the
 * version that served last. What a window that is longer than the period says belongs to where it begins.
 */
export function byPeriod(windows: readonly MonitorWindow[], period: Period): WindowsOfPeriod[] {
  const groups = new Map<string, { start: Date; version: number; windows: MonitorWindow[] }>();
  const rising = windows.toSorted((a, b) => (a.windowStart < b.windowStart ? -1 : 1));
  for (const window of rising) {
    const start = periodStart(new Date(window.windowStart), period);
    const { version } = window;
    const key = `${start.toISOString()} ${version}`;
    const group = groups.get(key) ?? { start, version, windows: [] };
    groups.set(key, group);
    const last = group.windows.at(-1);
    // of another length, from before a change of monitoring.window: the one issued later stands
    if (last && last.windowEnd > window.windowStart) {
      if (last.at < window.at) group.windows[group.windows.length - 1] = window;
    } else group.windows.push(window);
  }
  return [...groups.values()].sort((a, b) => b.start.getTime() - a.start.getTime() || (lastOf(a) < lastOf(b) ? 1 : -1));
}

const lastOf = ({ windows }: WindowsOfPeriod): string => windows.at(-1)?.windowStart ?? '';
