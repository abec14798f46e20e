import { PlatformError } from '../errors.ts';
import type { Target, Traffic } from '../registry/entities.ts';
import type { RolloutStrategy } from '../spec/rollout-strategy.ts';

export type Routes = Traffic['routes'];

/** Steps that do not rise cannot be a rollout. */
export class InvalidRolloutStepsError extends PlatformError {
  override readonly name = 'InvalidRolloutStepsError';
  readonly kind = 'invalid';
}

/** A candidate that gets more and more of the traffic and is judged on the way. */
export interface Stepped {
  /** Of all traffic, rising, each below 1. */
  readonly shares: readonly number[];
  /** How long each share is watched. */
  readonly bake: string;
  /** Requests the candidate must have answered before a step counts as watched. */
  readonly minRequests: number;
  readonly maxErrorRate: number;
  readonly maxLatencyMs: number;
}

export interface Candidate {
  readonly version: number;
  readonly target: Target;
}

/**
 * The strategy as steps, if it has any.
 * @throws InvalidRolloutStepsError
 */
export function steppedOf(strategy: RolloutStrategy): Stepped | undefined {
  if (strategy.type === 'all-at-once') return undefined;
  const { minRequests, maxErrorRate, maxLatencyMs } = strategy;
  const bake = strategy.type === 'ab' ? strategy.duration : strategy.bake;
  const shares = sharesOf(strategy);
  return { shares, bake, minRequests, maxErrorRate, maxLatencyMs };
}

/**
 * Shares of traffic the candidate is watched at before it gets all of it. None for a model that nothing serves yet, or only
 * in batches: there is nobody to compare with and nobody to protect.
 * @throws InvalidRolloutStepsError
 */
export function planSteps(strategy: RolloutStrategy, previous: Routes): readonly number[] {
  const online = previous.filter(({ target }) => target.kind !== 'batch');
  return online.length === 0 ? [] : (steppedOf(strategy)?.shares ?? []);
}

function sharesOf(strategy: Exclude<RolloutStrategy, { type: 'all-at-once' }>): readonly number[] {
  switch (strategy.type) {
    case 'canary':
      return rising(strategy.steps);
    case 'linear':
      return multiples(strategy.increment);
    case 'ab':
      return [strategy.share];
    case 'shadow':
      // of all answers, those that are the candidate's: the champion answers every request
      return [strategy.share / (1 + strategy.share)];
  }
}

function rising(steps: readonly number[]): readonly number[] {
  steps.forEach((share, i) => {
    if (share <= (steps[i - 1] ?? 0)) {
      throw new InvalidRolloutStepsError(`canary steps must rise, got ${steps.join(', ')}`);
    }
  });
  return steps;
}

/** 0.3: 0.3, 0.6, 0.9. Rounded, so that a third of 0.9 is 0.3 and ten tenths are 1. */
function multiples(increment: number): number[] {
  const shares: number[] = [];
  for (let n = 1; ; n++) {
    const share = Math.round(n * increment * 1e9) / 1e9;
    if (share >= 1) return shares;
    shares.push(share);
  }
}

/**
 * The routes while the candidate has `share` of the traffic: the previous ones keep their proportions in what is left.
 * The candidate stands last, which keeps sticky callers with it as the share grows.
 */
export function routesAt(previous: Routes, candidate: Candidate, share: number): Routes {
  const others = previous.filter((route) => route.version !== candidate.version);
  const total = others.reduce((sum, route) => sum + route.weight, 0);
  // a redeployed champion has nobody beside it: it keeps everything
  if (total === 0) return routesAfterPromotion(others, candidate);
  return [
    ...others.map((route) => ({ ...route, weight: (route.weight / total) * (1 - share) })),
    { ...candidate, weight: share },
  ];
}

/**
 * The candidate with all of the traffic. The version that had most of it stays listed with weight 0: it can be asked for
 * by number, and taking the rollout back is one write.
 */
export function routesAfterPromotion(previous: Routes, candidate: Candidate): Routes {
  const champion = heaviest(previous.filter((route) => route.version !== candidate.version));
  return [...(champion ? [{ ...champion, weight: 0 }] : []), { ...candidate, weight: 1 }];
}

/** The version that answers most requests. */
export function heaviest(routes: Routes): Routes[number] | undefined {
  return routes.reduce<Routes[number] | undefined>(
    (best, route) => (best && best.weight >= route.weight ? best : route),
    undefined,
  );
}
