import type { Query } from '../../domain/profiles/profile-sql.ts';
import { quoteIdentifier, quoteLiteral } from '../../domain/sql.ts';

const TABLE = 'millrace_holdout_ids';
/** Ids of one statement, so that its text stays below a megabyte. */
const BATCH_IDS = 50_000;
/** Hexadecimal digits of a hash that are kept: 64 bits. */
export const HOLDOUT_ID_DIGITS = 16;

/** DuckDB expression of what `ValidationContext.holdoutIds` holds. */
export const holdoutIdSql = (column: string): string =>
  `left(md5(CAST(${quoteIdentifier(column)} AS VARCHAR)), ${HOLDOUT_ID_DIGITS})`;

/** Rows whose id is among the holdout's. */
export async function countHoldoutOverlap(
  query: Query,
  relation: string,
  id: string,
  holdoutIds: readonly string[],
): Promise<number> {
  await query(`CREATE OR REPLACE TEMPORARY TABLE ${TABLE} (id UBIGINT)`);
  try {
    for (let start = 0; start < holdoutIds.length; start += BATCH_IDS) {
      // one literal: a list of as many would have to be parsed item by item
      const batch = quoteLiteral(holdoutIds.slice(start, start + BATCH_IDS).join(','));
      const ids = `SELECT CAST('0x' || unnest(string_split(${batch}, ',')) AS UBIGINT)`;
      await query(`INSERT INTO ${TABLE} ${ids}`);
    }
    const hashed = `CAST('0x' || ${holdoutIdSql(id)} AS UBIGINT)`;
    const [row = {}] = await query(
      `SELECT count(*) AS n FROM ${relation} WHERE ${hashed} IN (SELECT id FROM ${TABLE})`,
    );
    return Number(row.n);
  } finally {
    await query(`DROP TABLE ${TABLE}`);
  }
}
