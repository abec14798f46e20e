import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addExactly,
  addProduct,
  addSum,
  centredSquares,
  type ExactSum,
  totalOf,
} from '../../../stats/quality/index.ts';

const sumOf = (values: readonly number[]): ExactSum => {
  const sum: ExactSum = [];
  for (const value of values) addExactly(sum, value);
  return sum;
};

describe('an exact sum', () => {
  // the values of Python's math.fsum
  const cases: [string, number[], number][] = [
    ['nothing', [], 0],
    ['ten tenths', new Array(10).fill(0.1), 1],
    ['a large number that goes again', [1e16, 1, -1e16], 1],
    ['half a unit', [1, 2 ** -53], 1],
    ['a trace more than half a unit', [1, 2 ** -53, 2 ** -106], 1 + 2 ** -52],
    ['a trace less than half a unit', [1 + 2 ** -52, -(2 ** -53), 2 ** -106], 1 + 2 ** -52],
    ['the smallest number beside a large one', [1e300, 5e-324, -1e300], 5e-324],
    ['numbers that cancel', [1e308, -1e308], 0],
  ];
  for (const [what, values, expected] of cases) {
    it(`of ${what} is ${expected}`, () => {
      expect(totalOf(sumOf(values))).toBe(expected);
      expect(totalOf(sumOf(values.toReversed()))).toBe(expected);
    });
  }

  const value = fc.oneof(
    fc.double({ min: -1e100, max: 1e100, noNaN: true }),
    fc.double({ min: -1, max: 1, noNaN: true }),
  );
  const values = fc.array(value, { maxLength: 50 });
  it('is empty when all is taken back, in any order and in parts', () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        const sum = sumOf([...a, ...b]);
        addSum(sum, sumOf(b.toReversed()), -1);
        expect(totalOf(sum)).toBe(totalOf(sumOf(a)));
        addSum(sum, sumOf(a), -1);
        expect(sum).toEqual([]);
      }),
    );
  });
  it('is that of whole numbers too long for a double', () => {
    const part = fc.bigInt({ min: -(2n ** 90n), max: 2n ** 90n });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
        const numbers = parts.map(Number);
        expect(totalOf(sumOf(numbers))).toBe(Number(numbers.reduce((sum, number) => sum + BigInt(number), 0n)));
      }),
    );
  });
  it('holds products whole', () => {
    const whole = fc.maxSafeInteger();
    fc.assert(
      fc.property(whole, whole, (a, b) => {
        const sum: ExactSum = [];
        addProduct(sum, a, b);
        addExactly(sum, -a * b);
        expect(BigInt(-a * b) + BigInt(a) * BigInt(b)).toBe(
          BigInt(totalOf(sum)) + 2n * BigInt(-a * b) + 2n * BigInt(a * b),
        );
      }),
    );
  });
  it('added to itself doubles', () => {
    const sum = sumOf([0.1, 1e17]);
    addSum(sum, sum);
    expect(sum).toEqual(sumOf([0.2, 2e17]));
  });
});

describe('the sum of squared deviations', () => {
  it('keeps its digits beside a large mean', () => {
    const squares: ExactSum = [];
    for (const label of [1e12, 1e12 + 1, 1e12 + 2]) addProduct(squares, label, label);
    expect(centredSquares(3, sumOf([1e12, 1e12 + 1, 1e12 + 2]), squares)).toBe(2);
  });
  it('is NaN for no rows', () => {
    expect(centredSquares(0, [], [])).toBeNaN();
  });
});
