import type { DriftColumn } from '../drift-report.ts';

/** The measure of a column that a rule does not compare, whatever its values are. */
export const NOT_COMPARED = 'type';

/** A column that has values, of which the rule decides nothing: it does not compare them, or has no threshold. */
export function isUndecided({ status, findings: [worst] }: Pick<DriftColumn, 'status' | 'findings'>): boolean {
  return status === 'insufficient_data' && (worst?.measure === NOT_COMPARED || worst?.value !== undefined);
}
