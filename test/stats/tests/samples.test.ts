import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cramerVonMises,
  kolmogorovSmirnov,
  mannWhitney,
  studentT,
  type TestResult,
} from '../../../stats/tests/index.ts';
import { type Recorded, recorded, relativeError } from '../fixtures/agreement.ts';
import large from '../fixtures/large-samples.json' with { type: 'json' };
import small from '../fixtures/two-samples.json' with { type: 'json' };

interface Row {
  readonly a: number[];
  readonly b: number[];
  readonly ks: [Recorded, Recorded, Recorded];
  readonly mw: [Recorded, Recorded, Recorded, Recorded];
  readonly cvm: [Recorded, Recorded, Recorded];
  readonly t?: [Recorded, Recorded, Recorded];
  readonly welch?: [Recorded, Recorded, Recorded];
}
const rows = small.cases as unknown as Row[];

function expectSame(actual: number, expected: Recorded, what: string, tolerance = 1e-9): void {
  expect(relativeError(actual, expected), `${what}: ${actual}, not ${expected}`).toBeLessThan(tolerance);
}

for (const { a, b, ks, mw, cvm, t, welch } of rows) {
  const ties = new Set([...a, ...b]).size < a.length + b.length;
  describe(`${a.length} against ${b.length} values, ${ties ? 'with' : 'without'} ties, p = ${ks[1]}`, () => {
    it('have the Kolmogorov–Smirnov test of scipy', () => {
      const exact = kolmogorovSmirnov(a, b);
      expectSame(exact.statistic, ks[0], 'D');
      expectSame(exact.pValue, ks[1], 'exact');
      expectSame(kolmogorovSmirnov(a, b, { method: 'asymptotic' }).pValue, ks[2], 'asymptotic');
      expect(exact.method).toBe('exact');
    });

    it('have the Mann–Whitney test of scipy', () => {
      for (const [i, alternative] of (['two-sided', 'less', 'greater'] as const).entries()) {
        const result = mannWhitney(a, b, { alternative });
        expectSame(result.statistic, mw[0], 'U');
        expectSame(result.pValue, mw[i + 1] as Recorded, alternative);
        expect(result.method).toBe(!ties && Math.min(a.length, b.length) <= 8 ? 'exact' : 'asymptotic');
      }
    });

    it('have the Cramér–von Mises test of scipy', () => {
      const result = cramerVonMises(a, b);
      // the statistic is a small difference of larger numbers
      expect(Math.abs(result.statistic - recorded(cvm[0]))).toBeLessThan(1e-12);
      expectCramerVonMises(result.pValue, cvm[1]);
      expectCramerVonMises(cramerVonMises(a, b, { method: 'asymptotic' }).pValue, cvm[2]);
    });

    if (t && welch) {
      it("have Student's and Welch's t of scipy", () => {
        for (const [equalVariances, expected] of [
          [true, t],
          [false, welch],
        ] as const) {
          const { statistic, pValue, degrees } = studentT(a, b, { equalVariances });
          expectSame(statistic, expected[0], 't');
          expectSame(pValue, expected[1], 'p');
          expectSame(degrees, expected[2], 'degrees');
        }
      });
    }
  });
}

/** scipy stops its series at 1e-7 of the sum: its last digits are noise, and its tails are nothing else. */
function expectCramerVonMises(actual: number, expected: Recorded): void {
  expect(Math.abs(actual - recorded(expected)), `${actual}, not ${expected}`).toBeLessThan(1e-6);
  if (recorded(expected) > 0.01) expectSame(actual, expected, 'p', 1e-9);
}

describe('large samples', () => {
  for (const { n, m, scale, offset, ks, mw, cvm, t } of large.cases) {
    it(`of ${n} and ${m} values, ${offset} apart, are tested as by scipy`, () => {
      const a = Float64Array.from({ length: n }, (_, i) => ((i * 7919) % n) / n);
      const b = Float64Array.from({ length: m }, (_, j) => (((j * 104729) % m) / m) * scale + offset);
      const check = (test: TestResult, [statistic, pValue]: readonly Recorded[], tolerance = 1e-9) => {
        expectSame(test.statistic, statistic as Recorded, 'statistic', tolerance);
        expectSame(test.pValue, pValue as Recorded, 'p', tolerance);
      };
      // beyond 10,000 values both sides approximate: see the one-sample distribution
      check(kolmogorovSmirnov(a, b), ks as Recorded[], Math.max(n, m) > 10_000 ? 2e-5 : 1e-9);
      check(mannWhitney(a, b), mw as Recorded[]);
      check(studentT(a, b), t as Recorded[], 1e-8);
      if (cvm) expectCramerVonMises(cramerVonMises(a, b).pValue, cvm[1] as Recorded);
    });
  }
});

describe('a test of two samples', () => {
  const tests = { kolmogorovSmirnov, mannWhitney, cramerVonMises, studentT };
  for (const [name, test] of Object.entries(tests)) {
    it(`${name} refuses an empty sample and NaN, and says where`, () => {
      expect(() => test([], [1, 2])).toThrow(/^a must have at least/);
      expect(() => test([1, 2], [])).toThrow(/^b must have at least/);
      expect(() => test([1, 2, 3], [1, Number.NaN, 3])).toThrow(/^b.* (NaN|finite), got (one at 1|NaN)/);
    });

    it(`${name} gives a probability, the same with the sides exchanged`, () => {
      const sample = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 2, maxLength: 15 });
      fc.assert(
        fc.property(sample, sample, (a, b) => {
          const { pValue } = test(a, b);
          expect(pValue).toBeGreaterThanOrEqual(0);
          expect(pValue).toBeLessThanOrEqual(1);
          expect(Math.abs(test(b, a).pValue - pValue)).toBeLessThan(1e-12);
        }),
        { numRuns: 50 },
      );
    });

    it(`${name} leaves its samples as they are`, () => {
      const a = Float64Array.of(3, 1, 2);
      test(a, [2, 1]);
      expect(a).toEqual(Float64Array.of(3, 1, 2));
    });
  }

  it('ranks infinite values, which have no mean', () => {
    const [a, b] = [
      [Number.NEGATIVE_INFINITY, 1, Number.POSITIVE_INFINITY],
      [0, 2, Number.POSITIVE_INFINITY],
    ];
    expect(kolmogorovSmirnov(a, b).statistic).toBeCloseTo(1 / 3, 15);
    expect(mannWhitney(a, b).statistic).toBe(0 + 1 + 2.5);
    expect(() => studentT(a, b)).toThrow('a[0] must be finite, got -Infinity');
  });

  it('says 1 where everything is equal', () => {
    for (const test of Object.values(tests)) expect(test([4, 4, 4], [4, 4, 4]).pValue).toBe(1);
  });

  it('refuses the exact U with ties', () => {
    expect(() => mannWhitney([1, 2], [2, 3], { method: 'exact' })).toThrow(RangeError);
  });
});
