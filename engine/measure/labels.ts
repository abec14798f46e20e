import type { Measures } from '../../domain/contracts/checks/measures.ts';
import { labelSql } from '../../domain/features/featurizer-sql.ts';
import { labelOf } from '../../domain/features/fit.ts';
import type { Query } from '../../domain/profiles/profile-sql.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';

/** Rows of each class of the spec, in its order; values that are no class are no labels, as in training. */
export async function countLabels(
  query: Query,
  relation: string,
  spec: ModelSpec,
): Promise<NonNullable<Measures['labels']>> {
  const label = labelOf(spec);
  const classes = label.kind === 'class' ? label.classes : [];
  const rows = await query(`SELECT ${labelSql(label)} AS label, count(*) AS n FROM ${relation} GROUP BY ALL`);
  const counts = new Map(rows.filter((row) => row.label !== null).map((row) => [Number(row.label), Number(row.n)]));
  return classes.map((name, i) => ({ label: name, rows: counts.get(i) ?? 0 }));
}
