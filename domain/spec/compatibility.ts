import * as z from 'zod';
import { compareColumns } from './compatibility-columns.ts';
import { compareData } from './compatibility-data.ts';
import { CHANGE_KINDS, type Change } from './compatibility-fields.ts';
import { compareModels } from './compatibility-model.ts';
import { compareChecks, compareRules } from './compatibility-rules.ts';
import type { ModelSpec } from './model-spec.ts';

/** What the registry API answers, and `--json` prints. */
export const Compatibility = z.object({
  compatible: z.boolean(),
  changes: z.array(z.object({ path: z.string(), kind: z.enum(CHANGE_KINDS), message: z.string() })),
});
export type Compatibility = z.infer<typeof Compatibility>;

/**
 * What a new version of a spec means to those who rely on the one before. It is `compatible` if nothing is breaking and
 * nothing narrowing.
 *
 * - `narrowing`: data accepted earlier may now be refused, set aside or read otherwise: history is to be replayed.
 * - `breaking`: what models and callers rely on changes. Requests change shape (features, their types, whether they may
 *   be missing), answers do (task, classes), or champion and challenger cannot be compared (target, task, classes, id
 *   and a larger holdout, by which rows the champion was trained on become rows it is judged on).
 * - `widening`: everything accepted earlier still is, and more than that.
 * - `neutral`: neither is touched: descriptions, warnings, the order of columns that are found by name.
 *
 * A rule that a column makes counts as one that sets rows aside, also where `data.rules` turns it into a warning.
 * A change that loosens and tightens, such as another pattern, is narrowing. How a model is trained, gated, deployed and
 * monitored is no part of the contract. Columns are told apart by name, rules and checks by id.
 */
export function compareContracts(before: ModelSpec, after: ModelSpec): Compatibility {
  const changes: Change[] = [
    ...compareModels(before, after),
    ...compareData(before, after),
    ...compareColumns(before, after),
    ...compareRules(before.data.rules, after.data.rules),
    ...compareChecks(before.data.checks, after.data.checks),
  ];
  return { compatible: changes.every(({ kind }) => kind === 'widening' || kind === 'neutral'), changes };
}
