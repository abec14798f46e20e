import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  biasDrift,
  conditionalDemographicDisparity,
  demographicParity,
  disparityOf,
  equalizedOdds,
  equalOpportunity,
  groupInterval,
  labelDivergences,
  labelsOf,
  postTrainingBias,
  postTrainingIntervals,
  predictionBias,
  predictionsOf,
  preTrainingBias,
  preTrainingIntervals,
  withinBiasBaseline,
} from '../../../stats/bias/index.ts';
import { normalQuantile } from '../../../stats/distributions/normal.ts';
import type { Confusion } from '../../../stats/quality/index.ts';
import reference from '../fixtures/bias.json' with { type: 'json' };

const close = (found: object, expected: Record<string, number | string | null>) => {
  for (const [name, value] of Object.entries(expected)) {
    const own = found[name as keyof typeof found] as number;
    if (value === null) expect(own, name).toBeNaN();
    else if (typeof value === 'string') expect(own, name).toBe(Number(value));
    else expect(own, name).toBeCloseTo(value, 11);
  }
};
const none: Confusion = { tp: 0, fp: 0, fn: 0, tn: 0 };

describe("Clarify's figures are those of smclarify", () => {
  for (const { advantaged, disadvantaged, pre, post } of reference.clarify) {
    it(`for ${Object.values(advantaged)} and ${Object.values(disadvantaged)}`, () => {
      close(preTrainingBias(labelsOf(advantaged), labelsOf(disadvantaged)), pre);
      close(postTrainingBias(advantaged, disadvantaged), post);
      expect(Object.keys(postTrainingBias(advantaged, disadvantaged)).sort()).toEqual(Object.keys(post).sort());
    });
  }
  it('for labels of four classes, one of them in one facet only', () => {
    const { advantaged, disadvantaged, ...expected } = reference.multiclass;
    expect(disadvantaged.at(-1)).toBe(0);
    close(labelDivergences(advantaged, disadvantaged), expected);
  });
  it('for a disparity explained by another column', () => {
    expect(conditionalDemographicDisparity(reference.cdd.strata)).toBeCloseTo(reference.cdd.CDDL, 12);
  });
});

describe("fairlearn's figures are its own", () => {
  for (const { groups, ...methods } of reference.fairlearn) {
    for (const method of ['between_groups', 'to_overall'] as const) {
      it(`for ${groups.length} groups, ${method}`, () => {
        const expected = methods[method];
        close(demographicParity(groups.map(predictionsOf), { method }), expected.demographicParity);
        close(equalOpportunity(groups, { method }), expected.equalOpportunity);
        close(equalizedOdds(groups, { method }), expected.equalizedOdds_worst_case);
        close(equalizedOdds(groups, { method, agg: 'mean' }), expected.equalizedOdds_mean);
      });
    }
  }
});

describe('what is undefined', () => {
  const some: Confusion = { tp: 1, fp: 2, fn: 3, tn: 4 };
  it('is NaN for a facet without rows', () => {
    for (const [a, d] of [
      [none, some],
      [some, none],
      [none, none],
    ] as const) {
      const figures = { ...postTrainingBias(a, d), ...preTrainingBias(labelsOf(a), labelsOf(d)) };
      expect(Object.keys(figures)).toHaveLength(18);
      for (const [name, value] of Object.entries(figures)) expect(value, name).toBeNaN();
      expect(postTrainingIntervals(a, d)).toEqual({});
      expect(preTrainingIntervals(labelsOf(a), labelsOf(d))).toEqual({});
    }
  });
  it('is the entropy of false negatives alone', () => {
    expect(postTrainingBias({ ...none, fn: 3 }, { ...none, fn: 2 }).GE).toBeNaN();
  });
  it('is the disparity of one group, of a group without rows and of nobody selected', () => {
    expect(disparityOf([0.5])).toEqual({ difference: Number.NaN, ratio: Number.NaN });
    expect(demographicParity([])).toEqual({ difference: Number.NaN, ratio: Number.NaN });
    expect(demographicParity([predictionsOf(some), predictionsOf(none)]).difference).toBeNaN();
    expect(equalOpportunity([some, { ...some, tp: 0, fn: 0 }]).difference).toBeNaN();
    expect(disparityOf([0, 0])).toEqual({ difference: 0, ratio: Number.NaN });
    expect(disparityOf([0, 0], 0)).toEqual({ difference: 0, ratio: Number.NaN });
  });
  it('is a conditional disparity where nobody, or everybody, is accepted', () => {
    const stratum = (positives: number, negatives: number) => [
      { advantaged: { positives, negatives }, disadvantaged: { positives, negatives } },
    ];
    expect(conditionalDemographicDisparity(stratum(0, 3))).toBeNaN();
    expect(conditionalDemographicDisparity(stratum(3, 0))).toBeNaN();
    expect(conditionalDemographicDisparity([])).toBeNaN();
    expect(conditionalDemographicDisparity(stratum(3, 3))).toBe(0);
  });
});

describe('confidence intervals', () => {
  const { advantaged, disadvantaged, standardErrors } = reference.bootstrap;
  const z = normalQuantile(0.975);
  it('are as wide as a bootstrap of the rows finds', () => {
    const intervals = {
      ...postTrainingIntervals(advantaged, disadvantaged),
      ...preTrainingIntervals(labelsOf(advantaged), labelsOf(disadvantaged)),
      equalizedOdds: groupInterval([advantaged, disadvantaged], (groups) => equalizedOdds(groups).difference),
    };
    const { DI, ...linear } = intervals;
    const { logDI, ...expected } = standardErrors;
    expect(Object.keys(linear).sort()).toEqual(Object.keys(expected).sort());
    for (const [name, interval] of Object.entries(linear)) {
      const width = ((interval?.upper as number) - (interval?.lower as number)) / (2 * z);
      expect(width / expected[name as keyof typeof expected], name).toBeGreaterThan(0.97);
      expect(width / expected[name as keyof typeof expected], name).toBeLessThan(1.03);
    }
    const factor = Math.log((DI?.upper as number) / (DI?.lower as number)) / (2 * z);
    expect(factor / logDI).toBeGreaterThan(0.97);
    expect(factor / logDI).toBeLessThan(1.03);
  });

  it('hold their figure where every cell has rows', () => {
    const cell = fc.integer({ min: 8, max: 2_000 });
    const group = fc.record({ tp: cell, fp: cell, fn: cell, tn: cell });
    fc.assert(
      fc.property(group, group, (a, d) => {
        const figures = postTrainingBias(a, d);
        const intervals = postTrainingIntervals(a, d);
        for (const [name, { lower, upper }] of Object.entries(intervals)) {
          expect(figures[name as keyof typeof figures], name).toBeGreaterThan(lower);
          expect(figures[name as keyof typeof figures], name).toBeLessThan(upper);
        }
        expect(Object.keys(intervals)).toHaveLength(11);
      }),
    );
  });

  it('are wide, not absent, where a rate is 0 of few rows', () => {
    const interval = postTrainingIntervals({ tp: 5, fp: 0, fn: 0, tn: 5 }, { tp: 5, fp: 0, fn: 0, tn: 5 }).RD;
    expect(interval?.lower).toBeLessThan(-0.2);
    expect(interval?.upper).toBeGreaterThan(0.2);
  });

  it('widen with the design effect and with the pairs compared', () => {
    const width = (options: object) => {
      const interval = groupInterval(
        [advantaged, disadvantaged],
        (groups) => equalOpportunity(groups).difference,
        options,
      );
      return (interval?.upper as number) - (interval?.lower as number);
    };
    expect(width({ designEffect: 4 }) / width({})).toBeCloseTo(2, 1);
    expect(width({ comparisons: 3 }) / width({})).toBeCloseTo(normalQuantile(1 - 0.025 / 3) / z, 9);
    expect(width({ confidence: 0.5 }) / width({})).toBeCloseTo(normalQuantile(0.75) / z, 9);
  });
});

describe('bias drift', () => {
  const cases: [string, number, [number, number], { min?: number; max?: number }, boolean][] = [
    ['within the range', 0.1, [0.05, 0.15], { min: -0.2, max: 0.2 }, false],
    ['outside, its interval reaching in', 0.25, [0.19, 0.31], { max: 0.2 }, false],
    ['outside, its interval touching', 0.25, [0.2, 0.3], { max: 0.2 }, false],
    ['above with all its interval', 0.25, [0.2000001, 0.3], { max: 0.2 }, true],
    ['below with all its interval', 0.5, [0.4, 0.7999], { min: 0.8, max: 1.25 }, true],
    ['below, its interval touching', 0.5, [0.4, 0.8], { min: 0.8 }, false],
    ['anywhere, without bounds', 9, [8, 10], {}, false],
    ['without limit', Number.POSITIVE_INFINITY, [3, 90], { max: 1.25 }, true],
  ];
  for (const [what, value, [lower, upper], allowed, drifted] of cases) {
    it(`${drifted ? 'alarms' : 'is silent'} for a metric ${what}`, () => {
      expect(biasDrift(value, { lower, upper }, allowed)).toBe(drifted);
    });
  }
  it('says nothing without a value or an interval', () => {
    expect(biasDrift(Number.NaN, { lower: 0, upper: 1 }, { max: -1 })).toBeUndefined();
    expect(biasDrift(0.5, undefined, { max: -1 })).toBeUndefined();
    expect(biasDrift(0.5, { lower: Number.NaN, upper: 1 }, { max: -1 })).toBeUndefined();
  });
  it('holds a figure to its baseline, whatever the sign', () => {
    expect(withinBiasBaseline(-0.2, 0.2)).toBe(true);
    expect(withinBiasBaseline(0.21, -0.2)).toBe(false);
    expect(withinBiasBaseline(Number.NaN, 0.2)).toBe(false);
  });
});

describe('refused', () => {
  const cases: [string, () => unknown, string][] = [
    [
      'a negative count',
      () => postTrainingBias({ ...none, tp: -1 }, none),
      'advantaged.positives must be a count from 0, got -1',
    ],
    [
      'a negative cell of a positive sum',
      () => postTrainingBias(none, { ...none, tp: 3, fp: -1 }),
      'disadvantaged.fp must be',
    ],
    [
      'a NaN count',
      () => predictionBias({ positives: 1, negatives: Number.NaN }, { positives: 1, negatives: 1 }),
      'got NaN',
    ],
    ['other classes', () => labelDivergences([1], [1, 2]), 'facets must have as many classes, got 1 and 2'],
    [
      'a range upside down',
      () => biasDrift(1, { lower: 0, upper: 1 }, { min: 1, max: 0 }),
      'min must not be above max',
    ],
    [
      'no comparisons',
      () => groupInterval([none], () => 0, { comparisons: 0 }),
      'comparisons must be at least 1, got 0',
    ],
    ['a negative group', () => demographicParity([{ positives: -1, negatives: 1 }]), 'groups[0].positives must be'],
  ];
  for (const [what, act, message] of cases) {
    it(`is ${what}`, () => {
      expect(act).toThrow(RangeError);
      expect(act).toThrow(message);
    });
  }
});
