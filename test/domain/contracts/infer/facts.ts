import { countedNumbers } from '../../../../domain/contracts/infer/counted-numbers.ts';
import { type ColumnFacts, MAX_COUNTED_NUMBERS, type NumberFacts } from '../../../../domain/contracts/infer/facts.ts';

/** What is counted of numbers in memory. */
export function numbersOf(given: readonly number[]): NumberFacts {
  const counts = new Map<number, number>();
  for (const value of [...given].sort((a, b) => a - b)) counts.set(value, (counts.get(value) ?? 0) + 1);
  const { values, ...ends } = countedNumbers([...counts]);
  return values && values.length <= MAX_COUNTED_NUMBERS ? { ...ends, values } : ends;
}

export function aColumn(change: Partial<ColumnFacts> = {}): ColumnFacts {
  return {
    name: 'x',
    type: 'integer',
    rows: 1_000,
    nulls: 0,
    nans: 0,
    infinities: 0,
    misfits: 0,
    distinct: 50,
    ...change,
  };
}

export function textsOf(values: readonly string[], pattern?: string) {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const having = (n: number) => [...counts.values()].filter((count) => count === n).length;
  return {
    distinct: counts.size,
    texts: {
      singletons: having(1),
      doubletons: having(2),
      values: [...counts].sort((a, b) => b[1] - a[1]),
      ...(pattern !== undefined && { pattern }),
    },
  };
}
