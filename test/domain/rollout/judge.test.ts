import { describe, expect, it } from 'vitest';
import { type Judgement, judgeStep, MIN_LATENCY_REQUESTS, maxStepMs } from '../../../domain/rollout/judge.ts';

const BAKE_MS = 300_000;
const strategy = {
  shares: [0.1, 0.5],
  bake: '5m',
  minRequests: 100,
  maxErrorRate: 0.01,
  maxLatencyMs: 200,
};

const judging = { alpha: 0.02, errors: { margin: 0.005 } };

function judge(
  changes: {
    requests?: number;
    errors?: number;
    meanMs?: number;
    elapsedMs?: number;
    index?: number;
    champion?: { requests: number; errors: number };
  } = {},
  limits: Partial<typeof strategy> = {},
): Judgement {
  const { requests = 1_000, errors = 0, meanMs = 50, elapsedMs = BAKE_MS, index = 0 } = changes;
  const before = { candidate: { requests: 0, errors: 0, latencyMsSum: 0 }, others: { requests: 0, errors: 0 } };
  const candidate = { requests, errors, latencyMsSum: meanMs * requests };
  const steps = [
    ...Array.from({ length: index }, () => before),
    { candidate, others: changes.champion ?? { requests: 0, errors: 0 } },
  ];
  return judgeStep({ strategy: { ...strategy, ...limits }, judging, steps, elapsedMs });
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
    ['the largest count that chance explains', judge({ errors: 25 }), 'wait', 'chance may explain (p = 0.0'],
    ['one error more', judge({ errors: 26 }), 'roll-back', '26 of 1000 requests failed, allowed is 0.01'],
    ['one error of ten', judge({ requests: 10, errors: 1 }, { minRequests: 0 }), 'wait', 'chance may explain'],
    ['three errors of ten', judge({ requests: 10, errors: 3 }, { minRequests: 0 }), 'roll-back', '3 of 10'],
    [
      'errors below the limit, far above those of the champion',
      judge({ requests: 20_000, errors: 180, champion: { requests: 180_000, errors: 36 } }),
      'roll-back',
      '180 of 20000 requests failed beside 36 of 180000 of the champion: worse by more than 0.005',
    ],
    [
      'errors above those of the champion by the margin',
      judge({ requests: 5_000, errors: 26, champion: { requests: 45_000, errors: 9 } }),
      'next',
      '26 failed',
    ],
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
      alpha: 0.02,
      margin: 0.005,
      championRequests: 0,
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

  it('tests errors over all steps, and passes a step by its own', () => {
    const step = (errors: number) => ({
      candidate: { requests: 500, errors, latencyMsSum: 0 },
      others: { requests: 0, errors: 0 },
    });
    const judged = (...errors: number[]) =>
      judgeStep({ strategy, judging, steps: errors.map(step), elapsedMs: BAKE_MS }).verdict;
    expect(judged(16)).toBe('wait');
    expect(judged(16, 0)).toBe('promote');
    expect(judged(16, 16)).toBe('roll-back');
  });

  it('lets an outage of both pass that lasts for one step, where the limit allows it', () => {
    const quiet = { candidate: { requests: 100, errors: 0, latencyMsSum: 0 }, others: { requests: 900, errors: 1 } };
    const outage = {
      candidate: { requests: 500, errors: 100, latencyMsSum: 0 },
      others: { requests: 500, errors: 100 },
    };
    const lenient = { ...strategy, maxErrorRate: 0.5 };
    const judged = judgeStep({ strategy: lenient, judging, steps: [quiet, outage], elapsedMs: BAKE_MS });
    // over both steps the candidate failed at 17 %, the champion at 7 %: but by the share that it had
    expect(judged.verdict).toBe('promote');
    expect(judged.numbers.differencePValue).toBe(1);
  });
});
