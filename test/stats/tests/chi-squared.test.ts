import { describe, expect, it } from 'vitest';
import { homogeneityPValue } from '../../../stats/tests/chi-squared.ts';

describe('the test of homogeneity', () => {
  it('gives what is computed by hand', () => {
    // expected 20 in each cell: (10² + 10²) / 20 on either side = 20, which two degrees exceed with e^-10
    expect(homogeneityPValue([10, 20, 30], [30, 20, 10])).toBeCloseTo(Math.exp(-10), 12);
  });

  it('agrees with scipy on sides of unequal size, leaving out bins empty on both', () => {
    expect(homogeneityPValue([100, 200, 0, 50], [12, 18, 0, 9])).toBeCloseTo(0.27211829788649483, 12);
  });

  it('says nothing of an empty side or of a single bin', () => {
    expect(homogeneityPValue([0, 0], [3, 4])).toBeUndefined();
    expect(homogeneityPValue([3, 0], [4, 0])).toBeUndefined();
  });
});
