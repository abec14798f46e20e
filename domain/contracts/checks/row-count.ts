import type { CheckOf } from './declared.ts';
import { type CheckInput, type Finding, judged, rowsText } from './finding.ts';

/** Accepted rows between two bounds. */
export function rowCount({ min, max }: CheckOf<'row-count'>, { figures }: CheckInput): Finding {
  const { rows } = figures;
  const limits = [min !== undefined && `at least ${min} are needed`, max !== undefined && `at most ${max} are allowed`];
  const allowed = limits.filter(Boolean).join(' and ') || 'no limit is given';
  return judged(rows, { min, max }, `${rowsText(rows)}; ${allowed}`);
}
