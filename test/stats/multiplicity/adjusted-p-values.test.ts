import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adjustedPValues, type Correction, significantTests } from '../../../stats/multiplicity/adjusted-p-values.ts';
import recordings from '../fixtures/adjusted-p-values.json' with { type: 'json' };

const METHODS: Correction[] = ['benjamini-hochberg', 'benjamini-yekutieli', 'holm', 'bonferroni'];

describe('adjusted p-values', () => {
  for (const [i, recorded] of recordings.cases.entries()) {
    for (const method of METHODS) {
      it(`are those of statsmodels by ${method}, case ${i + 1}`, () => {
        for (const [j, p] of adjustedPValues(recorded.pValues, method).entries()) {
          expect(p).toBeCloseTo((recorded[method] as number[])[j] as number, 14);
        }
      });
    }
  }

  const pValues = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 });

  it('keep the order, never fall, and are strictest by Bonferroni', () => {
    fc.assert(
      fc.property(pValues, (ps) => {
        const bonferroni = adjustedPValues(ps, 'bonferroni');
        for (const method of METHODS) {
          const adjusted = adjustedPValues(ps, method);
          for (const [i, p] of adjusted.entries()) {
            expect(p).toBeGreaterThanOrEqual(ps[i] as number);
            if (method === 'holm' || method === 'benjamini-hochberg')
              expect(p).toBeLessThanOrEqual(bonferroni[i] as number);
            for (const [j, other] of adjusted.entries()) {
              if ((ps[i] as number) < (ps[j] as number)) expect(p).toBeLessThanOrEqual(other);
            }
          }
        }
      }),
    );
  });

  it('decide: significant is at most the rate', () => {
    expect(significantTests([0.01, 0.02], 0.02, 'bonferroni')).toEqual([true, false]);
    expect(significantTests([0.01, 0.02], 0.02, 'holm')).toEqual([true, true]);
    expect(significantTests([0.01, 0.02], 0.02, 'benjamini-yekutieli')).toEqual([false, false]);
  });

  it('are none of none, and refused of what is no probability', () => {
    for (const method of METHODS) {
      expect(adjustedPValues([], method)).toEqual([]);
      expect(() => adjustedPValues([0.5, Number.NaN], method)).toThrow('pValues[1] must be within 0 and 1, got NaN');
      expect(() => adjustedPValues([-0.1], method)).toThrow(RangeError);
    }
  });
});
