import type { Traffic } from '../registry/entities.ts';
import type { ModelSpec } from '../spec/model-spec.ts';
import { type Candidate, type Routes, routesAt } from './plan.ts';

/** Where requests go while the candidate is at a share: a shadow is no route, so that nothing can make it answer. */
export function placedAt(
  { deployment, evaluation }: Pick<ModelSpec, 'deployment' | 'evaluation'>,
  previous: Routes,
  candidate: Candidate,
  share: number,
): Pick<Traffic, 'routes' | 'shadow'> {
  const { strategy, judging } = deployment;
  if (strategy.type !== 'shadow') return { routes: routesAt(previous, candidate, share) };
  const { version, target } = candidate;
  const agreed = { threshold: evaluation.threshold, tolerance: judging.agreement?.tolerance ?? 0 };
  return { routes: previous, shadow: { version, target, share: strategy.share, ...agreed } };
}
