import { hashShare, sampleWeight } from '../../stats/sampling/hash.ts';
import { MAX_WEIGHT } from './lines.ts';

/** The largest power of one half that is at most `share`, so that weights are whole; 1 / MAX_WEIGHT where that is smaller. */
export function sampledShare(share: number): number {
  let power = 1;
  while (power > share && power > 1 / MAX_WEIGHT) power /= 2;
  return power;
}

/**
 * Whether a call is captured, and how many calls it stands for. The share falls by halves until of `callsPerMinute` calls
 * no more than `maxCallsPerMinute` are expected to be captured. It depends on how many calls there are and not on which
 * of them are captured, so that weighted counts are unbiased, whatever the share was when.
 *
 * @param share a power of one half
 * @param callsPerMinute all calls of the last minute, this one included
 * @returns a power of two; undefined = not captured
 */
export function captureWeight(
  policy: { readonly share: number; readonly maxCallsPerMinute?: number | undefined },
  inferenceId: string,
  callsPerMinute: number,
): number | undefined {
  const { maxCallsPerMinute = Number.POSITIVE_INFINITY } = policy;
  let { share } = policy;
  while (callsPerMinute * share > maxCallsPerMinute && share > 1 / MAX_WEIGHT) share /= 2;
  return hashShare(inferenceId) < share ? sampleWeight(share) : undefined;
}

const SLOT_MS = 5_000;
const SLOTS_A_MINUTE = 12;

/** Counts calls of the minute that ends now. Of the oldest five seconds it takes the part that is still within. */
export class CallMeter {
  readonly #slots = new Array<number>(SLOTS_A_MINUTE + 1).fill(0);
  #newest = Number.NEGATIVE_INFINITY;

  /**
   * Counts a call.
   *
   * @param nowMs a clock that goes back is taken to stand still
   * @returns calls of the minute, this one included
   */
  count(nowMs: number): number {
    const slots = this.#slots;
    const now = Math.max(Math.floor(nowMs / SLOT_MS), this.#newest);
    const passed = Math.min(now - this.#newest, slots.length);
    for (let i = 0; i < passed; i++) slots[(now - i) % slots.length] = 0;
    this.#newest = now;
    slots[now % slots.length] = (slots[now % slots.length] as number) + 1;
    const outside = Math.min(Math.max(nowMs / SLOT_MS - now, 0), 1) * (slots[(now + 1) % slots.length] as number);
    return slots.reduce((sum, calls) => sum + calls, 0) - outside;
  }
}
