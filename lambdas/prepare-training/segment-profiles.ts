import type { DraftBaseline } from '../../domain/monitoring/baseline.ts';
import { referenceColumns } from '../../domain/profiles/columns.ts';
import type { ColumnProfile } from '../../domain/profiles/profile.ts';
import { profileRelation, type Query } from '../../domain/profiles/profile-sql.ts';
import { protectedLabel } from '../../domain/protected.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { quoteIdentifier, quoteLiteral } from '../../domain/sql.ts';

/** Values of a segment column that are looked at by themselves: a profile of every feature is kept for each. */
export const MOST_SEGMENTS = 20;

/**
 * Profiles the training split once per value of each segment column, over the bins of the whole.
 *
 * @param whole profiles of the features on the whole training split
 */
export async function segmentProfiles(
  query: Query,
  spec: ModelSpec,
  train: string,
  whole: readonly ColumnProfile[],
): Promise<DraftBaseline['segments']> {
  const columns = referenceColumns(whole);
  const segments: DraftBaseline['segments'] = [];
  for (const column of spec.monitoring.segments) {
    const text = `CAST(${quoteIdentifier(column)} AS VARCHAR)`;
    const found = await query(
      `SELECT ${text} AS value FROM ${train} GROUP BY ALL ORDER BY count(*) DESC, value LIMIT ${MOST_SEGMENTS}`,
    );
    for (const { value } of found) {
      const known = value === null || value === undefined ? null : String(value);
      const is = known === null ? `${text} IS NULL` : `${text} = ${quoteLiteral(known)}`;
      const { rows, columns: features } = await profileRelation(query, `(SELECT * FROM ${train} WHERE ${is})`, columns);
      const isShown = known === null || !spec.data.protected.includes(column);
      segments.push({ column, value: isShown ? known : protectedLabel(column, known), rows, features });
    }
  }
  return segments;
}
