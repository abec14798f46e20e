import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalInterval } from '../../../stats/intervals/mean.ts';
import { clopperPearsonInterval, waldInterval, wilsonInterval } from '../../../stats/intervals/proportion.ts';
import recordings from '../fixtures/proportion-intervals.json' with { type: 'json' };

const METHODS = { wilson: wilsonInterval, wald: waldInterval, 'clopper-pearson': clopperPearsonInterval };

describe('the interval of a proportion', () => {
  for (const recorded of recordings.cases) {
    const [successes, trials, confidence] = recorded.of as [number, number, number];
    it(`is the recorded one for ${successes} of ${trials} at ${confidence}`, () => {
      for (const [name, interval] of Object.entries(METHODS)) {
        const { lower, upper } = interval(successes, trials, confidence);
        const [low, high] = recorded[name as keyof typeof METHODS] as [number, number];
        expect(Math.abs(lower - low), `${name}: ${lower}, not ${low}`).toBeLessThanOrEqual(1e-11 * low);
        expect(Math.abs(upper - high), `${name}: ${upper}, not ${high}`).toBeLessThanOrEqual(1e-11 * high);
      }
    });
  }

  for (const [name, interval] of Object.entries(METHODS)) {
    it(`by ${name} holds the proportion seen, and mirrors failures`, () => {
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 10_000 }), fc.nat(10_000), (trials, some) => {
          const successes = some % (trials + 1);
          const { lower, upper } = interval(successes, trials);
          expect(lower).toBeGreaterThanOrEqual(0);
          expect(lower).toBeLessThanOrEqual(successes / trials);
          expect(upper).toBeGreaterThanOrEqual(successes / trials);
          expect(upper).toBeLessThanOrEqual(1);
          const mirrored = interval(trials - successes, trials);
          expect(mirrored.lower).toBeCloseTo(1 - upper, 10);
        }),
        { numRuns: 60 },
      );
    });

    for (const [successes, trials, confidence] of [
      [1, 0, 0.95],
      [3, 2, 0.95],
      [-1, 2, 0.95],
      [Number.NaN, 2, 0.95],
      [1, 2, 0],
      [1, 2, 1],
    ] as const) {
      it(`by ${name} refuses ${successes} of ${trials} at ${confidence}`, () => {
        expect(() => interval(successes, trials, confidence)).toThrow(RangeError);
      });
    }
  }
});

describe('the normal interval of a mean', () => {
  it('is 1.96 standard errors wide on either side', () => {
    const { lower, upper } = normalInterval(10, 3, 36);
    expect(upper - 10).toBeCloseTo(0.5 * 1.959963984540054, 14);
    expect(10 - lower).toBeCloseTo(0.5 * 1.959963984540054, 14);
    expect(normalInterval(10, 0, 1)).toEqual({ lower: 10, upper: 10 });
  });

  for (const of of [
    [Number.NaN, 1, 5],
    [0, -1, 5],
    [0, 1, 0],
    [0, 1, 5, 1],
  ] as const) {
    it(`refuses ${of.join(', ')}`, () => expect(() => normalInterval(of[0], of[1], of[2], of[3])).toThrow(RangeError));
  }
});
