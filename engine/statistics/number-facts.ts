import { MAX_COUNTED_NUMBERS, type NumberFacts } from '../../domain/contracts/infer/facts.ts';
import { TAIL_VALUES } from '../../domain/contracts/infer/tail.ts';
import type { Query } from '../../domain/profiles/profile-sql.ts';
import { doubleLiteral } from '../../domain/sql.ts';

const SHARES = [0.05, 0.5, 0.95];
const ENDS = TAIL_VALUES + 1;

/**
 * Of numbers with few different values every one is counted; of others the ends are kept, and quantiles are approximate.
 * @param value SQL of a number; NULL where there is none
 */
export async function numberFacts(query: Query, relation: string, value: string): Promise<NumberFacts | undefined> {
  const finite = `CASE WHEN abs(${value}) <= ${doubleLiteral(Number.MAX_VALUE)} THEN CAST(${value} AS DOUBLE) END`;
  const counted = await query(
    `SELECT v, count(*) AS n FROM (SELECT ${finite} AS v FROM ${relation}) WHERE v IS NOT NULL GROUP BY v ORDER BY v LIMIT ${MAX_COUNTED_NUMBERS + 1}`,
  );
  if (counted.length === 0) return undefined;
  if (counted.length <= MAX_COUNTED_NUMBERS)
    return countedNumbers(counted.map(({ v, n }): [number, number] => [Number(v) + 0, Number(n)]));
  const [row = {}] = await query(
    `SELECT count(v) AS n, approx_quantile(v, [${SHARES.join(', ')}]) AS q, max(v, ${ENDS}) AS top, min(v, ${ENDS}) AS bottom
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

/** @param values rising */
export function countedNumbers(values: readonly (readonly [number, number])[]): NumberFacts {
  const count = values.reduce((sum, [, n]) => sum + n, 0);
  const quantile = (share: number): number => {
    let below = 0;
    const reached = values.find(([, n]) => {
      below += n;
      return below >= share * count;
    });
    return reached?.[0] as number;
  };
  const ends = (list: readonly (readonly [number, number])[]): number[] => {
    const taken: number[] = [];
    for (const [value, n] of list) {
      for (let i = 0; i < n && taken.length < ENDS; i++) taken.push(value);
      if (taken.length === ENDS) break;
    }
    return taken;
  };
  return {
    count,
    min: values[0]?.[0] as number,
    max: values.at(-1)?.[0] as number,
    quantiles: SHARES.map(quantile) as [number, number, number],
    top: ends([...values].reverse()),
    bottom: ends(values),
    values,
  };
}
