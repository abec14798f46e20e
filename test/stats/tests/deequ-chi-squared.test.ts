import { describe, expect, it } from 'vitest';
import { chiSquaredGoodnessOfFit, deequChiSquared } from '../../../stats/tests/index.ts';

const counts = (entries: Record<string, number>) => new Map(Object.entries(entries));

describe("deequ's chi-square", () => {
  it('scales the expected counts to the sample and leaves out what was not expected', () => {
    const result = deequChiSquared(counts({ a: 30, b: 50, c: 20, new: 900 }), counts({ a: 100, b: 100, c: 200 }));
    expect(result).toEqual(chiSquaredGoodnessOfFit([30, 50, 20], [25, 25, 50]));
  });

  it('merges the smallest into the second smallest while more than a fifth are below 5', () => {
    // of five, one below 5 stands; of four, none does
    const five = counts({ a: 4, b: 20, c: 20, d: 20, e: 36 });
    expect(deequChiSquared(five, five).degrees).toBe(4);
    const four = counts({ a: 4, b: 20, c: 30, d: 46 });
    expect(deequChiSquared(four, four).degrees).toBe(2);
    const observed = counts({ a: 10, b: 20, c: 30, d: 40 });
    expect(deequChiSquared(observed, four)).toEqual(chiSquaredGoodnessOfFit([30, 30, 40], [24, 30, 46]));
  });

  it('merges again what is still small, in its new place', () => {
    // 1 + 2 = 3, then 3 + 3 = 6, then as many as are large enough
    const result = deequChiSquared(
      counts({ a: 5, b: 1, c: 2, d: 20, e: 32 }),
      counts({ a: 1, b: 2, c: 3, d: 24, e: 30 }),
    );
    expect(result).toEqual(chiSquaredGoodnessOfFit([8, 20, 32], [6, 24, 30]));
  });

  for (const { small, degrees } of [
    { small: 10, degrees: 1 },
    { small: 9.99, degrees: 0 },
  ]) {
    it(`tests two categories ${degrees ? '' : 'not '}if the smaller is expected ${small} times`, () => {
      const two = counts({ a: small, b: 50 });
      const result = deequChiSquared(two, two);
      expect(result.degrees).toBe(degrees);
      expect(Number.isNaN(result.pValue)).toBe(degrees === 0);
      expect(Number.isNaN(result.statistic)).toBe(degrees === 0);
    });
  }

  it('takes other limits', () => {
    const two = counts({ a: 9, b: 50 });
    expect(deequChiSquared(two, two, { twoCategoriesAtLeast: 9 }).pValue).toBe(1);
  });

  it('counts a sample of a single category against all that were expected', () => {
    expect(deequChiSquared(counts({ a: 100 }), counts({ a: 50, b: 50 })).statistic).toBe(100);
  });

  it('has no figure without a sample or without expectations', () => {
    expect(deequChiSquared(counts({}), counts({ a: 50, b: 50 })).pValue).toBeNaN();
    expect(deequChiSquared(counts({ a: 5 }), counts({})).pValue).toBeNaN();
    expect(() => deequChiSquared(counts({ a: -5 }), counts({ a: 5 }))).toThrow(RangeError);
  });
});
