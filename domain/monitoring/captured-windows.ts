import type { ArtifactRef } from '../artifacts.ts';
import type { TimeWindow } from './windows.ts';

export interface DirtyWindow {
  readonly model: string;
  readonly window: TimeWindow;
}

/** What was captured, sorted by event-time window. */
export interface CapturedWindows {
  /**
   * Windows that something was added to since they were cleaned, oldest first; of one model or of all. At most `limit` of a
   * model: the others come with the next call.
   */
  dirty(model?: string): AsyncIterable<DirtyWindow>;
  /** Takes the mark off. To be done before the keys are listed: what comes later marks the window again. */
  clean(dirty: DirtyWindow): Promise<void>;
  /** Keys of a window's objects, sorted. The same key always holds the same lines. */
  objectKeys(model: string, window: TimeWindow): Promise<string[]>;
  /** The lines of one object, one after the other. */
  lines(key: string): AsyncIterable<string>;
}

/** Records and indexes of windows: immutable, named by digest. */
export interface WindowStore {
  put(kind: 'record' | 'index', dirty: DirtyWindow, bytes: Uint8Array): Promise<ArtifactRef>;
  /** @returns undefined once its retention is over. @throws ArtifactMismatchError */
  get(ref: ArtifactRef): Promise<Uint8Array | undefined>;
  /** One that another took the place of. */
  remove(ref: ArtifactRef): Promise<void>;
}
