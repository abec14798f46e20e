import type { CheckOf } from './declared.ts';
import { type CheckInput, type Finding, judged, rowsText } from './finding.ts';

/** Accepted rows between two bounds. */
export function rowCount({ min, max }: CheckOf<'row-count'>, { figures }: CheckInput): Finding {
  const { rows } = figures;
  const limits = [min !== undefined && `at least ${min}`, max !== undefined && `at most ${max}`].filter(Boolean);
  const allowed = limits.length > 0 ? `${limits.join(' and ')} are allowed` : 'no limit is given';
  return judged(rows, { min, max }, `${rowsText(rows)}; ${allowed}`);
}
