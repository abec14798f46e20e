// imported by the inference hot path: this file imports nothing

/**
 * The same place in [0, 1) for the same id, spread evenly over ids however alike they are: an id belongs to the sample of a
 * share s where `hashShare(id) < s`, so samples of smaller shares are parts of those of greater ones. 53 bits from two
 * 32-bit lanes in the manner of FNV-1a over UTF-16 code units, then the finalizer of MurmurHash3 across both. Not for
 * secrets: ids that share a place can be made.
 */
export function hashShare(id: string): number {
  let high = 0x811c9dc5;
  let low = 0x9e3779b9;
  for (let i = 0; i < id.length; i++) {
    const unit = id.charCodeAt(i);
    high = Math.imul(high ^ unit, 0x01000193);
    low = Math.imul(((low << 13) | (low >>> 19)) ^ unit, 0x85ebca6b);
  }
  high = avalanche(high ^ id.length);
  low = avalanche(low + high);
  high = avalanche(high ^ low);
  return ((high >>> 0) * 2 ** 21 + (low >>> 11)) / 2 ** 53;
}

function avalanche(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/**
 * How many each of a sample stands for: 1 / share.
 *
 * @param share that the sample was taken with, in (0, 1]
 * @throws RangeError
 * @see Horvitz, Thompson (1952), "A generalization of sampling without replacement from a finite universe"
 */
export function sampleWeight(share: number): number {
  if (!(share > 0 && share <= 1)) throw new RangeError(`share must be above 0 and at most 1, got ${share}`);
  return 1 / share;
}

/**
 * Kish's effective sample size: how many values of equal weight would say as much, (sum of w)^2 / sum of w^2. The two sums
 * add up over windows.
 *
 * @param sum of weights, at least 0
 * @param sumOfSquares of weights, above 0 unless the sum is 0
 * @returns from 0 to the number of weights; the number itself where they are equal
 * @throws RangeError
 * @see Kish (1965), "Survey sampling"
 */
export function effectiveSampleSize(sum: number, sumOfSquares: number): number {
  if (sum === 0 && sumOfSquares === 0) return 0;
  if (!(sum >= 0 && sumOfSquares > 0 && Number.isFinite(sum) && Number.isFinite(sumOfSquares))) {
    throw new RangeError(`sums of weights must be finite and above 0, got ${sum} and ${sumOfSquares} of squares`);
  }
  return (sum / sumOfSquares) * sum;
}
