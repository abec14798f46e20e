import { describe, expect, it } from 'vitest';
import { studentT, studentTFromMoments } from '../../../stats/tests/student-t.ts';

describe("Student's t from moments", () => {
  it('is that of the values', () => {
    const [a, b] = [
      [1, 2, 3, 4],
      [2, 4, 9],
    ];
    const moments = [
      { count: 4, mean: 2.5, variance: 5 / 3 },
      { count: 3, mean: 5, variance: 13 },
    ] as const;
    for (const equalVariances of [true, false]) {
      const [streamed, whole] = [
        studentTFromMoments(...moments, { equalVariances }),
        studentT(a, b, { equalVariances }),
      ];
      expect(streamed.statistic).toBeCloseTo(whole.statistic, 13);
      expect(streamed.pValue).toBeCloseTo(whole.pValue, 13);
      expect(streamed.degrees).toBeCloseTo(whole.degrees, 13);
    }
  });

  it('keeps the digits of values far from 0', () => {
    const near = studentT([1, 2, 3, 4], [2, 4, 9]);
    const far = studentT(
      [1, 2, 3, 4].map((x) => x + 2 ** 40),
      [2, 4, 9].map((x) => x + 2 ** 40),
    );
    expect(far.statistic).toBeCloseTo(near.statistic, 12);
  });

  it('is certain of constants that differ, and silent on those that do not', () => {
    for (const equalVariances of [true, false]) {
      const options = { equalVariances };
      expect(studentT([1, 1, 1], [2, 2], options)).toEqual({ statistic: -Infinity, pValue: 0, degrees: 3 });
      expect(studentT([1, 1, 1], [1, 1], options)).toEqual({ statistic: 0, pValue: 1, degrees: 3 });
    }
  });

  it('needs three values, or two on each side if the variances differ', () => {
    expect(studentT([1], [2, 4]).degrees).toBe(1);
    expect(() => studentT([1], [2])).toThrow('the test needs 3 values in all, got 1 and 1');
    expect(() => studentT([1], [2, 4], { equalVariances: false })).toThrow('2 values in each sample, got 1 and 2');
  });

  it('refuses moments that no sample has', () => {
    const fine = { count: 3, mean: 0, variance: 1 };
    expect(() => studentTFromMoments({ ...fine, variance: -1 }, fine)).toThrow('a.variance must be');
    expect(() => studentTFromMoments(fine, { ...fine, mean: Number.NaN })).toThrow('b.mean must be finite, got NaN');
    expect(() => studentTFromMoments(fine, { ...fine, count: 0 })).toThrow('b.count must be');
  });
});
