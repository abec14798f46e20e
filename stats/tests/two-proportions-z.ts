import { normalSurvival } from '../distributions/normal.ts';
import type { TestResult } from './result.ts';

/**
 * Two-sided z-test of equal proportions with the pooled variance: statsmodels' `proportions_ztest([x1, x2], [n1, n2])`,
 * Evidently's `z`.
 *
 * @param x1 successes of the first n1 trials
 * @param x2 successes of the second n2 trials
 * @returns statistic z = (p1 − p2) / √(p (1 − p) (1/n1 + 1/n2)); 0 and p-value 1 if all or none succeed on both sides
 * @throws RangeError unless 0 <= x <= n and n > 0 on both sides
 */
export function twoProportionsZ(x1: number, n1: number, x2: number, n2: number): TestResult {
  check('1', x1, n1);
  check('2', x2, n2);
  const pooled = (x1 + x2) / (n1 + n2);
  const rest = (n1 - x1 + (n2 - x2)) / (n1 + n2);
  if (pooled === 0 || rest === 0) return { statistic: 0, pValue: 1 };
  const statistic = (x1 / n1 - x2 / n2) / Math.sqrt(pooled * rest * (1 / n1 + 1 / n2));
  return { statistic, pValue: 2 * normalSurvival(Math.abs(statistic)) };
}

function check(side: string, x: number, n: number): void {
  if (!(n > 0 && n < Number.POSITIVE_INFINITY && x >= 0 && x <= n)) {
    throw new RangeError(`x${side} must be within 0 and n${side}, and n${side} above 0, got ${x} of ${n}`);
  }
}
