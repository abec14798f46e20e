import type { Reason } from '../../registry/entities.ts';
import type { CheckOutcome } from '../judgement.ts';

/** Failed checks: those of severity `error` are reasons to refuse a data set, those of severity `warn` are said. */
export function checkReasons(outcomes: readonly CheckOutcome[]): { reasons: Reason[]; warnings: Reason[] } {
  const failed = outcomes.filter(({ status }) => status === 'failed');
  const of = (severity: CheckOutcome['severity']) =>
    failed.filter((outcome) => outcome.severity === severity).map(reasonOf);
  return { reasons: of('error'), warnings: of('warn') };
}

function reasonOf({ type, message, column }: CheckOutcome): Reason {
  return { code: type, message, ...(column !== undefined && { column }) };
}
