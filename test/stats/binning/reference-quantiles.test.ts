import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leftOpenBin } from '../../../stats/binning/histogram.ts';
import { edgesOf, edgesOfValues } from '../../../stats/binning/reference-quantiles.ts';

describe('reference bins', () => {
  it('of few values hold one value each, apart from what was never seen', () => {
    expect(edgesOfValues([0, 1])).toEqual([-0.5, 0.5, 1.5]);
    expect(edgesOfValues([1, 2, 10])).toEqual([0.5, 1.5, 6, 14]);
    const values = fc.uniqueArray(fc.integer({ min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(values, (some) => {
        const sorted = some.sort((a, b) => a - b);
        const edges = edgesOfValues(sorted);
        expect(sorted.map((value) => leftOpenBin(edges, value))).toEqual(sorted.map((_, i) => i + 1));
        expect(leftOpenBin(edges, (sorted[0] as number) - 1e7)).toBe(0);
        expect(leftOpenBin(edges, (sorted.at(-1) as number) + 1e7)).toBe(edges.length);
      }),
    );
  });

  for (const constant of [0, 5, -1e9, 1e-9]) {
    it(`of the constant ${constant} notice other values on both sides`, () => {
      const edges = edgesOfValues([constant]);
      const other = Math.abs(constant) * 0.01 || 0.01;
      expect([constant - other, constant, constant + other].map((value) => leftOpenBin(edges, value))).toEqual([
        0, 1, 2,
      ]);
    });
  }

  it('of many values are deciles and tails, rising even where values pile up', () => {
    const values = Float64Array.from({ length: 1_000 }, (_, i) => i + 1);
    expect(edgesOf(values)).toEqual([10, 50, 100, 200, 300, 400, 500, 600, 700, 800, 900, 950, 990]);
    const piled = edgesOf(values.map((value) => Math.max(value, 450)));
    expect(piled).toEqual([450, 500, 600, 700, 800, 900, 950, 990]);
    expect(edgesOf(Float64Array.of(Number.NaN))).toEqual([]);
  });
});
