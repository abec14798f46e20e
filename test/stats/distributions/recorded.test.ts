import { describe, expect, it } from 'vitest';
import * as distributions from '../../../stats/distributions/index.ts';
import { type Recorded, relativeError } from '../fixtures/agreement.ts';
import recordings from '../fixtures/distributions.json' with { type: 'json' };

const cases = recordings.cases as [keyof typeof distributions, number[], Recorded][];

const compute = new Map(Object.entries(distributions) as [string, (...of: number[]) => number][]);

describe('a distribution', () => {
  // Relative error in the tails too: exponents of some 700 cost three digits of sixteen on either side; the binomial and
  // hypergeometric of a million, three more.
  const tolerances: Partial<Record<keyof typeof distributions, number>> = {
    binomialUpperTail: 2e-11,
    hypergeometricProbability: 1e-9,
    hypergeometricUpperTail: 1e-9,
    hypergeometricLowerTail: 1e-9,
  };
  for (const name of new Set(cases.map(([each]) => each))) {
    const tolerance = tolerances[name] ?? 2e-12;
    it(`gives the recorded ${name} to a relative ${tolerance}`, () => {
      for (const [, of, value] of cases.filter(([each]) => each === name)) {
        const actual = compute.get(name)?.(...of) as number;
        expect(relativeError(actual, value), `${name}(${of.join(', ')}) = ${actual}, not ${value}`).toBeLessThan(
          tolerance,
        );
      }
    });
  }

  it('is recorded for all of them but one, which has a file of its own', () => {
    const others = ['chiSquaredCdf', 'kolmogorovSurvival', 'cramerVonMisesTwoSampleSurvival'];
    expect(new Set([...cases.map(([name]) => name), ...others])).toEqual(new Set(compute.keys()));
  });
});
