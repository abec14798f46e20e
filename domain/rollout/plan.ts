import { PlatformError } from '../errors.ts';
import type { Target, Traffic } from '../registry/entities.ts';
import type { RolloutStrategy } from '../spec/rollout-strategy.ts';

export type Routes = Traffic['routes'];

/** Steps that do not rise cannot be a rollout. */
export class InvalidRolloutStepsError extends PlatformError {
  override readonly name = 'InvalidRolloutStepsError';
  readonly kind = 'invalid';
}

export interface Candidate {
  readonly version: number;
  readonly target: Target;
}

/**
 * Shares of traffic the candidate is watched at before it gets all of it. None for a model that nothing serves yet: there
 * is nobody to compare with and nobody to protect.
 * @throws InvalidRolloutStepsError
 */
export function planSteps(strategy: RolloutStrategy, previous: Routes): number[] {
  if (strategy.type === 'all-at-once' || previous.length === 0) return [];
  strategy.steps.forEach((share, i) => {
    if (share <= (strategy.steps[i - 1] ?? 0)) {
      throw new InvalidRolloutStepsError(`canary steps must rise, got ${strategy.steps.join(', ')}`);
    }
  });
  return [...strategy.steps];
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
