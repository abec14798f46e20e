import type { Registry } from '../registry/ports.ts';
import { LOOK_BACK_WINDOWS, type WindowReader } from './window-reader.ts';
import { windowAt } from './windows.ts';

export interface DueWindows {
  readonly model: string;
  readonly windowMs: number;
  /** Start of the newest window asked about. */
  readonly last: Date;
}

/**
 * Starts of the windows up to `last`, oldest first, that hold capture and were not monitored yet, LOOK_BACK_WINDOWS back
 * at most. Folders that do not begin where a window does are left over from another monitoring.window: they are passed over.
 */
export async function dueWindows(
  { model, windowMs, last }: DueWindows,
  { registry, captures }: { readonly registry: Registry; readonly captures: WindowReader },
): Promise<Date[]> {
  const from = new Date(Math.max(0, last.getTime() - (LOOK_BACK_WINDOWS - 1) * windowMs));
  const held = await captures.windowStarts(model, from, last);
  const starts = held.filter((start) => windowAt(start, windowMs).start.getTime() === start.getTime());
  if (starts.length === 0) return [];
  const newest = await registry.listMonitorWindows(model, LOOK_BACK_WINDOWS);
  const monitored = new Set(newest.map(({ windowStart }) => windowStart));
  const due: Date[] = [];
  for (const start of starts) {
    const windowStart = start.toISOString();
    if (monitored.has(windowStart)) continue;
    // the list is of the newest windows, and a replay may be about older ones
    const older = newest.length === LOOK_BACK_WINDOWS && windowStart < (newest.at(-1)?.windowStart ?? '');
    if (!older || !(await registry.findMonitorWindow(model, windowStart))) due.push(start);
  }
  return due;
}
