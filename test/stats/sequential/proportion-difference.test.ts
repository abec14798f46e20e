import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anytimePValue } from '../../../stats/sequential/evidence.ts';
import { meanDifferenceTest, proportionDifferenceTest } from '../../../stats/sequential/mean-difference.ts';
import { rejectedShare, type Stream, type Totals } from './streams.ts';

const ALPHA = 0.05;
/** Three standard errors above alpha. */
const mostOf = (streams: number) => ALPHA + 3 * Math.sqrt((ALPHA * (1 - ALPHA)) / streams);

const anytime = (margin: number, share: number) => {
  const evidence = proportionDifferenceTest(margin);
  return (totals: Totals) => anytimePValue(evidence([{ share, ...totals }])) <= ALPHA;
};

describe('a test of two proportions that is looked at after every request', () => {
  const nulls: [string, Stream, number][] = [
    ['no difference', { champion: 0.05, candidate: 0.05, share: 0.5, requests: 2_000 }, 0],
    ['no difference and few errors', { champion: 0.003, candidate: 0.003, share: 0.1, requests: 2_000 }, 0],
    ['exactly the margin', { champion: 0.01, candidate: 0.03, share: 0.3, requests: 2_000 }, 0.02],
    ['an outage of both', { champion: 0.01, candidate: 0.01, share: 0.5, requests: 2_000, outage: 0.3 }, 0],
  ];
  for (const [i, [what, stream, margin]] of nulls.entries()) {
    it(`rejects at most alpha of the streams with ${what}`, () => {
      const share = rejectedShare(stream, { streams: 200, seed: i + 1, every: 1 }, anytime(margin, stream.share));
      expect(share).toBeLessThanOrEqual(mostOf(200));
    });
  }

  it('would be seen to fail: a z-test repeated at every look rejects a fifth of streams without difference and more', () => {
    const stream = { champion: 0.05, candidate: 0.05, share: 0.5, requests: 2_000 };
    const naive = ({ candidate, champion }: Totals) =>
      candidate.trials > 30 &&
      champion.trials > 30 &&
      candidate.successes + champion.successes > 0 &&
      zRejects(candidate, champion);
    const share = rejectedShare(stream, { streams: 200, seed: 1, every: 1 }, naive);
    expect(share).toBeGreaterThan(mostOf(200));
    expect(share).toBeGreaterThan(0.2);
  });

  const differences: [Stream, number][] = [
    [{ champion: 0.001, candidate: 0.02, share: 0.5, requests: 4_000 }, 0.005],
    [{ champion: 0.001, candidate: 0.05, share: 0.1, requests: 5_000 }, 0.005],
    [{ champion: 0.001, candidate: 0.5, share: 0.1, requests: 300 }, 0.005],
    [{ champion: 0.1, candidate: 0.2, share: 0.5, requests: 1_800 }, 0.01],
  ];
  for (const [stream, margin] of differences) {
    const { champion, candidate, share, requests } = stream;
    it(`finds ${candidate} against ${champion} at a share of ${share} within ${requests} requests in 95 % of streams`, () => {
      const found = rejectedShare(stream, { streams: 200, seed: 7, every: 10 }, anytime(margin, share));
      expect(found).toBeGreaterThanOrEqual(0.95);
    });
  }
});

describe('the evidence of a difference', () => {
  const counts = fc
    .tuple(fc.nat(300), fc.nat(300))
    .map(([a, b]) => ({ successes: Math.min(a, b), trials: Math.max(a, b) }));
  const share = fc.double({ min: 0.01, max: 0.99, noNaN: true });
  const margin = fc.constantFrom(0, 0.005, 0.1, 0.5);

  it('is 1 before anything is seen', () => {
    expect(proportionDifferenceTest(0.01)([])).toBeCloseTo(0, 12);
    const none = { successes: 0, trials: 0 };
    expect(proportionDifferenceTest(0.01)([{ share: 0.1, candidate: none, champion: none }])).toBeCloseTo(0, 12);
  });

  it('is expected not to grow by a request under any two proportions of the null hypothesis', () => {
    fc.assert(
      fc.property(
        counts,
        counts,
        share,
        margin,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (candidate, champion, share, margin, a, part) => {
          const b = part * Math.min(1, a + margin);
          const evidence = proportionDifferenceTest(margin);
          const now = evidence([{ share, candidate, champion }]);
          const after = (arm: 'candidate' | 'champion', success: 0 | 1) => {
            const stage = { share, candidate, champion };
            const { successes, trials } = stage[arm];
            return Math.exp(
              evidence([{ ...stage, [arm]: { successes: successes + success, trials: trials + 1 } }]) - now,
            );
          };
          const expected =
            share * (b * after('candidate', 1) + (1 - b) * after('candidate', 0)) +
            (1 - share) * (a * after('champion', 1) + (1 - a) * after('champion', 0));
          expect(expected).toBeLessThanOrEqual(1 + 1e-9);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('of a stage in two halves is that of the whole', () => {
    const half = { share: 0.2, candidate: { successes: 3, trials: 50 }, champion: { successes: 1, trials: 200 } };
    const whole = { share: 0.2, candidate: { successes: 6, trials: 100 }, champion: { successes: 2, trials: 400 } };
    const evidence = proportionDifferenceTest(0.005);
    expect(evidence([half, half])).toBeCloseTo(evidence([whole]), 9);
  });

  const wrong: [string, () => unknown, string][] = [
    ['a margin of 1', () => proportionDifferenceTest(1), 'margin'],
    ['a negative margin', () => proportionDifferenceTest(-0.1), 'margin'],
    ['a value above 1', () => meanDifferenceTest({ values: [0, 1.5], margin: 0 }), '1.5'],
    [
      'a share of 1',
      () => meanDifferenceTest({ values: [0, 1], margin: 0 })([{ share: 1, candidate: [1, 0], champion: [0, 0] }]),
      'share',
    ],
    [
      'a count too few',
      () => meanDifferenceTest({ values: [0, 1], margin: 0 })([{ share: 0.5, candidate: [1], champion: [0, 0] }]),
      'counts',
    ],
  ];
  for (const [what, act, names] of wrong) {
    it(`refuses ${what}`, () => {
      expect(act).toThrow(RangeError);
      expect(act).toThrow(names);
    });
  }
});

function zRejects(a: Totals['candidate'], b: Totals['candidate']): boolean {
  const pooled = (a.successes + b.successes) / (a.trials + b.trials);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / a.trials + 1 / b.trials));
  return (a.successes / a.trials - b.successes / b.trials) / error > 1.645;
}
