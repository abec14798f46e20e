import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countRightOpenLastClosed } from '../../../stats/binning/histogram.ts';
import { binnedWasserstein } from '../../../stats/distances/binned-wasserstein.ts';
import {
  EVIDENTLY_SCALE_FLOOR,
  energyDistance,
  normedWasserstein,
  wasserstein,
} from '../../../stats/distances/samples.ts';
import { type Sample, sample } from '../fixtures/samples.ts';
import recorded from '../fixtures/scipy-distances.json' with { type: 'json' };

const relative = (value: number, expected: number) => Math.abs(value - expected) / Math.max(1, Math.abs(expected));
const value = fc.double({ min: -1e3, max: 1e3, noNaN: true });
const values = fc.array(value, { minLength: 1, maxLength: 60 }).map((list) => Float64Array.from(list));

describe('distances of samples', () => {
  for (const { reference, current, ...figures } of recorded.samples) {
    it(`are scipy's for ${reference.n} and ${current.n} values`, () => {
      const [a, b] = [sample(reference as Sample), sample(current as Sample)];
      expect(relative(wasserstein(a, b), figures.wasserstein)).toBeLessThan(1e-12);
      expect(relative(energyDistance(a, b), figures.energy)).toBeLessThan(1e-12);
      expect(relative(normedWasserstein(a, b, EVIDENTLY_SCALE_FLOOR), figures.normed)).toBeLessThan(1e-12);
    });
  }

  it('a shift moves every value by itself', () => {
    fc.assert(
      fc.property(values, value, (a, shift) => {
        const moved = a.map((one) => one + shift);
        expect(wasserstein(a, moved)).toBeCloseTo(Math.abs(shift), 9);
        expect(wasserstein(moved, a)).toBe(wasserstein(a, moved));
        expect(energyDistance(a, a)).toBe(0);
      }),
    );
  });

  it('leave the samples as they were', () => {
    const [a, b] = [Float64Array.of(3, 1, 2), Float64Array.of(9, 8)];
    wasserstein(a, b);
    expect([...a, ...b]).toEqual([3, 1, 2, 9, 8]);
  });

  it('of a constant reference are measured by the floor', () => {
    const [a, b] = [Float64Array.of(5, 5), Float64Array.of(5.0001)];
    expect(normedWasserstein(a, b, EVIDENTLY_SCALE_FLOOR)).toBeCloseTo(0.1, 9);
    expect(() => normedWasserstein(a, b, 0)).toThrow('floor must be positive, got 0');
  });

  for (const [what, a, b, message] of [
    ['an empty reference', [], [1], 'reference must have at least 1 value, got 0'],
    ['an empty current sample', [1], [], 'current must have at least 1 value, got 0'],
    ['NaN', [1, Number.NaN], [1], 'reference must hold no NaN, got one at 1'],
    ['an infinite value', [1], [2, Number.NEGATIVE_INFINITY], 'current must hold finite values only, got -Infinity'],
  ] as const) {
    it(`refuse ${what}`, () => {
      for (const distance of [wasserstein, energyDistance]) {
        expect(() => distance(Float64Array.from(a), Float64Array.from(b))).toThrow(message);
      }
    });
  }
});

describe('Wasserstein-1 of binned data', () => {
  it('knows how much its bins hide', () => {
    fc.assert(
      fc.property(values, values, fc.integer({ min: 1, max: 30 }), (a, b, bins) => {
        const edges = Array.from({ length: bins + 1 }, (_, i) => -1e3 + (i * 2e3) / bins);
        const [inA, inB] = [a, b].map((side) => countRightOpenLastClosed(side, edges).counts) as [number[], number[]];
        const { distance, atLeast, atMost } = binnedWasserstein(edges, inA, inB);
        const exact = wasserstein(a, b);
        expect(exact).toBeGreaterThanOrEqual(atLeast - 1e-9);
        expect(exact).toBeLessThanOrEqual(atMost + 1e-9);
        expect(distance).toBeGreaterThanOrEqual(atLeast - 1e-9);
        expect(distance).toBeLessThanOrEqual(atMost + 1e-9);
      }),
    );
  });

  it('is worked out by hand for two bins', () => {
    // F − G goes 0, ½, 0 over bins 1 and 3 wide
    expect(binnedWasserstein([0, 1, 4], [1, 1], [0, 2])).toEqual({
      distance: 0.25 + 0.75,
      // nothing of the current side is in the first bin: F − G may jump at its end; in the second back at once
      atLeast: 0,
      atMost: 0.5 * 1 + 1 * 3,
    });
  });

  for (const [what, edges, a, b, message] of [
    ['edges that do not fit', [0, 1], [1, 1], [1, 1], 'over 2 edges: edges are one more'],
    ['edges that fall', [0, 2, 1], [1, 1], [1, 1], 'got 2 before 1'],
    ['an infinite edge', [0, 1, Number.POSITIVE_INFINITY], [1, 1], [1, 1], 'got 1 before Infinity'],
    ['an empty side', [0, 1, 2], [0, 0], [1, 1], 'at least one row'],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(() => binnedWasserstein(edges, a, b)).toThrow(message);
    });
  }
});
