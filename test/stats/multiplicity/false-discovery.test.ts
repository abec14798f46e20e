import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { benjaminiHochberg } from '../../../stats/multiplicity/false-discovery.ts';

describe('Benjamini-Hochberg', () => {
  it('gives the example of the paper: four of fifteen at 0.05', () => {
    // Benjamini and Hochberg (1995), table in section 3.2
    const pValues = [
      0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1,
    ];
    expect(benjaminiHochberg(pValues, 0.05)).toEqual(pValues.map((p) => p <= 0.0095));
  });

  it('names a p-value above its own limit if a larger one is below its limit', () => {
    // limits 0.025 and 0.05: 0.03 fails alone, but two at 0.04 pass together
    expect(benjaminiHochberg([0.04, 0.03], 0.05)).toEqual([true, true]);
    expect(benjaminiHochberg([0.051, 0.03], 0.05)).toEqual([false, false]);
  });

  it('is the plain test for one p-value, and nothing for none', () => {
    expect(benjaminiHochberg([0.05], 0.05)).toEqual([true]);
    expect(benjaminiHochberg([0.0501], 0.05)).toEqual([false]);
    expect(benjaminiHochberg([], 0.05)).toEqual([]);
  });

  it('names no more than uncorrected tests and no less than Bonferroni', () => {
    const unit = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(unit, { minLength: 1, maxLength: 50 }), (pValues) => {
        for (const [i, named] of benjaminiHochberg(pValues, 0.1).entries()) {
          const p = pValues[i] as number;
          if (named) expect(p).toBeLessThanOrEqual(0.1);
          else expect(p).toBeGreaterThan(0.1 / pValues.length);
        }
      }),
    );
  });
});
