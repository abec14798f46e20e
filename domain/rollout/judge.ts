import { durationMs } from '../duration.ts';
import { testAgreement } from './judging/agreement.ts';
import { testErrors } from './judging/errors.ts';
import { MIN_LATENCY_REQUESTS, testLatency } from './judging/latency.ts';
import { testPredictions } from './judging/predictions.ts';
import { labelled, testQuality } from './judging/quality.ts';
import { armTotal, type Evidence, type Tested } from './judging/tested.ts';
import { noCounts } from './step-counts.ts';

/** A step that stays undecided this long is rolled back: the champion keeps serving. */
const MAX_STEP_MS = 24 * 3_600_000;
/** Each look is about ten entries in the history of the state machine, which holds 25,000. */
const MAX_LOOKS = 500;

export interface Judgement {
  readonly verdict: 'wait' | 'next' | 'promote' | 'roll-back';
  readonly reasons: readonly string[];
  readonly numbers: Readonly<Record<string, unknown>>;
}

/** How long a step may stay undecided. */
export function maxStepMs(bakeMs: number): number {
  return Math.max(bakeMs, Math.min(MAX_STEP_MS, bakeMs * MAX_LOOKS));
}

const TESTS: readonly ((evidence: Evidence) => readonly Tested[])[] = [
  testErrors,
  testLatency,
  testPredictions,
  testQuality,
  testAgreement,
];

/**
 * Judges the last step that was begun.
 *
 * Rolled back as soon as a test says so that chance does not explain: errors above `maxErrorRate`, or above the champion's by
 * more than `judging.errors.margin`; a mean latency above `maxLatencyMs`, or a typical one above the champion's by more than
 * `judging.latency.margin`; predictions distributed otherwise than the champion's by more than `judging.predictions.margin`;
 * losses above the champion's by more than `judging.quality.margin`. Each is tested over all steps so far, at its share of
 * `judging.alpha`, by a test that holds its level at every look: a candidate for which none is so is rolled back by them with
 * a probability of at most alpha in the whole rollout.
 *
 * Errors or a latency above their limit within the step that chance may explain are neither passed nor failed: more requests
 * decide, for at most `maxStepMs`.
 */
export function judgeStep(
  rollout: Evidence & {
    /** Since the last step began. */
    readonly elapsedMs: number;
  },
): Judgement {
  const { strategy, judging, steps, elapsedMs } = rollout;
  const index = steps.length - 1;
  const { requests, errors, latencyMsSum } = steps[index]?.candidate ?? noCounts();
  const bakeMs = durationMs(strategy.bake);
  const isLast = index + 1 === strategy.shares.length;
  const errorRate = requests === 0 ? 0 : errors / requests;
  const meanLatencyMs = requests === 0 ? 0 : latencyMsSum / requests;
  const tests = TESTS.flatMap((test) => test(rollout));
  const step = { step: index, requests, errors, errorRate, meanLatencyMs, elapsedMs };
  const numbers = { ...step, ...totals(rollout), alpha: judging.alpha, tests: figures(tests) };
  const decide = (verdict: Judgement['verdict'], ...reasons: string[]): Judgement => ({ verdict, reasons, numbers });

  const failed = tests.filter(({ pValue, level }) => pValue <= level);
  if (failed.length > 0) return decide('roll-back', ...failed.map(failure));

  const open: string[] = [];
  if (requests < strategy.minRequests) open.push(`${requests} of ${strategy.minRequests} requests seen`);
  const minLabels = judging.quality?.minLabels ?? 0;
  if (isLast && labelled(rollout) < minLabels) open.push(`${labelled(rollout)} of ${minLabels} labels seen`);
  if (errorRate > strategy.maxErrorRate) {
    open.push(
      `${errors} of ${requests} requests failed, allowed is ${strategy.maxErrorRate}, ${maybe(tests, 'errorLimit')}`,
    );
  }
  if (meanLatencyMs > strategy.maxLatencyMs) {
    const slow = `mean latency ${meanLatencyMs.toFixed(1)} ms, allowed is ${strategy.maxLatencyMs} ms`;
    const few = requests < MIN_LATENCY_REQUESTS ? `of only ${requests} requests` : maybe(tests, 'latencyLimit');
    open.push(`${slow}, ${few}`);
  }
  if (open.length > 0) {
    const verdict = elapsedMs >= maxStepMs(bakeMs) ? 'roll-back' : 'wait';
    return decide(verdict, ...(verdict === 'wait' ? open : ['undecided for too long', ...open]));
  }
  if (elapsedMs < bakeMs) return decide('wait', `watched for ${elapsedMs} of ${bakeMs} ms`);
  const passed = `${requests} requests, ${errors} failed, mean latency ${meanLatencyMs.toFixed(1)} ms`;
  return decide(isLast ? 'promote' : 'next', passed);
}

function totals({ steps }: Evidence): Record<string, number> {
  const [candidate, others] = [armTotal(steps, 'candidate'), armTotal(steps, 'others')];
  return {
    rolloutRequests: candidate.requests,
    rolloutErrors: candidate.errors,
    championRequests: others.requests,
    championErrors: others.errors,
  };
}

const figures = (tests: readonly Tested[]): Record<string, Pick<Tested, 'pValue' | 'level'>> =>
  Object.fromEntries(tests.map(({ test, pValue, level }) => [test, { pValue, level }]));

const failure = ({ text, pValue, level }: Tested): string =>
  `${text} (p = ${pValue.toExponential(1)} at every look, level ${Number(level.toPrecision(3))})`;

const maybe = (tests: readonly Tested[], name: Tested['test']): string =>
  `which chance may explain (p = ${tests.find(({ test }) => test === name)?.pValue.toFixed(2)})`;
