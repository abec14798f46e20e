import betainc from '@stdlib/math-base-special-betainc';

/**
 * P(|T| >= |t|) for T ~ Student's t: the two-sided p-value.
 *
 * @param degrees > 0, not necessarily whole (Welch)
 * @returns in [0, 1]; 0 at ±Infinity
 * @throws RangeError for NaN or degrees not above 0
 * @see https://dlmf.nist.gov/8.17
 */
export function studentTTwoSided(t: number, degrees: number): number {
  if (Number.isNaN(t) || !(degrees > 0)) throw new RangeError(`no t distribution with ${degrees} degrees at ${t}`);
  if (!Number.isFinite(t)) return 0;
  const square = t * t;
  // the smaller of the two complementary arguments is the one with the digits
  return square < degrees
    ? betainc(square / (degrees + square), 0.5, degrees / 2, true, true)
    : betainc(degrees / (degrees + square), degrees / 2, 0.5, true, false);
}

/** P(T > t), as {@link studentTTwoSided}. @throws RangeError */
export function studentTSurvival(t: number, degrees: number): number {
  const half = studentTTwoSided(t, degrees) / 2;
  return t >= 0 ? half : 1 - half;
}
