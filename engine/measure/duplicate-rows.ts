import type { Query } from '../../domain/profiles/profile-sql.ts';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { quoteIdentifier } from '../../domain/sql.ts';

/**
 * Rows equal to an earlier one in every column of the spec; missing cells are equal to each other. Rows are compared by
 * a hash of 64 bits, so that memory does not grow with their width: n different rows have a chance of n² / 2^65 that two
 * of them are taken for one, 3 in a million at 10 million rows.
 */
export async function countDuplicateRows(query: Query, relation: string, spec: ModelSpec): Promise<number> {
  const hash = `hash(${spec.data.columns.map(({ name }) => quoteIdentifier(name)).join(', ')})`;
  const [row = {}] = await query(
    `SELECT coalesce(sum(n - 1), 0)::BIGINT AS repeated FROM (SELECT count(*) AS n FROM ${relation} GROUP BY ${hash})`,
  );
  return Number(row.repeated);
}
