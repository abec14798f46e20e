/** Reads what was captured, by event-time window. */
export interface WindowReader {
  /** Starts of the windows of a model that hold capture, from `from` to `to` inclusive, oldest first. */
  windowStarts(model: string, from: Date, to: Date): Promise<Date[]>;
  /** Keys of a window's objects, sorted. The same key always holds the same lines. */
  objectKeys(model: string, windowStart: Date): Promise<string[]>;
  /** The lines of one object, one after the other. */
  lines(key: string): AsyncIterable<string>;
}

/** How many windows back a tick looks for one that was not monitored, as after an outage. */
export const LOOK_BACK_WINDOWS = 60;
