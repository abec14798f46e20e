import { binomialUpperTail } from '../../stats/distributions/binomial.ts';
import { durationMs } from '../duration.ts';
import type { RequestCounts } from '../registry/entities.ts';
import type { RolloutStrategy } from '../spec/deployment.ts';

/** Chance per look that a candidate whose true error rate is exactly the limit is rolled back for its errors. */
export const ALPHA = 0.01;
/** A mean latency of fewer requests is mostly cold starts. */
export const MIN_LATENCY_REQUESTS = 20;
/** A step that stays undecided this long is rolled back: the champion keeps serving. */
const MAX_STEP_MS = 24 * 3_600_000;
/** Each look is about ten entries in the history of the state machine, which holds 25,000. */
const MAX_LOOKS = 500;

type Canary = Extract<RolloutStrategy, { type: 'canary' }>;
export type Counts = Pick<RequestCounts, 'requests' | 'errors' | 'latencyMsSum'>;

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
 * Judges one step of a canary by what the candidate answered since the step began.
 *
 * Errors: rolled back when more than `maxErrorRate` was seen *and* chance does not explain it (one-sided exact binomial
 * test, ALPHA per look). A rate above the limit that chance may explain is neither passed nor failed: more requests decide,
 * for at most `maxStepMs`.
 */
export function judgeStep(step: {
  readonly strategy: Canary;
  /** Index into the strategy's steps. */
  readonly index: number;
  readonly counts: Counts;
  readonly elapsedMs: number;
}): Judgement {
  const { strategy, index, counts, elapsedMs } = step;
  const { requests, errors, latencyMsSum } = counts;
  const bakeMs = durationMs(strategy.bake);
  const errorRate = requests === 0 ? 0 : errors / requests;
  const meanLatencyMs = requests === 0 ? 0 : latencyMsSum / requests;
  const pValue = errors === 0 ? 1 : binomialUpperTail(errors, requests, strategy.maxErrorRate);
  const numbers = { step: index, requests, errors, errorRate, pValue, alpha: ALPHA, meanLatencyMs, elapsedMs };
  const decide = (verdict: Judgement['verdict'], ...reasons: string[]): Judgement => ({ verdict, reasons, numbers });

  const tooManyErrors = errorRate > strategy.maxErrorRate;
  const errorText = `${errors} of ${requests} requests failed, allowed is ${strategy.maxErrorRate}`;
  const tooSlow = meanLatencyMs > strategy.maxLatencyMs;
  const slowText = `mean latency ${meanLatencyMs.toFixed(1)} ms, allowed is ${strategy.maxLatencyMs} ms`;
  if (tooManyErrors && pValue < ALPHA) return decide('roll-back', `${errorText} (p = ${pValue.toExponential(1)})`);
  if (tooSlow && requests >= MIN_LATENCY_REQUESTS) return decide('roll-back', slowText);

  const open: string[] = [];
  if (requests < strategy.minRequests) open.push(`${requests} of ${strategy.minRequests} requests seen`);
  if (tooManyErrors) open.push(`${errorText}, which chance may explain (p = ${pValue.toFixed(2)})`);
  if (tooSlow) open.push(`${slowText}, of only ${requests} requests`);
  if (open.length > 0) {
    const verdict = elapsedMs >= maxStepMs(bakeMs) ? 'roll-back' : 'wait';
    return decide(verdict, ...(verdict === 'wait' ? open : ['undecided for too long', ...open]));
  }
  if (elapsedMs < bakeMs) return decide('wait', `watched for ${elapsedMs} of ${bakeMs} ms`);
  const passed = `${requests} requests, ${errors} failed, mean latency ${meanLatencyMs.toFixed(1)} ms`;
  return decide(index + 1 < strategy.steps.length ? 'next' : 'promote', passed);
}
