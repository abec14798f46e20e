/** Most that two predictions of the same row may differ by; relative for predictions above 1. */
export const TOLERANCE = 1e-6;

/** NaN if either is not finite, so that no comparison with a limit passes. */
export function differenceOf(seen: number, expected: number): number {
  if (!Number.isFinite(seen) || !Number.isFinite(expected)) return Number.NaN;
  return Math.abs(seen - expected) / Math.max(1, Math.abs(expected));
}
