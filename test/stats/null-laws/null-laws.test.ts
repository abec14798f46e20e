import { describe, expect, it } from 'vitest';
import { robustConstant } from '../../../stats/distances/differences.ts';
import { jensenShannonDistance, jensenShannonDivergence, psi } from '../../../stats/distances/divergences.ts';
import { plainShares, pseudoCountShares } from '../../../stats/distances/epsilon.ts';
import { wasserstein } from '../../../stats/distances/samples.ts';
import {
  criticalChiSquared,
  criticalJensenShannonDistance,
  criticalPsi,
  expectedChiSquared,
  expectedJensenShannonDistance,
  expectedJensenShannonDivergence,
  expectedPsi,
} from '../../../stats/null-laws/binned.ts';
import {
  criticalKolmogorovSmirnov,
  criticalRobustLInfinity,
  expectedKolmogorovSmirnov,
  robustFalseAlarmRate,
} from '../../../stats/null-laws/distribution-functions.ts';
import { simulatedNull } from '../../../stats/null-laws/simulated.ts';
import { generator, sample } from '../fixtures/samples.ts';

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const above = (values: readonly number[], limit: number) => mean(values.map((value) => (value > limit ? 1 : 0)));

/** Counts of rows that fall into bins of unequal shares. */
function drawn(rows: number, shares: readonly number[], random: () => number): number[] {
  const counts = shares.map(() => 0);
  for (let row = 0; row < rows; row++) {
    let [bin, left] = [0, random()];
    while (bin < shares.length - 1 && left >= (shares[bin] as number)) {
      left -= shares[bin] as number;
      bin += 1;
    }
    (counts[bin] as number) += 1;
  }
  return counts;
}

describe('the laws of scores over bins under no drift', () => {
  const shares = [0.05, 0.05, 0.1, 0.1, 0.2, 0.2, 0.1, 0.1, 0.05, 0.05];
  const sizes = { reference: 3_000, current: 400, bins: 10 };
  const random = generator(41);
  const pairs = Array.from({ length: 1_500 }, () => [
    drawn(sizes.reference, shares, random),
    drawn(sizes.current, shares, random),
  ]) as [number[], number[]][];
  const psis = pairs.map(([a, b]) => psi(pseudoCountShares(a), pseudoCountShares(b)));
  const distances = pairs.map(([a, b]) => jensenShannonDistance(a, b, '2'));

  it('give the mean that simulated pairs have', () => {
    expect(mean(psis) / expectedPsi(sizes)).toBeCloseTo(1, 1);
    expect(mean(distances) / expectedJensenShannonDistance(sizes, '2')).toBeCloseTo(1, 1);
    const divergences = pairs.map(([a, b]) => jensenShannonDivergence(a, b, 'e'));
    expect(mean(divergences) / expectedJensenShannonDivergence(sizes, 'e')).toBeCloseTo(1, 1);
    const pearson = pairs.map(([a, b]) => {
      const [p, q] = [plainShares(a), plainShares(b)];
      const pooled = plainShares(a.map((count, i) => count + (b[i] as number)));
      const sum = p.reduce((total, share, i) => total + (share - (q[i] as number)) ** 2 / (pooled[i] as number), 0);
      return (sum * sizes.reference * sizes.current) / (sizes.reference + sizes.current);
    });
    expect(mean(pearson) / expectedChiSquared(sizes)).toBeCloseTo(1, 1);
    expect(above(pearson, criticalChiSquared(sizes, 0.05))).toBeCloseTo(0.05, 1.5);
  });

  for (const alpha of [0.1, 0.05, 0.01]) {
    it(`are exceeded by a share ${alpha} of simulated pairs`, () => {
      const error = 4 * Math.sqrt((alpha * (1 - alpha)) / pairs.length);
      expect(Math.abs(above(psis, criticalPsi(sizes, alpha)) - alpha)).toBeLessThan(error);
      expect(Math.abs(above(distances, criticalJensenShannonDistance(sizes, '2', alpha)) - alpha)).toBeLessThan(error);
    });
  }

  it('are worked out by hand', () => {
    // 9 (1/100 + 1/400); chi-squared of 9 degrees is 16.919 at 5 %
    const some = { reference: 100, current: 400, bins: 10 };
    expect(expectedPsi(some)).toBeCloseTo(9 * 0.0125, 12);
    expect(criticalPsi(some, 0.05)).toBeCloseTo(16.919 * 0.0125, 6);
    // of one degree the mean of chi is √(2/π)
    expect(expectedJensenShannonDistance({ ...some, bins: 2 }, 'e')).toBeCloseTo(
      Math.sqrt((2 / Math.PI) * (0.0125 / 8)),
      12,
    );
    expect(expectedPsi({ ...some, reference: Number.POSITIVE_INFINITY })).toBeCloseTo(9 / 400, 12);
  });

  for (const [what, wrong, message] of [
    ['one bin', { bins: 1 }, 'bins must be at least 2, got 1'],
    ['no reference', { reference: 0 }, 'reference must have at least one row, got 0'],
    ['an undefined size', { current: Number.NaN }, 'current must have at least one row, got NaN'],
  ] as const) {
    it(`refuse ${what}`, () => {
      expect(() => expectedPsi({ ...sizes, ...wrong })).toThrow(message);
      expect(() => criticalJensenShannonDistance({ ...sizes, ...wrong }, 'e', 0.05)).toThrow(message);
    });
  }
});

describe('the law of the Kolmogorov–Smirnov distance under no drift', () => {
  const sizes = { reference: 800, current: 800 };

  it('has the printed critical values', () => {
    // √(nm/(n + m)) = 20; 1.2238, 1.3581 and 1.6276 are the limit's 10, 5 and 1 % points
    for (const [alpha, point] of [
      [0.1, 1.2238],
      [0.05, 1.3581],
      [0.01, 1.6276],
    ] as const) {
      expect(criticalKolmogorovSmirnov(sizes, alpha) * 20).toBeCloseTo(point, 4);
    }
    expect(expectedKolmogorovSmirnov(sizes) * 20).toBeCloseTo(0.868731, 6);
  });

  it("gives deequ's constant its 0.003", () => {
    expect(robustFalseAlarmRate(sizes, 0)).toBeCloseTo(0.003, 3);
    expect(robustFalseAlarmRate(sizes, 0, robustConstant(0.05))).toBeCloseTo(0.05, 4);
    // at Model Monitor's threshold a false alarm is as good as impossible
    expect(robustFalseAlarmRate(sizes, 0.1)).toBeLessThan(1e-11);
    expect(criticalRobustLInfinity(sizes, 0.01)).toBe(0);
    expect(criticalRobustLInfinity(sizes, 0.001)).toBeCloseTo(criticalKolmogorovSmirnov(sizes, 0.001) - 0.09, 12);
  });

  it('refuses what has no law', () => {
    for (const alpha of [0, 1, Number.NaN]) {
      expect(() => criticalKolmogorovSmirnov(sizes, alpha)).toThrow(`alpha must be between 0 and 1, got ${alpha}`);
    }
    expect(() => robustFalseAlarmRate(sizes, -0.1)).toThrow('threshold must not be negative, got -0.1');
  });
});

describe('a simulated law', () => {
  const reference = sample({ n: 400, seed: 5 });
  const options = { reference: 200, current: 100, draws: 300, random: generator(9) };
  const law = simulatedNull(wasserstein, reference, options);

  it('is the same from the same generator', () => {
    const again = simulatedNull(wasserstein, reference, { ...options, random: generator(9) });
    expect([again.mean, again.critical(0.05)]).toEqual([law.mean, law.critical(0.05)]);
  });

  it('names few of other pairs that do not differ, and every pair that does', () => {
    const limit = law.critical(0.05);
    const pair = (seed: number, shift: number) =>
      wasserstein(sample({ n: 200, seed }), sample({ n: 100, seed: seed + 1000, shift }));
    const scores = Array.from({ length: 200 }, (_, seed) => pair(seed + 1, 0));
    expect(mean(scores) / law.mean).toBeCloseTo(1, 0.7);
    expect(above(scores, limit)).toBeLessThan(0.13);
    expect(pair(3, 0.5)).toBeGreaterThan(limit);
    expect(law.pValue(pair(3, 0.5))).toBe(1 / 301);
    expect(law.pValue(0)).toBe(1);
  });

  it('agrees with the formula where there is one', () => {
    const bins = 5;
    const byBins = (a: Float64Array, b: Float64Array) => {
      const counts = (side: Float64Array) =>
        Array.from({ length: bins }, (_, bin) => side.filter((value) => value === bin).length);
      return psi(pseudoCountShares(counts(a)), pseudoCountShares(counts(b)));
    };
    const values = Float64Array.from({ length: 500 }, (_, i) => i % bins);
    const psis = simulatedNull(byBins, values, { reference: 400, current: 200, draws: 400, random: generator(17) });
    const sizes = { reference: 400, current: 200, bins };
    expect(psis.mean / expectedPsi(sizes)).toBeCloseTo(1, 0.7);
    expect(psis.critical(0.05) / criticalPsi(sizes, 0.05)).toBeCloseTo(1, 0.5);
  });

  it('has the share alpha of its draws above its critical value', () => {
    const ranks = simulatedNull((_, b) => b[0] as number, Float64Array.of(1, 2, 3, 4), {
      reference: 1,
      current: 1,
      draws: 8,
      // each pair takes two numbers: the current side gets 1, 2, 3, 4, 1, 2, 3, 4
      random: (() => {
        let calls = 0;
        return () => (Math.floor(calls++ / 2) % 4) / 4;
      })(),
    });
    expect([0.25, 0.3, 0.5].map((alpha) => ranks.critical(alpha))).toEqual([3, 3, 2]);
    expect(ranks.pValue(4)).toBe(3 / 9);
  });

  for (const [what, values, wrong, message] of [
    ['no value', [], {}, 'values must hold at least one value'],
    ['no draw', [1], { draws: 0 }, 'draws must be at least 1, got 0'],
    ['half a row', [1], { current: 0.5 }, 'current must be at least 1, got 0.5'],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(() => simulatedNull(wasserstein, Float64Array.from(values), { ...options, ...wrong })).toThrow(message);
    });
  }
});
