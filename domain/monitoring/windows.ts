/** A Monday: weeks start on it, and every window is cut from here, in UTC. */
const ORIGIN_MS = Date.UTC(1970, 0, 5);

export interface TimeWindow {
  /** Inclusive. */
  readonly start: Date;
  /** Exclusive. */
  readonly end: Date;
}

/** The window of length `windowMs` that holds `time`. @throws RangeError for an invalid date or a length below 1 ms */
export function windowAt(time: Date, windowMs: number): TimeWindow {
  if (!Number.isSafeInteger(windowMs) || windowMs < 1) {
    throw new RangeError(`a window must be a whole number of milliseconds, at least 1, got ${windowMs}`);
  }
  const index = Math.floor((time.getTime() - ORIGIN_MS) / windowMs);
  if (Number.isNaN(index)) throw new RangeError('the time of a window must be a valid date');
  return { start: new Date(ORIGIN_MS + index * windowMs), end: new Date(ORIGIN_MS + (index + 1) * windowMs) };
}

/** Whether a window takes no more rows: late capture is waited for until `latenessMs` after its end. */
export function isWindowClosed(window: TimeWindow, latenessMs: number, now: Date): boolean {
  return now.getTime() >= window.end.getTime() + latenessMs;
}

/** The newest window that is closed at `now`. */
export function lastClosedWindow(windowMs: number, latenessMs: number, now: Date): TimeWindow {
  const open = windowAt(new Date(now.getTime() - latenessMs), windowMs);
  return windowAt(new Date(open.start.getTime() - 1), windowMs);
}
