/** An execution has room for 25,000 history events, and a look takes nine of them. */
export const MAX_LOOKS = 2_000;
/** Looks that a rollout whose steps are all passed in time may take. */
const PLANNED_LOOKS = MAX_LOOKS / 2;
const OFTEN_MS = 10_000;
const SELDOM_MS = 5 * 60_000;
/** A step is looked at ten times while it is watched, and then ever less often: it may be held for weeks. */
const LOOKS_PER_BAKE = 10;
const SHARE_OF_AGE = 1 / 30;

export interface Pace {
  readonly bakeMs: number;
  /** Steps of the whole rollout. */
  readonly steps: number;
  /** Since the step began. */
  readonly ageMs: number;
  /** Of it, what the step was watched and not held. */
  readonly watchedMs: number;
  readonly paused: boolean;
}

/**
 * When the judge looks next, so that a whole rollout stays within `MAX_LOOKS`.
 * @returns milliseconds, more than 0
 */
export function nextLookMs({ bakeMs, steps, ageMs, watchedMs, paused }: Pace): number {
  const every = Math.max(
    Math.min(bakeMs, OFTEN_MS),
    Math.min(bakeMs / LOOKS_PER_BAKE, SELDOM_MS),
    ageMs * SHARE_OF_AGE,
    (steps * bakeMs) / PLANNED_LOOKS,
  );
  const left = bakeMs - watchedMs;
  // a step that is passed need not wait for the next look
  return left > 0 && !paused ? Math.min(every, left) : every;
}
