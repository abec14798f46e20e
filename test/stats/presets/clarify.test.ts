import { describe, expect, it } from 'vitest';
import { postTrainingIntervals } from '../../../stats/bias/intervals.ts';
import { postTrainingBias } from '../../../stats/bias/post-training.ts';
import { CLARIFY_METRICS, compareFacets } from '../../../stats/presets/clarify.ts';

const advantaged = { tp: 300, fp: 100, fn: 100, tn: 500 };
const disadvantaged = { tp: 100, fp: 50, fn: 150, tn: 700 };
const nobody = { tp: 0, fp: 0, fn: 0, tn: 0 };
const { DPPL } = postTrainingBias(advantaged, disadvantaged);
const { lower, upper } = postTrainingIntervals(advantaged, disadvantaged).DPPL as { lower: number; upper: number };

describe("Clarify's bias drift", () => {
  for (const [what, range, detected] of [
    ['a range below the interval', { min: -0.1, max: lower - 0.001 }, true],
    ['a range that the interval touches', { min: -0.1, max: lower }, false],
    ['a range around the metric', { min: DPPL - 0.001, max: DPPL + 0.001 }, false],
    ['a range above the interval', { min: upper + 0.001, max: 1 }, true],
    ['no bound', {}, false],
  ] as const) {
    it(`is ${detected ? '' : 'not '}found against ${what}`, () => {
      expect(compareFacets(advantaged, disadvantaged, { DPPL: range })).toEqual([
        { metric: 'DPPL', statistic: DPPL, interval: { lower, upper }, allowed: range, detected },
      ]);
    });
  }

  it('is looked for in every metric by its name, in the order given', () => {
    const names = Object.values(CLARIFY_METRICS).flat();
    const allowed = Object.fromEntries(names.map((name) => [name, { min: -1, max: 1 }]));
    const found = compareFacets(advantaged, disadvantaged, allowed);
    expect(found.map(({ metric }) => metric)).toEqual(names);
    expect(found.every(({ statistic, interval }) => statistic !== undefined && interval !== undefined)).toBe(true);
    expect(compareFacets(advantaged, disadvantaged, { CI: { max: 0.1 } })[0]?.statistic).toBe(0);
  });

  it('cannot be said of a facet without rows', () => {
    const [found] = compareFacets(advantaged, nobody, { DPPL: { max: 0 } });
    expect(found).toMatchObject({ detected: false, note: expect.stringContaining('a facet without rows') });
    expect(found).not.toHaveProperty('statistic');
  });

  it('refuses what is no metric and no range', () => {
    expect(() => compareFacets(advantaged, disadvantaged, { KL: { max: 1 } } as never)).toThrow(
      'metric must be one of CI, DPL',
    );
    expect(() => compareFacets(advantaged, disadvantaged, { DI: { min: 2, max: 1 } })).toThrow(
      'min must not be above max',
    );
  });
});
