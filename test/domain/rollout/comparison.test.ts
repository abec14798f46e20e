import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addCompared, compareAnswers, comparisonOf, noneCompared } from '../../../domain/rollout/comparison.ts';

const answers = (values: number[], width = 1) => ({ values, rows: values.length / width, width });
const binary = { task: 'binary' as const, threshold: 0.5, tolerance: 0 };

describe('comparing two answers', () => {
  it('counts a decision on the other side of the threshold, and one on it as a yes', () => {
    const seen = compareAnswers(answers([0.5, 0.49, 0.1]), answers([0.51, 0.5, 0.2]), binary, 1);
    expect(seen).toMatchObject({ requests: 1, rows: 3, disagreeing: 1, sampled: 1 });
    expect(seen.differenceSum).toBeCloseTo(0.12, 12);
  });

  it('compares the likeliest class', () => {
    const seen = compareAnswers(
      answers([0.2, 0.8, 0.6, 0.4], 2),
      answers([0.4, 0.6, 0.4, 0.6], 2),
      { ...binary, task: 'multiclass' },
      0,
    );
    expect(seen).toMatchObject({ rows: 2, disagreeing: 1, sampled: 0 });
  });

  for (const [difference, disagreeing] of [
    [0.5, 0],
    [0.51, 1],
  ] as const) {
    it(`${disagreeing ? 'counts' : 'lets pass'} a regression that is ${difference} apart where 0.5 may be`, () => {
      const regression = { task: 'regression' as const, threshold: 0.5, tolerance: 0.5 };
      expect(compareAnswers(answers([10]), answers([10 + difference]), regression, 0).disagreeing).toBe(disagreeing);
    });
  }

  it('refuses answers of another shape', () => {
    expect(() => compareAnswers(answers([1]), answers([1, 2]), binary, 0)).toThrow(RangeError);
  });

  it('adds up to the same in any order, and no difference exceeds the largest', () => {
    const pair = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }));
    fc.assert(
      fc.property(fc.array(pair, { minLength: 1, maxLength: 30 }), (pairs) => {
        const each = pairs.map(([a, b]) => compareAnswers(answers([a]), answers([b]), binary, 0));
        const { disagreement, meanDifference, largestAtMost, requests } = comparisonOf(
          each.reduceRight(addCompared, noneCompared()),
        );
        const differences = pairs.map(([a, b]) => Math.abs(a - b));
        expect(requests).toBe(pairs.length);
        expect(disagreement).toBeCloseTo(pairs.filter(([a, b]) => a >= 0.5 !== b >= 0.5).length / pairs.length, 12);
        expect(meanDifference).toBeCloseTo(differences.reduce((sum, one) => sum + one, 0) / pairs.length, 9);
        expect(largestAtMost).toBeGreaterThanOrEqual(Math.max(...differences));
      }),
    );
  });
});
