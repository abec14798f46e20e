import { describe, expect, it } from 'vitest';
import {
  cramerVonMisesLimitSurvival,
  cramerVonMisesTwoSampleSurvival,
} from '../../../stats/distributions/cramer-von-mises.ts';
import { mannWhitneySurvival } from '../../../stats/distributions/mann-whitney.ts';

describe("the distribution of Mann and Whitney's U", () => {
  it('is symmetric, from 1 at 0 to one ranking at n m', () => {
    expect(mannWhitneySurvival(0, 3, 4)).toBe(1);
    expect(mannWhitneySurvival(12, 3, 4)).toBeCloseTo(1 / 35, 15);
    expect(mannWhitneySurvival(13, 3, 4)).toBe(0);
    for (let u = 1; u <= 12; u++) {
      expect(mannWhitneySurvival(u, 3, 4) + mannWhitneySurvival(13 - u, 3, 4)).toBeCloseTo(1, 14);
    }
  });

  it('is the same in doubles and in whole numbers', () => {
    // 8 is the last size in doubles, 9 the first in whole numbers; U of 9 against 1 is uniform on 0 … 9
    for (const m of [8, 9]) {
      for (let u = 0; u <= m; u++) expect(mannWhitneySurvival(u, 1, m)).toBeCloseTo((m + 1 - u) / (m + 1), 14);
    }
    expect(mannWhitneySurvival(2500 - 3, 50, 50) * 1.0089134454556415e29).toBeCloseTo(1 + 1 + 2 + 3, 8);
  });

  for (const [u, n, m] of [
    [1, 9, 992],
    [0.5, 3, 4],
    [1, 0, 4],
  ] as const) {
    it(`refuses sizes ${n} and ${m} at ${u}`, () => expect(() => mannWhitneySurvival(u, n, m)).toThrow(RangeError));
  }
});

describe("the distribution of Cramér and von Mises' statistic", () => {
  it('has the critical values of the printed table', () => {
    // Anderson, Darling (1952), table 1
    for (const [x, p] of [
      [0.3473, 0.1],
      [0.46136, 0.05],
      [0.74346, 0.01],
      [1.16786, 0.001],
    ] as const) {
      expect(cramerVonMisesLimitSurvival(x) / p).toBeCloseTo(1, 3);
    }
  });

  it('falls without end, from 1', () => {
    let before = 1;
    for (let x = 0; x < 100; x += 0.37) {
      const p = cramerVonMisesLimitSurvival(x);
      expect(p).toBeLessThanOrEqual(before);
      expect(p).toBeGreaterThan(0);
      before = p;
    }
    expect(() => cramerVonMisesLimitSurvival(Number.NaN)).toThrow(RangeError);
  });

  it('counts interleavings where the samples are small', () => {
    // two against two: U of aabb and bbaa is 16, the largest of six
    expect(cramerVonMisesTwoSampleSurvival(16, 2, 2)).toBeCloseTo(2 / 6, 15);
    expect(cramerVonMisesTwoSampleSurvival(17, 2, 2)).toBe(0);
    expect(cramerVonMisesTwoSampleSurvival(0, 2, 2)).toBe(1);
    expect(() => cramerVonMisesTwoSampleSurvival(1, 20, 21)).toThrow(RangeError);
  });
});
