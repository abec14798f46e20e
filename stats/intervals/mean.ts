import { normalQuantile } from '../distributions/normal.ts';
import { checkConfidence, type Interval, USUAL_CONFIDENCE } from './interval.ts';

/**
 * The normal interval of a mean, mean ± z s / √n, two-sided: for samples large enough that s is known (some 30 values).
 *
 * @param standardDeviation of the values, not of the mean; in the unit of the mean
 * @param count number of values, at least 1
 * @param confidence between 0 and 1
 * @throws RangeError
 */
export function normalInterval(
  mean: number,
  standardDeviation: number,
  count: number,
  confidence = USUAL_CONFIDENCE,
): Interval {
  checkConfidence(confidence);
  if (!Number.isFinite(mean)) throw new RangeError(`mean must be finite, got ${mean}`);
  if (!(standardDeviation >= 0 && standardDeviation < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`standardDeviation must be finite and at least 0, got ${standardDeviation}`);
  }
  if (!(count >= 1 && count < Number.POSITIVE_INFINITY)) throw new RangeError(`count must be at least 1, got ${count}`);
  const half = (normalQuantile((1 + confidence) / 2) * standardDeviation) / Math.sqrt(count);
  return { lower: mean - half, upper: mean + half };
}
