import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  binnedKolmogorovSmirnov,
  chiSquaredContingency,
  chiSquaredGoodnessOfFit,
  fisherExact,
  gContingency,
  gTest,
  kolmogorovSmirnov,
  twoProportionsZ,
} from '../../../stats/tests/index.ts';
import { type Recorded, relativeError } from '../fixtures/agreement.ts';
import recordings from '../fixtures/counts.json' with { type: 'json' };

type Figures = readonly Recorded[];
type Row =
  | { kind: 'fit'; a: number[]; b: number[]; chi: Figures; g: Figures }
  | {
      kind: 'contingency' | 'fisher';
      a: number[];
      b: number[];
      chi?: Figures;
      g?: Figures;
      chiYates?: Figures;
      gYates?: Figures;
      fisher?: Figures;
    }
  | { kind: 'z'; of: [number, number, number, number]; z: Figures };
const rows = recordings.cases as unknown as Row[];

/** scipy's G is the difference of sums that nearly cancel. */
const G_DIGITS = 1e-8;
/** 0 and rounding errors about it are the same to a test. */
const NOTHING = 1e-12;

function expectSame(actual: readonly number[], expected: Figures, below = 1e-9): void {
  expect(actual.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) {
    const both = [actual[i] as number, value] as const;
    if (typeof value === 'number' && Math.abs(value) < NOTHING && Math.abs(both[0]) < NOTHING) continue;
    expect(relativeError(...both), `${both[0]}, not ${value}`).toBeLessThan(below);
  }
}

const figures = ({ statistic, pValue, degrees }: { statistic: number; pValue: number; degrees?: number }) =>
  degrees === undefined ? [statistic, pValue] : [statistic, pValue, degrees];

for (const row of rows) {
  if (row.kind === 'fit') {
    it(`counts ${row.a} where ${row.b} were expected have scipy's chi-square and G`, () => {
      expectSame(figures(chiSquaredGoodnessOfFit(row.a, row.b)), [...row.chi, row.a.length - 1]);
      expectSame(figures(gTest(row.a, row.b)), [...row.g, row.a.length - 1], G_DIGITS);
    });
  } else if (row.kind === 'z') {
    it(`${row.of[0]} of ${row.of[1]} and ${row.of[2]} of ${row.of[3]} have the z of statsmodels`, () => {
      expectSame(figures(twoProportionsZ(...row.of)), row.z);
    });
  } else {
    it(`counts ${row.a} beside ${row.b} have scipy's figures`, () => {
      const { a, b } = row;
      if (row.chi) expectSame(figures(chiSquaredContingency(a, b, { yates: false })), row.chi);
      if (row.g) expectSame(figures(gContingency(a, b, { yates: false })), row.g, G_DIGITS);
      if (row.chiYates) expectSame(figures(chiSquaredContingency(a, b)), row.chiYates);
      if (row.gYates) expectSame(figures(gContingency(a, b)), row.gYates, G_DIGITS);
      if (!row.fisher) return;
      const table = [a, b] as unknown as Parameters<typeof fisherExact>[0];
      const [statistic, ...pValues] = row.fisher;
      for (const [i, alternative] of (['two-sided', 'less', 'greater'] as const).entries()) {
        expectSame(figures(fisherExact(table, { alternative })), [statistic as Recorded, pValues[i] as Recorded]);
      }
    });
  }
}

describe('a goodness of fit', () => {
  for (const test of [chiSquaredGoodnessOfFit, gTest]) {
    it(`is impossible by ${test.name} where something was seen that was not expected`, () => {
      expect(test([5, 4, 1], [5, 5, 0])).toEqual({ statistic: Number.POSITIVE_INFINITY, pValue: 0, degrees: 2 });
      expect(test([5, 5, 0], [5, 5, 0])).toEqual({ statistic: 0, pValue: 1, degrees: 2 });
    });

    it(`refuses by ${test.name} what is not comparable`, () => {
      expect(() => test([1, 2], [1, 1, 1])).toThrow('observed and expected must have the same length, got 2 and 3');
      expect(() => test([1, 2], [1, 1])).toThrow('observed and expected must have the same total, got 3 and 2');
      expect(() => test([1, -2], [1, 1])).toThrow('observed[1] must be a finite count of at least 0, got -2');
      expect(() => test([1, 2], [Number.NaN, 1])).toThrow('expected[0] must be a finite count of at least 0, got NaN');
      expect(() => test([], [])).toThrow('at least one category');
    });
  }

  it('of a single category says nothing', () => {
    expect(chiSquaredGoodnessOfFit([7], [7])).toEqual({ statistic: 0, pValue: 1, degrees: 0 });
  });
});

describe('a contingency table', () => {
  it('is the same without the columns that are empty on both sides', () => {
    expect(chiSquaredContingency([0, 10, 0, 20], [0, 30, 0, 5])).toEqual(chiSquaredContingency([10, 20], [30, 5]));
  });

  it('of a single column shows no difference', () => {
    expect(chiSquaredContingency([3, 0], [9, 0])).toEqual({ statistic: 0, pValue: 1, degrees: 0 });
  });

  it('refuses an empty side', () => {
    expect(() => chiSquaredContingency([0, 0], [1, 2])).toThrow('both sides must hold something, got totals 0 and 3');
    expect(() => gContingency([1], [1, 2])).toThrow(RangeError);
  });
});

describe("Fisher's exact test", () => {
  it('sums the tables that are as likely, counted one by one', () => {
    const count = fc.integer({ min: 0, max: 9 });
    fc.assert(
      fc.property(count, count, count, count, (a, b, c, d) => {
        fc.pre(a + b > 0 && c + d > 0 && a + c > 0 && b + d > 0);
        const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));
        const weight = (k: number) =>
          1 / (factorial(k) * factorial(a + b - k) * factorial(a + c - k) * factorial(d - a + k));
        let [as, all] = [0, 0];
        for (let k = Math.max(0, a - d); k <= Math.min(a + b, a + c); k++) {
          all += weight(k);
          if (weight(k) <= weight(a) * (1 + 1e-9)) as += weight(k);
        }
        const table = [
          [a, b],
          [c, d],
        ] as const;
        expect(fisherExact(table).pValue).toBeCloseTo(as / all, 12);
      }),
    );
  });

  it('says nothing of a table with an empty row or column, and refuses fractions', () => {
    const empty = [
      [0, 0],
      [3, 4],
    ] as const;
    expect(fisherExact(empty)).toEqual({ statistic: Number.NaN, pValue: 1 });
    expect(() => fisherExact([[1, 2.5], empty[1]])).toThrow('b must be a whole count of at least 0, got 2.5');
  });
});

describe('the test of two proportions', () => {
  it('shows no difference where all or none succeed', () => {
    expect(twoProportionsZ(0, 10, 0, 5)).toEqual({ statistic: 0, pValue: 1 });
    expect(twoProportionsZ(10, 10, 5, 5)).toEqual({ statistic: 0, pValue: 1 });
  });

  for (const of of [
    [11, 10, 1, 2],
    [1, 2, -1, 2],
    [0, 0, 1, 2],
    [1, 2, Number.NaN, 2],
  ] as [number, number, number, number][]) {
    it(`refuses ${of.join(', ')}`, () => expect(() => twoProportionsZ(...of)).toThrow(RangeError));
  }
});

describe('the binned Kolmogorov–Smirnov statistic', () => {
  it('is that of the values with one bin per value, and no larger with fewer', () => {
    const bins = fc.array(fc.tuple(fc.nat(5), fc.nat(5)), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(bins, (pairs) => {
        const [a, b] = [pairs.map(([x]) => x), pairs.map(([, y]) => y)];
        const values = (counts: number[]) => counts.flatMap((count, i) => new Array<number>(count).fill(i));
        fc.pre(values(a).length > 0 && values(b).length > 0);
        const exact = kolmogorovSmirnov(values(a), values(b), { method: 'limit' });
        expect(binnedKolmogorovSmirnov(a, b)).toEqual(exact);
        const halved = (counts: number[]) =>
          Array.from({ length: Math.ceil(counts.length / 2) }, (_, i) =>
            counts.slice(2 * i, 2 * i + 2).reduce((sum, each) => sum + each, 0),
          );
        expect(binnedKolmogorovSmirnov(halved(a), halved(b)).statistic).toBeLessThanOrEqual(exact.statistic);
      }),
    );
  });

  it('has 2 e^(−2x²) for x = √(nm/(n + m)) D, but for a term of a millionth', () => {
    expect(binnedKolmogorovSmirnov([127, 73], [100, 100]).pValue).toBeCloseTo(2 * Math.exp(-2 * 1.35 ** 2), 5);
  });

  it('refuses an empty side', () => {
    expect(() => binnedKolmogorovSmirnov([0, 0], [1, 0])).toThrow('both sides must hold something');
  });
});
