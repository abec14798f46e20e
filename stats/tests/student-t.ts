import { studentTTwoSided } from '../distributions/student-t.ts';
import type { TestResult } from './result.ts';

/** What a stream needs to keep of a sample; `variance` divides by count − 1 and is not read for a count of 1. */
export interface SampleMoments {
  readonly count: number;
  readonly mean: number;
  readonly variance: number;
}

export interface StudentTOptions {
  /** Pool the variances (Student); otherwise Welch's test. @default true, as scipy */
  readonly equalVariances?: boolean;
}

export interface StudentTResult extends TestResult {
  readonly degrees: number;
}

/**
 * Two-sample t-test of equal means, two-sided: scipy's `ttest_ind(a, b, equal_var=…)`.
 *
 * @returns statistic t = (mean a − mean b) / standard error; of two constant samples ±Infinity and p-value 0 if they
 *   differ, 0 and 1 if they do not (scipy: NaN)
 * @throws RangeError for an empty sample, a value that is not finite, fewer than 3 values in all (pooled) or 2 in either
 *   (Welch)
 */
export function studentT(a: ArrayLike<number>, b: ArrayLike<number>, options: StudentTOptions = {}): StudentTResult {
  return studentTFromMoments(momentsOf('a', a), momentsOf('b', b), options);
}

/** {@link studentT} of samples of which only count, mean and variance were kept. @throws RangeError */
export function studentTFromMoments(
  a: SampleMoments,
  b: SampleMoments,
  { equalVariances = true }: StudentTOptions = {},
): StudentTResult {
  const [varianceA, varianceB] = [checkMoments('a', a), checkMoments('b', b)];
  const [n, m] = [a.count, b.count];
  const least = equalVariances ? n + m >= 3 : n >= 2 && m >= 2;
  if (!least) {
    const needed = equalVariances ? '3 values in all' : '2 values in each sample';
    throw new RangeError(`the test needs ${needed}, got ${n} and ${m}`);
  }
  const [errorA, errorB] = [varianceA / n, varianceB / m];
  const difference = a.mean - b.mean;
  const pooled = ((n - 1) * varianceA + (m - 1) * varianceB) / (n + m - 2);
  const squaredError = equalVariances ? pooled * (1 / n + 1 / m) : errorA + errorB;
  // Welch and Satterthwaite
  const welch = squaredError ** 2 / (errorA ** 2 / (n - 1) + errorB ** 2 / (m - 1));
  // no spread: the degrees do not matter, and Welch's are 0/0
  const degrees = equalVariances || squaredError === 0 ? n + m - 2 : welch;
  const statistic = difference === 0 ? 0 : difference / Math.sqrt(squaredError);
  return { statistic, pValue: studentTTwoSided(statistic, degrees), degrees };
}

/** The variance, 0 for a single value. @throws RangeError */
function checkMoments(name: string, { count, mean, variance }: SampleMoments): number {
  if (!(Number.isSafeInteger(count) && count >= 1)) {
    throw new RangeError(`${name}.count must be a whole number of at least 1, got ${count}`);
  }
  if (!Number.isFinite(mean)) throw new RangeError(`${name}.mean must be finite, got ${mean}`);
  if (count === 1) return 0;
  if (!(variance >= 0 && variance < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`${name}.variance must be finite and at least 0, got ${variance}`);
  }
  return variance;
}

/** Two passes: the deviations are from the mean itself. */
function momentsOf(name: string, values: ArrayLike<number>): SampleMoments {
  const count = values.length;
  if (count === 0) throw new RangeError(`${name} must have at least 1 value, got 0`);
  let total = 0;
  for (let i = 0; i < count; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) throw new RangeError(`${name}[${i}] must be finite, got ${value}`);
    total += value;
  }
  const mean = total / count;
  let [squares, rest] = [0, 0];
  for (let i = 0; i < count; i++) {
    const deviation = (values[i] as number) - mean;
    squares += deviation * deviation;
    rest += deviation;
  }
  return { count, mean: mean + rest / count, variance: count > 1 ? (squares - rest ** 2 / count) / (count - 1) : 0 };
}
