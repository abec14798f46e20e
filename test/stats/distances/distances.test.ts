import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  hellinger,
  lInfinity,
  normalisedAbsoluteDifference,
  robustConstant,
  robustLInfinity,
  totalVariation,
} from '../../../stats/distances/differences.ts';
import {
  jensenShannonDistance,
  jensenShannonDivergence,
  kullbackLeibler,
  psi,
} from '../../../stats/distances/divergences.ts';
import { evidentlyShares, plainShares, pseudoCountShares } from '../../../stats/distances/epsilon.ts';
import recorded from '../fixtures/scipy-distances.json' with { type: 'json' };

const DISTANCES = { kullbackLeibler, hellinger, totalVariation, lInfinity, normalisedAbsoluteDifference };

describe('distances of counts', () => {
  for (const { reference, current, ...figures } of recorded.counts) {
    it(`are scipy's between ${reference} and ${current}`, () => {
      expect(kullbackLeibler(reference, current)).toBeCloseTo(Number(figures.kl), 12);
      expect(kullbackLeibler(reference, current, '2')).toBeCloseTo(Number(figures.kl2), 12);
      expect(jensenShannonDistance(reference, current, 'e')).toBeCloseTo(figures.js, 12);
      expect(jensenShannonDistance(reference, current, '2')).toBeCloseTo(figures.js2, 12);
      expect(jensenShannonDivergence(reference, current, '2')).toBeCloseTo(figures.js2 ** 2, 12);
      expect(hellinger(reference, current)).toBeCloseTo(figures.hellinger, 12);
      expect(totalVariation(reference, current)).toBeCloseTo(figures.tvd, 12);
      expect(lInfinity(reference, current)).toBeCloseTo(figures.linf, 12);
    });
  }

  it('reach their greatest value where nothing is in common', () => {
    const [a, b] = [
      [7, 0],
      [0, 3],
    ];
    expect(jensenShannonDistance(a, b, '2')).toBe(1);
    expect(jensenShannonDistance(a, b, 'e')).toBeCloseTo(0.8326, 4);
    for (const greatest of [hellinger, totalVariation, lInfinity]) expect(greatest(a, b)).toBe(1);
    expect(kullbackLeibler(a, b)).toBe(Number.POSITIVE_INFINITY);
  });

  const counts = fc
    .array(fc.tuple(fc.nat(10_000), fc.nat(10_000)), { minLength: 1, maxLength: 40 })
    .filter((bins) => bins.some(([a]) => a > 0) && bins.some(([, b]) => b > 0));
  it('are in their ranges, and 0 of a sample and itself', () => {
    fc.assert(
      fc.property(counts, (bins) => {
        const [a, b] = [bins.map(([count]) => count), bins.map(([, count]) => count)];
        for (const [name, distance] of Object.entries(DISTANCES)) {
          expect(distance(a, a), name).toBe(0);
          expect(distance(a, b), name).toBeGreaterThanOrEqual(0);
          if (name !== 'kullbackLeibler') expect(distance(a, b), name).toBeLessThanOrEqual(1);
        }
        const js = jensenShannonDistance(a, b, '2');
        expect(js).toBeLessThanOrEqual(1);
        expect(jensenShannonDivergence(b, a, '2')).toBeCloseTo(js ** 2, 12);
        // the chain of bounds between the distances
        expect(lInfinity(a, b)).toBeLessThanOrEqual(totalVariation(a, b) + 1e-12);
        expect(hellinger(a, b) ** 2).toBeLessThanOrEqual(totalVariation(a, b) + 1e-12);
        expect(js ** 2).toBeLessThanOrEqual(totalVariation(a, b) + 1e-12);
        const [p, q] = [pseudoCountShares(a), pseudoCountShares(b)];
        expect(psi(p, q)).toBeCloseTo(kullbackLeibler(p, q) + kullbackLeibler(q, p), 9);
      }),
    );
  });

  for (const [name, a, b, message] of [
    ['different numbers of bins', [1, 2], [1, 2, 3], 'reference and current must have the same length, got 2 and 3'],
    ['no bin', [], [], 'counts must have at least one bin, got none'],
    ['a negative count', [1, -2], [1, 1], 'counts[1] must be a finite count of at least 0, got -2'],
    ['an undefined count', [1, 1], [Number.NaN, 1], 'counts[0] must be a finite count of at least 0, got NaN'],
    [
      'an infinite count',
      [1, 1],
      [1, Number.POSITIVE_INFINITY],
      'counts[1] must be a finite count of at least 0, got Infinity',
    ],
    ['two empty sides', [0, 0], [0, 0], 'at least one row, got'],
  ] as const) {
    it(`refuse ${name}`, () => {
      for (const distance of Object.values(DISTANCES)) expect(() => distance(a, b)).toThrow(message);
      expect(() => jensenShannonDistance(a, b, 'e')).toThrow(RangeError);
    });
  }
});

it('logarithms take no other base than e and 2, and Jensen–Shannon none by default', () => {
  for (const measure of [kullbackLeibler, jensenShannonDivergence, jensenShannonDistance])
    expect(() => measure([1, 2], [2, 1], '10' as never)).toThrow("base must be 'e' or '2', got 10");
  expect(() => jensenShannonDistance([1, 2], [2, 1], undefined as never)).toThrow("base must be 'e' or '2'");
});

describe('psi', () => {
  it('is Infinity where one side is empty, and takes no notice of a bin empty on both', () => {
    expect(psi(plainShares([5, 5, 0]), plainShares([10, 0, 0]))).toBe(Number.POSITIVE_INFINITY);
    expect(psi(plainShares([5, 5, 0]), plainShares([2, 2, 0]))).toBe(0);
  });

  it('refuses counts', () => {
    expect(() => psi([10, 20], [0.5, 0.5])).toThrow('shares must be between 0 and 1, got 10');
  });
});

describe('the rules for empty bins', () => {
  it('of Millrace adds half a row to every bin', () => {
    expect(pseudoCountShares([19, 0])).toEqual([19.5 / 20, 0.5 / 20]);
    expect(pseudoCountShares([0, 0])).toEqual([0.5, 0.5]);
  });

  for (const { counts, filler } of [
    // the smallest other share is just above, at, and below 0.0001
    { counts: [9_998, 2, 0], filler: 0.0001 },
    { counts: [9_999, 1, 0], filler: 0.0001 / 1e6 },
    { counts: [99_999, 1, 0], filler: 0.00001 / 1e6 },
    { counts: [5, 0, 0], filler: 0.0001 },
  ]) {
    it(`of Evidently puts ${filler} into the empty bins of ${counts}`, () => {
      const total = counts.reduce((sum, count) => sum + count, 0);
      expect(evidentlyShares(counts)).toEqual(counts.map((count) => (count === 0 ? filler : count / total)));
    });
  }

  it('refuse what has no shares', () => {
    expect(() => evidentlyShares([0, 0])).toThrow('at least one row, got 2 empty bins');
    expect(() => plainShares([])).toThrow(RangeError);
    expect(() => pseudoCountShares([])).toThrow(RangeError);
  });
});

describe("deequ's Robust L-infinity", () => {
  for (const { distance, n, m, c, value } of [
    // 1.8 · √(200 / 10000) = 0.254558
    { distance: 0.3, n: 100, m: 100, c: undefined, value: 0.3 - 1.8 * Math.sqrt(0.02) },
    { distance: 0.25, n: 100, m: 100, c: undefined, value: 0 },
    { distance: 1, n: 4, m: 4, c: undefined, value: 0 },
    // √(−ln(0.025) / 2) = 1.358102
    { distance: 0.3, n: 100, m: 100, c: robustConstant(0.05), value: 0.3 - 1.3581015 * Math.sqrt(0.02) },
  ]) {
    it(`takes ${distance} of ${n} and ${m} rows${c ? ` at c = ${c.toFixed(3)}` : ''} for ${value.toFixed(4)}`, () => {
      expect(robustLInfinity(distance, n, m, c)).toBeCloseTo(value, 7);
    });
  }

  it('refuses a side without rows and an impossible alpha', () => {
    expect(() => robustLInfinity(0.5, 0, 10)).toThrow('both sides must have rows, got 0 and 10');
    for (const alpha of [0, 2, Number.NaN]) expect(() => robustConstant(alpha)).toThrow(`got ${alpha}`);
  });
});

describe("TFDV's normalised absolute difference", () => {
  it('is the largest difference of counts over all rows', () => {
    // 30 − 5 over 40 + 20 rows
    expect(normalisedAbsoluteDifference([30, 10], [5, 15])).toBe(25 / 60);
    // the same shares, another volume
    expect(normalisedAbsoluteDifference([30, 10], [3, 1])).toBe(27 / 44);
    expect(normalisedAbsoluteDifference([30, 10], [0, 0])).toBe(30 / 40);
  });
});
