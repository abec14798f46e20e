import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alignHistograms } from '../../../stats/binning/align-histograms.ts';
import { doaneEdges, equalWidthEdges, sturgesEdges } from '../../../stats/binning/equal-width.ts';
import { countLeftOpen, countRightOpenLastClosed } from '../../../stats/binning/histogram.ts';
import { pairCounts, valueCounts } from '../../../stats/binning/value-counts.ts';
import { jensenShannonDivergence } from '../../../stats/distances/divergences.ts';
import recorded from '../fixtures/numpy-bins.json' with { type: 'json' };
import { type Sample, sample } from '../fixtures/samples.ts';

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

describe("numpy's automatic bins", () => {
  for (const { sample: drawn, ...figures } of recorded.cases) {
    it(`are the same of ${JSON.stringify(drawn)}`, () => {
      const values = sample(drawn as Sample);
      expect(sturgesEdges(values)).toEqual(figures.sturges);
      expect(doaneEdges(values)).toEqual(figures.doane);
      expect(countRightOpenLastClosed(values, figures.sturges)).toEqual({ counts: figures.sturgesCounts, outside: 0 });
      expect(countRightOpenLastClosed(values, figures.doane)).toEqual({ counts: figures.doaneCounts, outside: 0 });
      if (figures.sturgesInteger) {
        expect(sturgesEdges(values, { integer: true })).toEqual(figures.sturgesInteger);
        expect(doaneEdges(values, { integer: true })).toEqual(figures.doaneInteger);
      }
    });
  }

  for (const [what, values, message] of [
    ['nothing', [], 'bins need at least one value, got none'],
    ['NaN', [1, nan], 'bins need finite values, got NaN'],
    ['an infinite value', [1, inf], 'bins need finite values, got Infinity'],
    ['values whose range overflows', [-Number.MAX_VALUE, Number.MAX_VALUE], 'edges must go from a finite value'],
    ['neighbouring numbers', [1, 1 + Number.EPSILON, 1, 1], 'is too narrow for 3 bins'],
  ] as const) {
    it(`refuse ${what}`, () => {
      expect(() => sturgesEdges(Float64Array.from(values))).toThrow(message);
      expect(() => doaneEdges(Float64Array.from(values))).toThrow(RangeError);
    });
  }

  it('of equal width need a positive number of bins', () => {
    expect(equalWidthEdges(0, 1, 4)).toEqual([0, 0.25, 0.5, 0.75, 1]);
    for (const bins of [0, 1.5, -1, nan]) expect(() => equalWidthEdges(0, 1, bins)).toThrow(`got ${bins}`);
  });
});

describe('counts over edges', () => {
  const values = Float64Array.of(-inf, 0, 1, 1.5, 2, 2.5, 3, inf, nan);
  it('are in the bin below an edge where bins are left-open', () => {
    // (−∞, 1], (1, 2], (2, 3], (3, ∞)
    expect(countLeftOpen(values, [1, 2, 3])).toEqual([3, 2, 2, 1]);
  });
  it('are in the bin above an edge where bins are right-open, but for the last', () => {
    // [1, 2), [2, 3]
    expect(countRightOpenLastClosed(values, [1, 2, 3])).toEqual({ counts: [2, 3], outside: 4 });
  });
  it('of both kinds hold every value', () => {
    const list = fc.array(fc.double(), { maxLength: 50 }).map((some) => Float64Array.from(some));
    const edges = fc
      .uniqueArray(fc.double({ noNaN: true }), { minLength: 2, maxLength: 10, comparator: (a, b) => a === b })
      .map((some) => some.sort((a, b) => a - b));
    fc.assert(
      fc.property(list, edges, (some, rising) => {
        const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);
        expect(total(countLeftOpen(some, rising))).toBe(some.filter((value) => !Number.isNaN(value)).length);
        const { counts, outside } = countRightOpenLastClosed(some, rising);
        expect(total(counts) + outside).toBe(some.length);
      }),
    );
  });
  it('refuse edges that do not rise', () => {
    expect(() => countLeftOpen(values, [1, 1])).toThrow('edges must rise, got 1 at 1 after 1');
    expect(() => countRightOpenLastClosed(values, [nan, 1])).toThrow('edges must rise, got NaN at 0');
    expect(() => countRightOpenLastClosed(values, [1])).toThrow('need at least two, got 1');
  });
});

describe('one bin per value', () => {
  it('is made of both sides, the reference first, without values that have no row', () => {
    const paired = pairCounts(
      new Map(Object.entries({ b: 1, a: 2, gone: 0 })),
      new Map(Object.entries({ a: 4, c: 5 })),
    );
    expect(paired).toEqual({ values: ['b', 'a', 'c'], reference: [1, 2, 0], current: [0, 4, 5] });
  });
  it('counts numbers in rising order, but no NaN', () => {
    expect([...valueCounts(Float64Array.of(3, nan, 1, 3, -0, 0))]).toEqual([
      [0, 2],
      [1, 1],
      [3, 2],
    ]);
  });
});

describe("TFDV's alignment of histograms", () => {
  const bucket = (low: number, high: number, count: number) => ({ low, high, count });
  const aligned = (a: ReturnType<typeof bucket>[], b: ReturnType<typeof bucket>[], nans: [number, number] = [0, 0]) =>
    alignHistograms({ buckets: a, nan: nans[0] }, { buckets: b, nan: nans[1] });

  it('spreads the rows of a bucket evenly between the boundaries of both', () => {
    // boundaries 0, 1, 2, 3, 4
    expect(aligned([bucket(0, 2, 10), bucket(2, 4, 20)], [bucket(1, 3, 8)])).toEqual([
      [5, 5, 10, 10, 0, 0, 0, 0],
      [0, 4, 4, 0, 0, 0, 0, 0],
    ]);
  });
  it('leaves gaps empty', () => {
    expect(aligned([bucket(0, 1, 3)], [bucket(5, 6, 4)])).toEqual([
      [3, 0, 0, 0, 0, 0, 0],
      [0, 0, 4, 0, 0, 0, 0],
    ]);
  });
  it('keeps point masses to themselves', () => {
    expect(aligned([bucket(1, 1, 7), bucket(0, 2, 2)], [bucket(1, 1, 3), bucket(9, 9, 1)])).toEqual([
      [2, 7, 0, 0, 0, 0, 0],
      [0, 3, 1, 0, 0, 0, 0],
    ]);
  });
  it('takes infinity against infinity, and NaN against NaN, for all that can differ', () => {
    const [a, b] = aligned([bucket(5, inf, 4)], [bucket(5, inf, 4)]);
    expect(jensenShannonDivergence(a, b, '2')).toBe(1);
    const [c, d] = aligned([bucket(0, 1, 6)], [bucket(0, 1, 6)], [2, 2]);
    expect(c).toEqual([6, 0, 0, 2, 0]);
    expect(d).toEqual([6, 0, 0, 0, 2]);
    // a quarter of the rows of both match nothing
    expect(jensenShannonDivergence(c, d, '2')).toBeCloseTo(0.25, 12);
  });
  it('loses no row', () => {
    const buckets = fc
      .uniqueArray(fc.integer({ min: -50, max: 50 }), { minLength: 2, maxLength: 8 })
      .chain((bounds) => {
        const rising = bounds.sort((a, b) => a - b);
        return fc
          .array(fc.nat(100), { minLength: rising.length - 1, maxLength: rising.length - 1 })
          .map((counts) => counts.map((count, i) => bucket(rising[i] as number, rising[i + 1] as number, count)));
      });
    fc.assert(
      fc.property(buckets, buckets, (a, b) => {
        const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);
        const [inA, inB] = aligned(a, b);
        expect(inA.length).toBe(inB.length);
        expect(total(inA)).toBeCloseTo(total(a.map(({ count }) => count)), 6);
        expect(total(inB)).toBeCloseTo(total(b.map(({ count }) => count)), 6);
      }),
    );
  });
  it('refuses bounds that fall and counts below 0', () => {
    expect(() => aligned([bucket(2, 1, 1)], [])).toThrow('got 2 to 1');
    expect(() => aligned([bucket(1, 2, -1)], [])).toThrow('got -1 for the bucket 1 to 2');
    expect(() => aligned([], [], [nan, 0])).toThrow('got NaN for NaN');
  });
});
