import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hypergeometricUpperTail } from '../../../stats/distributions/hypergeometric.ts';

describe('the upper tail of the hypergeometric distribution', () => {
  // scipy.stats.hypergeom.sf(seen - 1, population, marked, draws)
  const cases = [
    { of: [3, 8, 4, 12], p: 0.5939393939393939 },
    { of: [1, 8, 4, 12], p: 0.997979797979798 },
    { of: [5, 5, 5, 10], p: 1 / 252 },
    { of: [25, 200, 25, 10_200], p: 4.4027902921868005e-44 },
    { of: [3, 200, 40, 10_200], p: 0.043162883902383875 },
    { of: [30, 500, 90, 5_000], p: 9.412794651499007e-10 },
    { of: [5, 500, 90, 5_000], p: 0.9548397945957601 },
  ] as const;
  for (const { of, p } of cases) {
    it(`is ${p.toPrecision(3)} for ${of[0]} of ${of[1]} draws, ${of[2]} of ${of[3]} marked`, () => {
      expect(Math.abs(hypergeometricUpperTail(of[0], of[1], of[2], of[3]) / p - 1)).toBeLessThan(1e-8);
    });
  }

  it('is 1 where it cannot be less, and 0 for more than there are', () => {
    expect(hypergeometricUpperTail(0, 5, 5, 10)).toBe(1);
    expect(hypergeometricUpperTail(2, 8, 4, 10)).toBe(1);
    expect(hypergeometricUpperTail(6, 5, 7, 10)).toBe(0);
  });

  it('falls with what is seen', () => {
    const size = fc.integer({ min: 1, max: 3_000 });
    fc.assert(
      fc.property(size, size, size, size, (population, draws, marked, seen) => {
        const [n, k] = [draws % (population + 1), marked % (population + 1)];
        const more = hypergeometricUpperTail(seen + 1, n, k, population);
        const less = hypergeometricUpperTail(seen, n, k, population);
        expect(more - less).toBeLessThanOrEqual(1e-9);
        expect(more).toBeGreaterThanOrEqual(0);
        expect(less).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('refuses more draws than there are rows', () => {
    expect(() => hypergeometricUpperTail(1, 11, 5, 10)).toThrow(RangeError);
  });
});
