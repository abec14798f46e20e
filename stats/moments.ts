/**
 * Mean and standard deviation with n in the denominator (numpy's ddof 0), in two passes.
 *
 * @param values finite
 * @throws RangeError for no value
 */
export function populationMoments(values: Float64Array): { readonly mean: number; readonly deviation: number } {
  if (values.length === 0) throw new RangeError('values must hold at least one value, got none');
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / values.length) };
}

/** @throws RangeError for no value or one that is not finite */
export function rangeOf(values: Float64Array): { readonly least: number; readonly greatest: number } {
  if (values.length === 0) throw new RangeError('bins need at least one value, got none');
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value)) throw new RangeError(`bins need finite values, got ${value}`);
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  return { least, greatest };
}
