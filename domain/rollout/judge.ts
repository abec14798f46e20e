import { anytimePValue } from '../../stats/sequential/evidence.ts';
import { proportionDifferenceTest } from '../../stats/sequential/mean-difference.ts';
import { proportionAboveEvidence } from '../../stats/sequential/proportion-limit.ts';
import { durationMs } from '../duration.ts';
import type { RequestCounts } from '../registry/entities.ts';
import type { JudgingSpec } from '../spec/rollout-strategy.ts';
import type { Stepped } from './plan.ts';

/** A mean latency of fewer requests is mostly cold starts. */
export const MIN_LATENCY_REQUESTS = 20;
/** A step that stays undecided this long is rolled back: the champion keeps serving. */
const MAX_STEP_MS = 24 * 3_600_000;
/** Each look is about ten entries in the history of the state machine, which holds 25,000. */
const MAX_LOOKS = 500;
/** Tests that share alpha: errors above the limit, and errors above the champion's. */
const TESTS = 2;

export type Counts = Pick<RequestCounts, 'requests' | 'errors' | 'latencyMsSum'>;

/** What was answered during one step. */
export interface StepCounts {
  readonly candidate: Counts;
  /** By everything else that has weight. */
  readonly others: Pick<Counts, 'requests' | 'errors'>;
}

export interface Judgement {
  readonly verdict: 'wait' | 'next' | 'promote' | 'roll-back';
  readonly reasons: readonly string[];
  readonly numbers: Readonly<Record<string, number>>;
}

/** How long a step may stay undecided. */
export function maxStepMs(bakeMs: number): number {
  return Math.max(bakeMs, Math.min(MAX_STEP_MS, bakeMs * MAX_LOOKS));
}

/**
 * Judges the last step that was begun.
 *
 * Errors: rolled back when the candidate's error rate is above `maxErrorRate`, or above the champion's by more than
 * `judging.errors.margin`, and chance does not explain it. Both are tested over all steps so far, each at half of
 * `judging.alpha`, by tests that hold their level at every look: a candidate for which neither is so is rolled back for its
 * errors with a probability of at most alpha in the whole rollout. A rate above the limit within the step that chance may
 * explain is neither passed nor failed: more requests decide, for at most `maxStepMs`.
 *
 * Latency: the mean of the step against `maxLatencyMs`, without a test and outside of alpha.
 */
export function judgeStep(rollout: {
  readonly strategy: Stepped;
  readonly judging: JudgingSpec;
  /** One for each step that was begun, in the order of the strategy's shares; at least one. */
  readonly steps: readonly StepCounts[];
  /** Since the last step began. */
  readonly elapsedMs: number;
}): Judgement {
  const { strategy, judging, steps, elapsedMs } = rollout;
  const index = steps.length - 1;
  const { requests, errors, latencyMsSum } = steps[index]?.candidate ?? NOTHING;
  const bakeMs = durationMs(strategy.bake);
  const errorRate = requests === 0 ? 0 : errors / requests;
  const meanLatencyMs = requests === 0 ? 0 : latencyMsSum / requests;
  const tested = testErrors(strategy, judging, steps);
  const numbers = { step: index, requests, errors, errorRate, meanLatencyMs, elapsedMs, ...tested.numbers };
  const decide = (verdict: Judgement['verdict'], ...reasons: string[]): Judgement => ({ verdict, reasons, numbers });

  const tooSlow = meanLatencyMs > strategy.maxLatencyMs;
  const slowText = `mean latency ${meanLatencyMs.toFixed(1)} ms, allowed is ${strategy.maxLatencyMs} ms`;
  if (tested.failed.length > 0) return decide('roll-back', ...tested.failed);
  if (tooSlow && requests >= MIN_LATENCY_REQUESTS) return decide('roll-back', slowText);

  const open: string[] = [];
  if (requests < strategy.minRequests) open.push(`${requests} of ${strategy.minRequests} requests seen`);
  if (errorRate > strategy.maxErrorRate) {
    const errorText = `${errors} of ${requests} requests failed, allowed is ${strategy.maxErrorRate}`;
    open.push(`${errorText}, which chance may explain (p = ${tested.numbers.limitPValue.toFixed(2)})`);
  }
  if (tooSlow) open.push(`${slowText}, of only ${requests} requests`);
  if (open.length > 0) {
    const verdict = elapsedMs >= maxStepMs(bakeMs) ? 'roll-back' : 'wait';
    return decide(verdict, ...(verdict === 'wait' ? open : ['undecided for too long', ...open]));
  }
  if (elapsedMs < bakeMs) return decide('wait', `watched for ${elapsedMs} of ${bakeMs} ms`);
  const passed = `${requests} requests, ${errors} failed, mean latency ${meanLatencyMs.toFixed(1)} ms`;
  return decide(index + 1 < strategy.shares.length ? 'next' : 'promote', passed);
}

const NOTHING: Counts = { requests: 0, errors: 0, latencyMsSum: 0 };

/** The tests of errors over the whole rollout, and what they found. */
function testErrors({ maxErrorRate, shares }: Stepped, judging: JudgingSpec, steps: readonly StepCounts[]) {
  const { alpha, errors } = judging;
  const { margin } = errors;
  const candidate = sum(steps.map((step) => step.candidate));
  const others = sum(steps.map((step) => step.others));
  const limitPValue = anytimePValue(proportionAboveEvidence(candidate.successes, candidate.trials, maxErrorRate));
  const arms = steps.map((step, i) => ({
    share: shares[i] as number,
    candidate: sum([step.candidate]),
    champion: sum([step.others]),
  }));
  // nothing is worse than a champion that nobody has asked
  const differencePValue = others.trials === 0 ? 1 : anytimePValue(proportionDifferenceTest(margin)(arms));
  const level = alpha / TESTS;
  const text = `${candidate.successes} of ${candidate.trials} requests failed`;
  const failed: string[] = [];
  if (limitPValue <= level) failed.push(`${text}, allowed is ${maxErrorRate} (${figures(limitPValue, level)})`);
  if (differencePValue <= level) {
    const beside = `${others.successes} of ${others.trials} of the champion`;
    failed.push(`${text} beside ${beside}: worse by more than ${margin} (${figures(differencePValue, level)})`);
  }
  const numbers = {
    rolloutRequests: candidate.trials,
    rolloutErrors: candidate.successes,
    championRequests: others.trials,
    championErrors: others.successes,
    limitPValue,
    differencePValue,
    alpha,
    margin,
  };
  return { failed, numbers };
}

const figures = (pValue: number, level: number): string =>
  `p = ${pValue.toExponential(1)} at every look, level ${level}`;

/** Errors are what the tests call successes. */
function sum(counts: readonly Pick<Counts, 'requests' | 'errors'>[]): { successes: number; trials: number } {
  return {
    successes: counts.reduce((total, { errors }) => total + errors, 0),
    trials: counts.reduce((total, { requests }) => total + requests, 0),
  };
}
