import { describe, expect, it } from 'vitest';
import { LOSS_BINS, PREDICTION_BINS } from '../../../domain/rollout/bins.ts';
import { type Judgement, judgeStep, maxStepMs } from '../../../domain/rollout/judge.ts';
import { MIN_LATENCY_REQUESTS } from '../../../domain/rollout/judging/latency.ts';
import { LEVELS } from '../../../domain/rollout/judging/tested.ts';
import { JudgingSpec } from '../../../domain/spec/rollout-strategy.ts';
import { type Answered, someCounts } from '../../fixtures/counts.ts';

const BAKE_MS = 300_000;
const strategy = {
  shares: [0.1, 0.5],
  bake: '5m',
  minRequests: 100,
  maxErrorRate: 0.01,
  maxLatencyMs: 200,
};

const judging = JudgingSpec.parse({ alpha: 0.02 });

function judge(
  changes: {
    requests?: number;
    errors?: number;
    meanMs?: number;
    elapsedMs?: number;
    index?: number;
    champion?: Answered;
    predictions?: readonly number[];
    losses?: readonly number[];
    spec?: object;
    classes?: number;
  } = {},
  limits: Partial<typeof strategy> = {},
): Judgement {
  const { requests = 1_000, errors = 0, meanMs = 50, elapsedMs = BAKE_MS, index = 0, spec, classes, ...bins } = changes;
  const before = { candidate: someCounts(), others: someCounts() };
  const candidate = someCounts({ requests, errors, latencyMs: meanMs, ...bins });
  const steps = [...Array.from({ length: index }, () => before), { candidate, others: someCounts(changes.champion) }];
  return judgeStep({
    strategy: { ...strategy, ...limits },
    judging: spec ? JudgingSpec.parse({ alpha: 0.02, ...spec }) : judging,
    steps,
    elapsedMs,
    ...(classes === undefined ? {} : { classes }),
  });
}

/** All predictions at one point, or losses at another. */
const at = (bin: number, count: number, bins = PREDICTION_BINS) =>
  Array.from({ length: bins }, (_, i) => (i === bin ? count : 0));
const losses = (bin: number, requests: number) => at(bin, requests, LOSS_BINS);
const calm = { requests: 9_000, latencyMs: 50 };

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
      judge({ requests: 20_000, errors: 180, champion: { requests: 180_000, errors: 36, latencyMs: 50 } }),
      'roll-back',
      '180 of 20000 requests failed beside 36 of 180000 of the champion: worse by more than 0.005',
    ],
    [
      'errors above those of the champion by the margin',
      judge({ requests: 5_000, errors: 26, champion: { requests: 45_000, errors: 9, latencyMs: 50 } }),
      'next',
      '26 failed',
    ],
    ['any error where none is allowed', judge({ errors: 1 }, { maxErrorRate: 0 }), 'roll-back', '1 of 1000'],
    ['a broken candidate before the bake is over', judge({ errors: 500, elapsedMs: 1 }), 'roll-back', '500 of 1000'],
    ['a latency at the limit', judge({ meanMs: 200 }), 'next', '200.0 ms'],
    ['a latency just above the limit', judge({ meanMs: 200.2 }), 'wait', 'mean latency 200.2 ms'],
    ['a latency far above the limit', judge({ meanMs: 400 }), 'roll-back', 'mean latency 400.0 ms, allowed is 200'],
    [
      'a latency far above the limit of just enough requests',
      judge({ meanMs: 25_000, requests: MIN_LATENCY_REQUESTS }, { minRequests: 0 }),
      'roll-back',
      'mean latency 25000.0 ms',
    ],
    [
      'a latency far above the limit of too few requests',
      judge({ meanMs: 25_000, requests: MIN_LATENCY_REQUESTS - 1 }, { minRequests: 0 }),
      'wait',
      'of only 19 requests',
    ],
    [
      'twice the latency of the champion',
      judge({ meanMs: 100, champion: calm }),
      'roll-back',
      'typical latency 100.0 ms beside 50.0 ms of the champion: longer by more than 50 %',
    ],
    ['half as slow again as the champion', judge({ meanMs: 75, champion: calm }), 'next', '75.0 ms'],
    [
      'twice the latency of the champion, where that is allowed',
      judge({ meanMs: 100, champion: calm, spec: { latency: { margin: 1 } } }),
      'next',
      '100.0 ms',
    ],
    [
      'predictions that have moved by more than the margin',
      judge({ predictions: at(14, 1_000), champion: { ...calm, predictions: at(6, 9_000) } }),
      'roll-back',
      "predictions 0.400 of their range from the champion's on average: by more than 0.25",
    ],
    [
      'predictions that have moved by the margin',
      judge({ predictions: at(11, 1_000), champion: { ...calm, predictions: at(6, 9_000) } }),
      'next',
      '1000 requests',
    ],
    [
      'predictions that gather in the middle',
      judge({
        predictions: at(10, 1_000),
        champion: { ...calm, predictions: at(0, 4_500).map((count, i) => (i === 20 ? 4_500 : count)) },
      }),
      'roll-back',
      'predictions 0.500 of their range',
    ],
    [
      'a class that is predicted more often by more than the margin',
      judge({ classes: 3, predictions: at(2, 1_000), champion: { ...calm, predictions: at(1, 9_000) } }),
      'roll-back',
      "class shares up to 1.000 from the champion's: by more than 0.25",
    ],
    [
      'losses above those of the champion',
      judge({
        spec: { quality: {} },
        losses: losses(4, 500),
        champion: { ...calm, losses: losses(2, 4_000) },
      }),
      'roll-back',
      'mean loss 0.4000 of 500 labelled requests beside 0.2000 of 4000 of the champion: worse by more than 0.02',
    ],
    [
      'losses that nobody asked to be judged',
      judge({ losses: losses(4, 500), champion: { ...calm, losses: losses(2, 4_000) } }),
      'next',
      '1000 requests',
    ],
    [
      'one label too few before the candidate gets everything',
      judge({ index: 1, spec: { quality: { minLabels: 501 } }, losses: losses(2, 500) }),
      'wait',
      '500 of 501 labels seen',
    ],
    [
      'just enough labels',
      judge({ index: 1, spec: { quality: { minLabels: 500 } }, losses: losses(2, 500) }),
      'promote',
      '1000 requests',
    ],
    ['few labels before the last step', judge({ spec: { quality: { minLabels: 500 } } }), 'next', '1000 requests'],
    ['undecided just before the end', judge({ requests: 1, elapsedMs: 86_399_999 }), 'wait', '1 of 100'],
    ['undecided at the end', judge({ requests: 1, elapsedMs: 86_400_000 }), 'roll-back', 'undecided for too long'],
  ];
  for (const [what, { verdict, reasons }, expected, reason] of cases) {
    it(`says ${expected} for ${what}`, () => {
      expect(verdict).toBe(expected);
      expect(reasons.join('; ')).toContain(reason);
    });
  }

  it('spends alpha once over all tests of a rollout: a shadow has no labels, and others no answers beside', () => {
    const spent = (without: string) =>
      Object.entries(LEVELS).reduce((sum, [test, level]) => sum + (test === without ? 0 : level), 0);
    expect([spent('quality'), spent('agreement')]).toEqual([1, 1]);
  });

  it('writes down the numbers it used', () => {
    expect(judge({ errors: 10 }).numbers).toMatchObject({
      step: 0,
      requests: 1_000,
      errors: 10,
      errorRate: 0.01,
      alpha: 0.02,
      championRequests: 0,
      tests: { errorLimit: { pValue: expect.closeTo(1, 0), level: 0.005 }, latency: { pValue: 1, level: 0.0025 } },
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
      candidate: someCounts({ requests: 500, errors }),
      others: someCounts(),
    });
    const judged = (...errors: number[]) =>
      judgeStep({ strategy, judging, steps: errors.map(step), elapsedMs: BAKE_MS }).verdict;
    expect(judged(16)).toBe('wait');
    expect(judged(16, 0)).toBe('promote');
    expect(judged(16, 16)).toBe('roll-back');
  });

  it('lets an outage of both pass that lasts for one step, where the limit allows it', () => {
    const quiet = { candidate: someCounts({ requests: 100 }), others: someCounts({ requests: 900, errors: 1 }) };
    const outage = {
      candidate: someCounts({ requests: 500, errors: 100 }),
      others: someCounts({ requests: 500, errors: 100 }),
    };
    const lenient = { ...strategy, maxErrorRate: 0.5 };
    const judged = judgeStep({ strategy: lenient, judging, steps: [quiet, outage], elapsedMs: BAKE_MS });
    // over both steps the candidate failed at 17 %, the champion at 7 %: but by the share that it had
    expect(judged.verdict).toBe('promote');
    expect(judged.numbers.tests).toMatchObject({ errors: { pValue: 1 } });
  });
});
