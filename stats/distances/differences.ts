import { sumOver, totalOf } from './bins.ts';
import { plainShares } from './epsilon.ts';

/**
 * Hellinger distance: √(½ Σ (√p − √q)²).
 *
 * @param reference counts or shares per bin; each side is divided by its total
 * @param current counts or shares over the same bins
 * @returns in [0, 1]
 * @throws RangeError for different numbers of bins, an empty side, or a negative or infinite weight
 * @see https://en.wikipedia.org/wiki/Hellinger_distance
 */
export function hellinger(reference: readonly number[], current: readonly number[]): number {
  const squares = sumOver(plainShares(reference), plainShares(current), (p, q) => (Math.sqrt(p) - Math.sqrt(q)) ** 2);
  return Math.min(1, Math.sqrt(squares / 2));
}

/**
 * Total variation distance: ½ Σ |p − q|, the share of rows that would have to change bins.
 *
 * @param reference counts or shares per bin; each side is divided by its total
 * @param current counts or shares over the same bins
 * @returns in [0, 1]
 * @throws RangeError for different numbers of bins, an empty side, or a negative or infinite weight
 */
export function totalVariation(reference: readonly number[], current: readonly number[]): number {
  const sum = sumOver(plainShares(reference), plainShares(current), (p, q) => Math.abs(p - q));
  return Math.min(1, sum / 2);
}

/**
 * L-infinity distance: the largest difference of a bin's share. TFDV's for strings, deequ's `linf_simple` for categories.
 *
 * @param reference counts or shares per bin; each side is divided by its total
 * @param current counts or shares over the same bins
 * @returns in [0, 1]
 * @throws RangeError for different numbers of bins, an empty side, or a negative or infinite weight
 */
export function lInfinity(reference: readonly number[], current: readonly number[]): number {
  return largest(plainShares(reference), plainShares(current));
}

/** deequ's c(α) where no α is given; it belongs to α ≈ 0.003. @see Distance.scala, defaultCAlpha */
export const ROBUST_C = 1.8;

/** deequ's c(α) = √(−ln(α/2) / 2). @throws RangeError for an alpha outside (0, 2) */
export function robustConstant(alpha: number): number {
  if (!(alpha > 0 && alpha < 2)) throw new RangeError(`alpha must be above 0 and below 2, got ${alpha}`);
  return Math.sqrt(-Math.log(alpha / 2) / 2);
}

/**
 * deequ's and Model Monitor's Robust L-infinity: max(0, D − c · √((n + m) / (n m))), so that what chance explains is 0.
 *
 * @param distance an L-infinity distance of shares or of distribution functions, in [0, 1]
 * @param n rows of one side @param m of the other
 * @param c ROBUST_C, or robustConstant(alpha)
 * @returns in [0, 1)
 * @throws RangeError for a side without rows
 * @see deequ 2, analyzers/Distance.scala, selectMetrics
 */
export function robustLInfinity(distance: number, n: number, m: number, c: number = ROBUST_C): number {
  if (!(n > 0 && m > 0)) throw new RangeError(`both sides must have rows, got ${n} and ${m}`);
  return Math.max(0, distance - c * Math.sqrt((n + m) / (n * m)));
}

/**
 * TFDV's normalised absolute difference: the largest difference of a bin's count over the rows of both sides together.
 * It sees a change of volume as well as one of shares.
 *
 * @param reference counts per bin @param current counts over the same bins
 * @returns in [0, 1]
 * @throws RangeError for different numbers of bins, two empty sides, or a negative or infinite count
 * @see TFDV, anomalies/metrics.cc, NormalizationMode::kCombinedTotal
 */
export function normalisedAbsoluteDifference(reference: readonly number[], current: readonly number[]): number {
  const total = totalOf(reference) + totalOf(current);
  if (total === 0) throw new RangeError('counts must hold at least one row, got two empty sides');
  return largest(reference, current) / total;
}

function largest(reference: readonly number[], current: readonly number[]): number {
  let most = 0;
  sumOver(reference, current, (p, q) => {
    most = Math.max(most, Math.abs(p - q));
    return 0;
  });
  return most;
}
