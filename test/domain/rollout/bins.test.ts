import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binAt, gridOf, LATENCY_BINS, LONGEST_MS, latencyPlace } from '../../../domain/rollout/bins.ts';
import { stepCounts, totalsByVersion } from '../../../domain/rollout/step-counts.ts';
import { someRequestCounts } from '../../fixtures/counts.ts';

describe('the bin of a value', () => {
  it('has the value as its mean over chance', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 2, max: 40 }), (place, bins) => {
        const draws = Array.from(
          { length: 1_000 },
          (_, i) => gridOf(bins)[binAt(place, bins, (i + 0.5) / 1_000)] ?? Number.NaN,
        );
        expect(draws.reduce((sum, value) => sum + value, 0) / 1_000).toBeCloseTo(place, 2);
        expect(Math.max(...draws) - Math.min(...draws)).toBeLessThanOrEqual(1 / (bins - 1) + 1e-12);
      }),
    );
  });

  for (const [ms, bin] of [
    [0, 0],
    [0.4, 0],
    [1, 0],
    [LONGEST_MS, LATENCY_BINS - 1],
    [90_000, LATENCY_BINS - 1],
  ] as const) {
    it(`of ${ms} ms is ${bin}, whatever chance says`, () => {
      for (const random of [0, 0.5, 0.999]) expect(binAt(latencyPlace(ms), LATENCY_BINS, random)).toBe(bin);
    });
  }
});

describe('what was answered during a step', () => {
  const seen = [
    someRequestCounts(1, 3, { requests: 90 }),
    someRequestCounts(1, 4, { requests: 8, errors: 1 }),
    someRequestCounts(1, 5, { requests: 2 }),
    someRequestCounts(2, 3, { requests: 10, errors: 2 }),
    someRequestCounts(2, 5, { requests: 7 }),
  ];

  it('is what its own routes gave out, also after the next step began', () => {
    const steps = stepCounts(2, [{ trafficRev: 2 }, { trafficRev: 4 }], seen);
    expect(steps.map(({ candidate, others }) => [candidate.requests, others.requests])).toEqual([
      [10, 98],
      [7, 2],
    ]);
    expect(steps[0]?.others.errors).toBe(1);
  });

  it('leaves out what was counted under routes from before the first step', () => {
    expect(stepCounts(2, [{ trafficRev: 3 }], seen)[0]?.candidate.requests).toBe(7);
  });

  it('adds up by version over all of them', () => {
    expect(totalsByVersion(seen)).toEqual([
      { version: 1, requests: 100, errors: 1, latencyMsSum: 1_000 },
      { version: 2, requests: 17, errors: 2, latencyMsSum: 170 },
    ]);
  });
});
