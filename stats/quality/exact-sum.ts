/**
 * A sum without rounding: numbers of rising size whose bits do not overlap, so that adding and taking back in any order ends
 * at the same value. Plain JSON, a few numbers long; empty = 0.
 *
 * @see Shewchuk (1997), "Adaptive Precision Floating-Point Arithmetic", https://doi.org/10.1007/PL00009321
 */
export type ExactSum = number[];

/**
 * Adds to the sum in place; takes back with a negative value.
 *
 * @param value finite
 */
export function addExactly(sum: ExactSum, value: number): void {
  let carried = value;
  let kept = 0;
  for (let i = 0; i < sum.length; i++) {
    const part = sum[i] as number;
    const rounded = carried + part;
    const back = rounded - carried;
    const rest = carried - (rounded - back) + (part - back);
    if (rest !== 0) {
      sum[kept] = rest;
      kept += 1;
    }
    carried = rounded;
  }
  sum.length = kept;
  if (carried !== 0) sum.push(carried);
  if (sum.length > MOST_PARTS) compress(sum);
}

/** Doubles hold a usual sum in three; a sum of both 1e300 and 1e-300 needs more. */
const MOST_PARTS = 5;

/** Fills each number with as many bits as it takes, from the largest down: fewer numbers, the same sum. */
function compress(sum: ExactSum): void {
  const fewer: number[] = [];
  let carried = sum.at(-1) as number;
  for (let i = sum.length - 2; i >= 0; i--) {
    const part = sum[i] as number;
    const rounded = carried + part;
    const rest = part - (rounded - carried);
    if (rest !== 0) {
      fewer.push(rounded);
      carried = rest;
    } else carried = rounded;
  }
  fewer.push(carried);
  sum.length = fewer.length;
  for (let i = 0; i < fewer.length; i++) sum[i] = fewer[fewer.length - 1 - i] as number;
}

/** Adds a sum to another in place, `times` being a small whole number such as 1 or -1. */
export function addSum(sum: ExactSum, other: readonly number[], times = 1): void {
  // the other may be the same one
  for (const part of [...other]) addProduct(sum, part, times);
}

/** Adds a * b exactly, in place. Neither may be above 1e150 in size. */
export function addProduct(sum: ExactSum, a: number, b: number): void {
  const product = a * b;
  addExactly(sum, product);
  const [aHigh, bHigh] = [upperBits(a), upperBits(b)];
  const [aLow, bLow] = [a - aHigh, b - bHigh];
  const rest = aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow;
  if (rest !== 0) addExactly(sum, rest);
}

/** The sum, rounded once: the double nearest to it. */
export function totalOf(sum: readonly number[]): number {
  let total = 0;
  let rest = 0;
  let i = sum.length - 1;
  for (; i >= 0 && rest === 0; i--) {
    const part = sum[i] as number;
    const before = total;
    total = before + part;
    rest = part - (total - before);
  }
  // exactly half a unit: what lies below decides
  const below = sum[i];
  if (rest !== 0 && below !== undefined && rest < 0 === below < 0) {
    const twice = 2 * rest;
    const up = total + twice;
    if (twice === up - total) return up;
  }
  return total;
}

/**
 * Sum of squared deviations from the mean: squares - sum^2 / count, rounded only at the end, so that a large mean costs no
 * digits.
 *
 * @param sum of the values
 * @param squares of their squares
 * @returns >= 0; exactly 0 if exact squares of equal values were added; NaN for no rows
 */
export function centredSquares(count: number, sum: readonly number[], squares: readonly number[]): number {
  const scaled: ExactSum = [];
  for (const part of squares) addProduct(scaled, part, count);
  for (const a of sum) for (const b of sum) addProduct(scaled, -a, b);
  return Math.max(0, totalOf(scaled)) / count;
}

/** 2^27 + 1: cuts the 53 bits of a double in two halves whose products are exact (Dekker 1971). */
const SPLITTER = 134_217_729;

function upperBits(value: number): number {
  const spread = SPLITTER * value;
  return spread - (spread - value);
}
