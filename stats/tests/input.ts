/** @throws RangeError naming the first entry that is no count (finite and >= 0; fractions are weights) */
export function checkCounts(name: string, counts: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i] as number;
    if (!(count >= 0 && count < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`${name}[${i}] must be a finite count of at least 0, got ${count}`);
    }
    total += count;
  }
  return total;
}

/** @throws RangeError */
export function checkSameLength(nameA: string, a: ArrayLike<number>, nameB: string, b: ArrayLike<number>): void {
  if (a.length !== b.length) {
    throw new RangeError(`${nameA} and ${nameB} must have the same length, got ${a.length} and ${b.length}`);
  }
}

/** A sorted copy. @throws RangeError for too few values or NaN; infinite values have a rank */
export function sortedSample(name: string, values: ArrayLike<number>, least = 1): Float64Array {
  if (values.length < least) {
    throw new RangeError(`${name} must have at least ${least} value${least > 1 ? 's' : ''}, got ${values.length}`);
  }
  const sorted = Float64Array.from(values).sort();
  // NaN sorts last
  if (Number.isNaN(sorted[sorted.length - 1])) {
    throw new RangeError(
      `${name} must hold no NaN, got one at ${Array.prototype.findIndex.call(values, Number.isNaN)}`,
    );
  }
  return sorted;
}
