import type { ContractRule } from '../../domain/contracts/contract.ts';
import type { Query } from '../../domain/profiles/profile-sql.ts';
import { listLiteral, quoteLiteral } from '../../domain/sql.ts';

/** A record and the index of a rule it breaks, for each. */
export const REASONS = '__reasons_found';
/** Rules of one statement: each takes memory for 2,048 rows. */
export const RULES_AT_ONCE = 200;

export async function createReasons(query: Query): Promise<void> {
  await query(`CREATE OR REPLACE TEMP TABLE ${REASONS} (record BIGINT, rule INTEGER)`);
}

/**
 * Finds which rules the rows of a relation break.
 * @param typed numbered rows with the columns `s0`, `t0` … of a contract
 */
export async function findReasons(
  query: Query,
  rules: readonly ContractRule[],
  typed: string,
  isRow: string | undefined,
): Promise<void> {
  for (let start = 0; start < rules.length; start += RULES_AT_ONCE) {
    const found = rules
      .slice(start, start + RULES_AT_ONCE)
      .map(({ bad }, i) => `CASE WHEN ${bad} THEN ${start + i} END`);
    const all = `list_filter([${found.join(', ')}]::INTEGER[], lambda rule: rule IS NOT NULL)`;
    const where = isRow === undefined ? '' : ` WHERE ${isRow}`;
    await query(`INSERT INTO ${REASONS} SELECT record, unnest(found)
      FROM (SELECT __record AS record, ${all} AS found FROM ${typed}${where}) WHERE len(found) > 0`);
  }
}

/**
 * Ids of all rules that a row breaks, in the contract's order.
 * @param rules no more than RULES_AT_ONCE
 */
export function brokenIds(rules: readonly ContractRule[]): string {
  const ids = rules.map(({ id, bad }) => `CASE WHEN ${bad} THEN ${quoteLiteral(id)} END`);
  return `list_filter(${listLiteral(ids, 'VARCHAR')}, lambda id: id IS NOT NULL)`;
}

/** Relation of `record` and `reasons`, the ids of all rules it breaks in the contract's order. */
export function reasonsSql(rules: readonly ContractRule[]): string {
  const ids = listLiteral(
    rules.map(({ id }) => quoteLiteral(id)),
    'VARCHAR',
  );
  return `(SELECT record, list((${ids})[rule + 1] ORDER BY rule) AS reasons FROM ${REASONS} GROUP BY record)`;
}
