import { countedNumbers, QUANTILES } from '../../domain/contracts/infer/counted-numbers.ts';
import { MAX_COUNTED_NUMBERS, type NumberFacts } from '../../domain/contracts/infer/facts.ts';
import { TAIL_VALUES } from '../../domain/contracts/infer/tail.ts';
import type { Query } from '../../domain/profiles/profile-sql.ts';
import { doubleLiteral } from '../../domain/sql.ts';

const ENDS = TAIL_VALUES + 1;
/** Not-a-number and both infinities are values, too. */
const NOT_FINITE = 3;

/**
 * Of numbers with few different values every one is counted; of others the ends are kept, and quantiles are approximate.
 * @param value SQL of a number; NULL where there is none
 * @param distinct different values, if it is known
 */
export async function numberFacts(
  query: Query,
  relation: string,
  value: string,
  distinct = 0,
): Promise<NumberFacts | undefined> {
  const finite = `CASE WHEN abs(${value}) <= ${doubleLiteral(Number.MAX_VALUE)} THEN CAST(${value} AS DOUBLE) END`;
  if (distinct > MAX_COUNTED_NUMBERS + NOT_FINITE) return endsOf(query, relation, finite);
  const counted = await query(
    `SELECT v, count(*) AS n FROM (SELECT ${finite} AS v FROM ${relation}) WHERE v IS NOT NULL GROUP BY v ORDER BY v LIMIT ${MAX_COUNTED_NUMBERS + 1}`,
  );
  if (counted.length === 0) return undefined;
  if (counted.length <= MAX_COUNTED_NUMBERS)
    return countedNumbers(counted.map(({ v, n }): [number, number] => [Number(v) + 0, Number(n)]));
  return endsOf(query, relation, finite);
}

async function endsOf(query: Query, relation: string, finite: string): Promise<NumberFacts> {
  const [row = {}] = await query(
    `SELECT count(v) AS n, approx_quantile(v, [${QUANTILES.join(', ')}]) AS q, max(v, ${ENDS}) AS top, min(v, ${ENDS}) AS bottom
     FROM (SELECT ${finite} AS v FROM ${relation})`,
  );
  const [top, bottom, quantiles] = [row.top, row.bottom, row.q].map((list) => (list as unknown[]).map(Number));
  return {
    count: Number(row.n),
    min: bottom?.[0] as number,
    max: top?.[0] as number,
    quantiles: quantiles as [number, number, number],
    top: top as number[],
    bottom: bottom as number[],
  };
}
