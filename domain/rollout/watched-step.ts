import { durationMs } from '../duration.ts';
import type { Rollout, Traffic } from '../registry/entities.ts';
import { comparisonOf } from './comparison.ts';
import { endingOf } from './endings.ts';
import { type Judgement, judgeStep } from './judge.ts';
import { armTotal } from './judging/tested.ts';
import { nextLookMs } from './pace.ts';
import { type Stepped, steppedOf } from './plan.ts';
import { findSteps, type RolloutDeps, type StepStart, specOf } from './rollout-record.ts';
import { type StepCounts, stepCounts, totalsByVersion } from './step-counts.ts';

/** A rollout is held for a month at most: a person who forgot it does not keep two versions up for good. */
const MAX_PAUSE_MS = 30 * 86_400_000;

export interface WatchedStep {
  readonly start: StepStart;
  readonly strategy: Stepped;
  readonly judgement: Judgement;
  /** What each version had answered by now. */
  readonly counts: ReturnType<typeof totalsByVersion>;
  readonly nextLookMs: number;
}

/**
 * The step a rollout is at and what is to be said of it now; nothing is changed. A rollout that is held waits, but goes
 * back for the same findings as any other: holding it is no reason to go on failing requests.
 *
 * @param traffic that the rollout holds
 */
export async function watchStep(
  rollout: Rollout,
  traffic: Traffic,
  deps: Pick<RolloutDeps, 'registry' | 'now'>,
): Promise<WatchedStep | undefined> {
  const { registry, now } = deps;
  const { deployment, task, classes } = await specOf(rollout, deps);
  const { judging } = deployment;
  const strategy = steppedOf(deployment.strategy);
  const starts = await findSteps(rollout, traffic, deps);
  const start = starts.at(-1);
  if (!strategy || !start) return undefined;
  const seen = await registry.requestCounts(rollout.model, rollout.rolloutId);
  const at = now().getTime();
  const { pause } = traffic;
  const heldMs = pause ? at - Date.parse(pause.at) : 0;
  const ageMs = at - start.at.getTime();
  const watchedMs = Math.max(0, ageMs - heldMs - (traffic.pausedMs ?? 0));
  const steps = stepCounts(rollout.candidate, starts, seen);
  const evidence = {
    strategy,
    judging,
    steps,
    ...(task === 'multiclass' && { classes: classes?.length ?? 0 }),
    elapsedMs: watchedMs,
  };
  const judged = withComparison(endingOf(deployment.strategy)(judgeStep(evidence), evidence), steps);
  const pace = { bakeMs: durationMs(strategy.bake), steps: strategy.shares.length, ageMs, watchedMs };
  return {
    start,
    strategy,
    judgement: pause ? held(judged, pause, heldMs) : judged,
    counts: totalsByVersion(seen),
    nextLookMs: nextLookMs({ ...pace, paused: pause !== undefined }),
  };
}

function withComparison(judgement: Judgement, steps: readonly StepCounts[]): Judgement {
  const { compared } = armTotal(steps, 'candidate');
  if (!compared) return judgement;
  return { ...judgement, numbers: { ...judgement.numbers, comparison: comparisonOf(compared) } };
}

function held(judgement: Judgement, { by, reason }: NonNullable<Traffic['pause']>, heldMs: number): Judgement {
  if (judgement.verdict === 'roll-back') return judgement;
  if (heldMs > MAX_PAUSE_MS) return { ...judgement, verdict: 'roll-back', reasons: ['paused for more than 30 days'] };
  return { ...judgement, verdict: 'wait', reasons: [`paused by ${by}: ${reason}`] };
}
