import type { Measures, NeededMeasures } from '../../domain/contracts/checks/measures.ts';
import type { ValidationContext } from '../../domain/contracts/context.ts';
import type { Query } from '../../domain/profiles/profile-sql.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { countDuplicateRows } from './duplicate-rows.ts';
import { countHoldoutOverlap } from './holdout-overlap.ts';
import { countLabels } from './labels.ts';
import { measureLeakage } from './leakage.ts';
import { countUnseen } from './unseen.ts';

/**
 * Takes the figures that checks need besides the profile, in bounded memory; what is not needed is not looked at.
 *
 * Columns have the spec's names and the types that validated data has: BIGINT or DOUBLE, BOOLEAN, TIMESTAMP, VARCHAR.
 * Leakage of more than 100,000 rows is measured on a sample by position: for the same figures every time the relation
 * must give its rows in a fixed order, as a scan of files does while `preserve_insertion_order` is on.
 *
 * @param query also makes and drops temporary tables whose names begin with `millrace_`
 * @param relation anything that goes after FROM, quoted by the caller: the rows that are not set aside
 */
export async function measure(
  query: Query,
  relation: string,
  spec: ModelSpec,
  needed: NeededMeasures,
  context: Pick<ValidationContext, 'holdoutIds'>,
): Promise<Measures> {
  const { id } = spec.data;
  const { holdoutIds } = context;
  return {
    ...(needed.duplicateRows && { duplicateRows: await countDuplicateRows(query, relation, spec) }),
    ...(needed.unseen.length > 0 && { unseen: await countUnseen(query, relation, spec, needed.unseen) }),
    ...(needed.labels && spec.task !== 'regression' && { labels: await countLabels(query, relation, spec) }),
    ...(needed.leakage && { leakage: await measureLeakage(query, relation, spec) }),
    ...(needed.holdoutOverlap &&
      id !== undefined &&
      holdoutIds && { holdoutOverlap: await countHoldoutOverlap(query, relation, id, holdoutIds) }),
  };
}
