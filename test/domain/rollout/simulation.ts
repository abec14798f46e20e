import { chooseRoute, stickyPosition } from '../../../domain/inference/route.ts';
import { type Judgement, judgeStep } from '../../../domain/rollout/judge.ts';
import { type Routes, routesAt, type Stepped, steppedOf } from '../../../domain/rollout/plan.ts';
import { type ArmCounts, noCounts, type StepCounts } from '../../../domain/rollout/step-counts.ts';
import { JudgingSpec, RolloutStrategy } from '../../../domain/spec/rollout-strategy.ts';

export const STEPS = [0.05, 0.2, 0.5];
export const REQUESTS_PER_STEP = 10_000;
/** A step that chance leaves open goes on for longer, up to this. */
const MOST_PER_STEP = 50_000;
const CHAMPION = 1;
const CANDIDATE = 2;
const target = { kind: 'lambda' as const };
const before: Routes = [{ version: CHAMPION, weight: 1, target }];
const strategy = steppedOf(RolloutStrategy.parse({ type: 'canary', steps: STEPS, minRequests: 400 })) as Stepped;
const judging = JudgingSpec.parse({});

/** Parts of a rollout that a broken build may have wrong. */
export interface Build {
  readonly position: (model: string, key: string) => number;
  readonly judge: typeof judgeStep;
}
export const BUILD: Build = { position: stickyPosition, judge: judgeStep };

export interface Traffic {
  /** Error rates. */
  readonly champion: number;
  readonly candidate: number;
  /** Requests between two looks of the judge. */
  readonly every: number;
  readonly random: () => number;
}

export interface Outcome {
  readonly verdict: Judgement['verdict'];
  /** What the candidate had answered by then. */
  readonly candidateRequests: number;
  readonly looks: number;
}

const routesOf = new Map(STEPS.map((share) => [share, routesAt(before, { version: CANDIDATE, target }, share)]));
const chosen = (share: number, position: number): boolean =>
  chooseRoute(routesOf.get(share) as Routes, position).version === CANDIDATE;

/** Whether the router sends this caller to the candidate. */
export const goesToCandidate = (share: number, key: string, { position }: Build): boolean =>
  chosen(share, position('churn', key));

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Where callers stand, worked out once: a rollout meets some 30,000 of them in a row. */
const CALLERS = Array.from({ length: 200_000 }, (_, n) => BUILD.position('churn', `caller-${n}`));

/**
 * A whole rollout in memory: each step has at least `REQUESTS_PER_STEP` requests, each of a caller of its own, which go where the router sends
 * them, and is judged while they come in. The bake is over with the last of them.
 */
export function rollOut(traffic: Traffic, judge: Build['judge'] = BUILD.judge): Outcome {
  const { champion, candidate, every, random } = traffic;
  const steps: StepCounts[] = [];
  let [looks, caller, candidateRequests] = [0, Math.floor(random() * CALLERS.length), 0];
  for (const share of STEPS) {
    const counts: Record<keyof StepCounts, Writable<ArmCounts>> = { candidate: noCounts(), others: noCounts() };
    steps.push(counts);
    let passed = false;
    for (let n = 1; n <= MOST_PER_STEP && !passed; n++) {
      const isCandidate = chosen(share, CALLERS[caller++ % CALLERS.length] as number);
      const arm = isCandidate ? counts.candidate : counts.others;
      arm.requests++;
      if (isCandidate) candidateRequests++;
      if (random() < (isCandidate ? candidate : champion)) arm.errors++;
      if (n % every !== 0) continue;
      looks++;
      const elapsedMs = n < REQUESTS_PER_STEP ? 0 : 300_000;
      const { verdict } = judge({ strategy, judging, steps, elapsedMs });
      if (verdict === 'roll-back' || verdict === 'promote') return { verdict, candidateRequests, looks };
      passed = verdict === 'next';
    }
    if (!passed) break;
  }
  return { verdict: 'wait', candidateRequests, looks };
}
