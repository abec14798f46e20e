import type { CheckType } from '../../spec/contract.ts';
import type { ModelSpec } from '../../spec/model-spec.ts';
import type { ValidationContext } from '../context.ts';
import type { CheckOutcome } from '../judgement.ts';
import type { CheckOf, DeclaredCheck } from './declared.ts';
import { drift } from './drift.ts';
import type { CheckInput, Figures, Finding } from './finding.ts';
import { freshness } from './freshness.ts';
import { statistic, volume } from './history.ts';
import { labelBalance } from './label-balance.ts';
import { leakage } from './leakage.ts';
import { rowCount } from './row-count.ts';
import { duplicateRows, holdoutOverlap, nullShare, unseenShare } from './shares.ts';

const JUDGES: { [T in CheckType]: (check: CheckOf<T>, input: CheckInput) => Finding } = {
  'row-count': rowCount,
  freshness,
  'duplicate-rows': duplicateRows,
  'null-share': nullShare,
  'unseen-share': unseenShare,
  volume,
  statistic,
  drift,
  'label-balance': labelBalance,
  leakage,
  'holdout-overlap': holdoutOverlap,
};

/**
 * One outcome per check, in their order. What cannot be judged is said to be so and never passes.
 *
 * @throws RangeError if a drift check is declared and the profile was not counted over the bins of the champion's baseline
 */
export function judgeChecks(
  checks: readonly DeclaredCheck[],
  figures: Figures,
  spec: ModelSpec,
  context: ValidationContext,
): CheckOutcome[] {
  return checks.map((check) => {
    const judge = JUDGES[check.type] as (check: DeclaredCheck, input: CheckInput) => Finding;
    const column = 'column' in check ? { column: check.column } : {};
    const { id, type, severity } = check;
    return { id, type, severity, ...column, ...judge(check, { figures, spec, context }) };
  });
}

export { declaredChecks } from './declared.ts';
export { neededMeasures } from './measures.ts';
export { checkReasons } from './reasons.ts';
