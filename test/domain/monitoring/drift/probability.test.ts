import { expect, it } from 'vitest';
import { probability } from '../../../../domain/monitoring/drift/probability.ts';

for (const [pValue, text] of [
  [0, '< 1e-100'],
  [1e-100, '1e-100'],
  [3.94e-53, '3.9e-53'],
  [0.00096, '0.00096'],
  [0.1949, '0.19'],
  [1, '1'],
] as const) {
  it(`shows a p-value of ${pValue} as ${text}`, () => {
    expect(probability(pValue)).toBe(text);
  });
}
