import type { NumberFacts } from './facts.ts';
import { TAIL_VALUES } from './tail.ts';

/** Shares of values that lie at or below the quantiles that are kept. */
export const QUANTILES = [0.05, 0.5, 0.95] as const;
const ENDS = TAIL_VALUES + 1;

/** Facts about numbers of which every one is counted. @param values rising, at least one */
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
    quantiles: QUANTILES.map(quantile) as [number, number, number],
    top: ends([...values].reverse()),
    bottom: ends(values),
    values,
  };
}
