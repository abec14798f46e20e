export interface Interval {
  readonly lower: number;
  readonly upper: number;
}

/** Share of intervals that hold the true value, where a caller names none. */
export const USUAL_CONFIDENCE = 0.95;

/** @throws RangeError */
export function checkConfidence(confidence: number): void {
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`confidence must be between 0 and 1, got ${confidence}`);
  }
}
