import { describe, expect, it } from 'vitest';
import { madDeviation, mean, median, sampleDeviation } from '../../../stats/history/centre.ts';
import {
  deviationsOfMean,
  deviationsOfMedian,
  reaching,
  sharesOfMean,
  widenedRange,
} from '../../../stats/history/centred.ts';

describe('the centre of values', () => {
  it('is exact for equal values and finite for the largest', () => {
    expect(mean([0.1, 0.1, 0.1])).toBe(0.1);
    expect(mean([Number.MAX_VALUE, Number.MAX_VALUE])).toBe(Number.MAX_VALUE);
    expect(median([Number.MAX_VALUE, Number.MAX_VALUE])).toBe(Number.MAX_VALUE);
  });

  it('is the middle of the two in the middle of an even number', () => {
    expect(median([9, 1, 4, 2])).toBe(3);
    expect(median([9, 1, 4])).toBe(4);
  });

  it('has no deviation for a single value', () => {
    expect(sampleDeviation([5])).toBe(0);
    expect(madDeviation([5])).toBe(0);
    expect(sampleDeviation([1, 3])).toBe(Math.SQRT2);
    expect(madDeviation([1, 2, 4, 100])).toBeCloseTo(1.5 * 1.4826, 12);
  });
});

describe('a range around a centre', () => {
  for (const { name, range, expected } of [
    { name: 'shares of the mean', range: sharesOfMean([100, 300], 0.5, 1), expected: [100, 400] },
    { name: 'shares of a negative mean', range: sharesOfMean([-200], 0.5, 1), expected: [-300, 0] },
    { name: 'deviations of the mean', range: deviationsOfMean([1, 2, 3], 2), expected: [0, 4] },
    { name: 'deviations of the median', range: deviationsOfMedian([1, 2, 3], 1), expected: [0.5174, 3.4826] },
    { name: 'a widened range', range: widenedRange([2, 8, 4], 0.25), expected: [0.5, 9.5] },
    { name: 'a range that must reach', range: reaching(widenedRange([5], 1), 0.5), expected: [4.5, 5.5] },
    { name: 'a range that reaches', range: reaching(widenedRange([0, 4], 0), 1), expected: [0, 4] },
    {
      name: 'a range past the largest number',
      range: reaching(deviationsOfMean([-Number.MAX_VALUE, Number.MAX_VALUE], 9), 0),
      expected: [-Number.MAX_VALUE, Number.MAX_VALUE],
    },
  ]) {
    it(`is ${expected.join(' to ')} for ${name}`, () => {
      expect(range.min).toBeCloseTo(expected[0] as number, 12);
      expect(range.max).toBeCloseTo(expected[1] as number, 12);
    });
  }
});
