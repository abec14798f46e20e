import { describe, expect, it } from 'vitest';
import { ALPHA, type Judgement, judgeStep, MIN_LATENCY_REQUESTS, maxStepMs } from '../../../domain/rollout/judge.ts';
import { seeded } from '../../fixtures/random.ts';

const BAKE_MS = 300_000;
const strategy = {
  type: 'canary' as const,
  steps: [0.1, 0.5],
  bake: '5m',
  minRequests: 100,
  maxErrorRate: 0.01,
  maxLatencyMs: 200,
};

function judge(
  changes: { requests?: number; errors?: number; meanMs?: number; elapsedMs?: number; index?: number } = {},
  limits: Partial<typeof strategy> = {},
): Judgement {
  const { requests = 1_000, errors = 0, meanMs = 50, elapsedMs = BAKE_MS, index = 0 } = changes;
  const counts = { requests, errors, latencyMsSum: meanMs * requests };
  return judgeStep({ strategy: { ...strategy, ...limits }, index, counts, elapsedMs });
}

describe('judging a step', () => {
  const cases: [string, Judgement, Judgement['verdict'], string][] = [
    ['a good candidate before the last step', judge(), 'next', '1000 requests, 0 failed'],
    ['a good candidate at the last step', judge({ index: 1 }), 'promote', 'failed'],
    ['one millisecond short of the bake', judge({ elapsedMs: BAKE_MS - 1 }), 'wait', 'watched for 299999'],
    ['one request short', judge({ requests: 99 }), 'wait', '99 of 100 requests seen'],
    ['just enough requests', judge({ requests: 100 }), 'next', '100 requests'],
    ['no requests at all where none are needed', judge({ requests: 0 }, { minRequests: 0 }), 'next', '0 requests'],
    ['errors at the limit', judge({ errors: 10 }), 'next', '10 failed'],
    ['errors just above the limit, which chance explains', judge({ errors: 11 }), 'wait', 'chance may explain'],
    ['the largest count that chance explains', judge({ errors: 18 }), 'wait', 'p = 0.01'],
    ['one error more', judge({ errors: 19 }), 'roll-back', '19 of 1000 requests failed, allowed is 0.01'],
    ['one error of ten', judge({ requests: 10, errors: 1 }, { minRequests: 0 }), 'wait', 'chance may explain'],
    ['two errors of ten', judge({ requests: 10, errors: 2 }, { minRequests: 0 }), 'roll-back', '2 of 10'],
    ['any error where none is allowed', judge({ errors: 1 }, { maxErrorRate: 0 }), 'roll-back', '1 of 1000'],
    ['a broken candidate before the bake is over', judge({ errors: 500, elapsedMs: 1 }), 'roll-back', '500 of 1000'],
    ['a latency at the limit', judge({ meanMs: 200 }), 'next', '200.0 ms'],
    ['a latency above the limit', judge({ meanMs: 200.2 }), 'roll-back', 'mean latency 200.2 ms'],
    [
      'a latency above the limit of just enough requests',
      judge({ meanMs: 201, requests: MIN_LATENCY_REQUESTS }, { minRequests: 0 }),
      'roll-back',
      'mean latency',
    ],
    [
      'a latency above the limit of too few requests',
      judge({ meanMs: 201, requests: MIN_LATENCY_REQUESTS - 1 }, { minRequests: 0 }),
      'wait',
      'of only 19 requests',
    ],
    ['undecided just before the end', judge({ requests: 1, elapsedMs: 86_399_999 }), 'wait', '1 of 100'],
    ['undecided at the end', judge({ requests: 1, elapsedMs: 86_400_000 }), 'roll-back', 'undecided for too long'],
  ];
  for (const [what, { verdict, reasons }, expected, reason] of cases) {
    it(`says ${expected} for ${what}`, () => {
      expect(verdict).toBe(expected);
      expect(reasons.join('; ')).toContain(reason);
    });
  }

  it('writes down the numbers it used', () => {
    expect(judge({ errors: 10 }).numbers).toMatchObject({
      step: 0,
      requests: 1_000,
      errors: 10,
      errorRate: 0.01,
      alpha: ALPHA,
      meanLatencyMs: 50,
      elapsedMs: BAKE_MS,
    });
  });

  for (const [bakeMs, longest] of [
    [1_000, 500_000],
    [300_000, 86_400_000],
    [7 * 86_400_000, 7 * 86_400_000],
  ] as const) {
    it(`leaves a step with a bake of ${bakeMs} ms undecided for at most ${longest} ms`, () => {
      expect(maxStepMs(bakeMs)).toBe(longest);
    });
  }

  it(`rolls a candidate at exactly the allowed error rate back no more often than ${ALPHA}, one at five times it always`, () => {
    const rolledBack = (rate: number, seed: number): number => {
      const random = seeded(seed);
      let count = 0;
      for (let trial = 0; trial < 2_000; trial++) {
        let errors = 0;
        for (let i = 0; i < 500; i++) if (random() < rate) errors++;
        if (judge({ requests: 500, errors }).verdict === 'roll-back') count++;
      }
      return count / 2_000;
    };
    // three standard errors above alpha
    expect(rolledBack(0.01, 1)).toBeLessThan(ALPHA + 3 * Math.sqrt((ALPHA * (1 - ALPHA)) / 2_000));
    expect(rolledBack(0.05, 2)).toBeGreaterThan(0.99);
  });
});
