import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextShare, nextUnseenShare, roundDown, roundUp, wilson } from '../../../../domain/contracts/infer/shares.ts';

describe('shares', () => {
  it('has the Wilson interval of the literature', () => {
    // Newcombe (1998), table I, method 3: 81 of 263
    expect(wilson(81, 263).lower).toBeCloseTo(0.2553, 4);
    expect(wilson(81, 263).upper).toBeCloseTo(0.3662, 4);
    expect(wilson(0, 20).upper).toBeCloseTo(0.1611, 4);
    expect(wilson(20, 20).upper).toBeCloseTo(1, 12);
  });

  it('takes unseen values for as frequent as those seen once, and more', () => {
    expect(nextUnseenShare({ singletons: 0, doubletons: 0 }, 1_000, 1_000)).toBeCloseTo(9.5481 / 509.5481, 6);
    expect(nextUnseenShare({ singletons: 1_000, doubletons: 0 }, 1_000, 1_000)).toBe(1);
  });

  it('keeps what was seen within its bounds, and rounds away from it', () => {
    const counts = fc.tuple(fc.nat(10_000), fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 10_000 }));
    fc.assert(
      fc.property(counts, ([some, n, next]) => {
        const share = Math.min(some, n) / n;
        for (const { lower, upper } of [wilson(Math.min(some, n), n), nextShare(Math.min(some, n), n, next)]) {
          expect(lower - 1e-12).toBeLessThanOrEqual(share);
          expect(upper + 1e-12).toBeGreaterThanOrEqual(share);
        }
        expect(roundUp(share) + 1e-12).toBeGreaterThanOrEqual(share);
        expect(roundDown(share) - 1e-12).toBeLessThanOrEqual(share);
        expect(roundUp(share)).toBeLessThanOrEqual(share * 1.1 + 1e-12);
      }),
    );
  });

  it.each([
    [0.01234, 0.013, 0.012],
    [0.07, 0.07, 0.07],
    [0.2101, 0.22, 0.21],
    [0.999, 1, 0.99],
    [0, 0, 0],
  ])('rounds %d to %d and %d', (share, up, down) => {
    expect([roundUp(share), roundDown(share)]).toEqual([up, down]);
  });
});
