import type { Alias, Rollout, Traffic } from '../registry/entities.ts';
import { isOpen } from '../registry/open-rollout.ts';
import { isDraining } from './draining.ts';
import { RolloutClosedError, RolloutInProgressError, VersionNotApprovedError } from './errors.ts';
import { type Routes, routesAfterPromotion } from './plan.ts';
import { findStep, type RolloutDeps, recordDecision, watchedRollout } from './rollout-record.ts';
import { totalsByVersion } from './step-counts.ts';

export interface AdvanceDeps extends RolloutDeps {
  readonly endpoints: {
    /** Deletes endpoint, configuration and model of this name; what is not there is fine. */
    remove(name: string): Promise<void>;
  };
}

/** Rollouts looked back on for endpoints that nobody needs; the promotions before this one looked at the rest. */
const LOOK_BACK = 20;

/** @throws VersionNotApprovedError: approval can be taken back while a rollout is under way */
export async function requireApproved(rollout: Rollout, { registry }: Pick<RolloutDeps, 'registry'>): Promise<void> {
  const { approvalStatus } = await registry.requireVersion(rollout.model, rollout.candidate);
  if (approvalStatus !== 'Approved') {
    throw new VersionNotApprovedError(rollout.model, rollout.candidate, approvalStatus);
  }
}

/** Whether the one write that makes the candidate champion was made, whatever came after it. */
export function hasPromoted(rollout: Rollout, traffic: Traffic | undefined, champion: Alias | undefined): boolean {
  // an endpoint that fails right after it lends its share to another version
  const meant = traffic?.intended ?? traffic?.routes ?? [];
  const routed = meant.some((route) => route.version === rollout.candidate && route.weight === 1);
  return champion?.version === rollout.candidate && routed && traffic?.rolloutId === undefined;
}

/**
 * Makes the candidate champion with all of the traffic, in one transaction. The version before it keeps its endpoint, so
 * that one write takes the promotion back; endpoints older than that are deleted.
 */
export async function promote(rollout: Rollout, deps: AdvanceDeps): Promise<void> {
  await makeChampion(rollout, deps);
  await deleteUnneeded(rollout.model, deps);
}

/** A person who asked for a promotion. */
export interface Asked {
  readonly by: string;
  readonly reason: string;
}

/** A promotion but for the endpoints that it leaves behind. Safe to repeat. @throws RolloutClosedError, VersionNotApprovedError */
export async function makeChampion(rollout: Rollout, deps: RolloutDeps, asked?: Asked): Promise<void> {
  const { model, rolloutId } = rollout;
  const { registry } = deps;
  if (!isOpen(rollout) && rollout.status !== 'promoted') throw new RolloutClosedError(rolloutId, rollout.status);
  if (isOpen(rollout)) {
    const [traffic, champion] = await Promise.all([registry.findTraffic(model), registry.findAlias(model, 'champion')]);
    if (!hasPromoted(rollout, traffic, champion)) await moveChampion(rollout, traffic, champion, deps);
    await finishPromoted(rollout, deps, asked);
  }
}

async function moveChampion(
  rollout: Rollout,
  traffic: Traffic | undefined,
  champion: Alias | undefined,
  deps: RolloutDeps,
): Promise<void> {
  const { model, rolloutId, candidate, target } = rollout;
  // it had its share and was taken back, whether or not that is written down yet
  if (rollout.status === 'shifting' && traffic?.rolloutId === undefined) {
    throw new RolloutClosedError(rolloutId, 'rolled-back');
  }
  if (traffic?.rolloutId !== undefined && traffic.rolloutId !== rolloutId) {
    throw new RolloutInProgressError(model, traffic.rolloutId);
  }
  // read after the traffic: a person may have taken a rollout back that had no traffic to give back yet
  const { status } = await deps.registry.requireRollout(model, rolloutId);
  if (status === 'rolled-back') throw new RolloutClosedError(rolloutId, status);
  await requireApproved(rollout, deps);
  const step = traffic?.rolloutId === rolloutId ? await findStep(rollout, traffic, deps) : undefined;
  const previous: Routes = step?.previousRoutes ?? traffic?.intended ?? traffic?.routes ?? [];
  const at = deps.now();
  const routes = routesAfterPromotion(previous, { version: candidate, target });
  await deps.registry.promote(
    {
      traffic: { model, routes, at: at.toISOString() },
      expectedTrafficRev: traffic?.rev ?? 0,
      version: candidate,
      expectedAliasRev: champion?.rev ?? 0,
    },
    { by: 'rollout', at },
  );
}

/** The status is written last: while it is open, a repeat does what is missing. */
export async function finishPromoted(rollout: Rollout, deps: RolloutDeps, asked?: Asked): Promise<void> {
  const { model, rolloutId, candidate: version, champion } = rollout;
  const counts = totalsByVersion(await deps.registry.requestCounts(model, rolloutId));
  const numbers = {
    rolloutId,
    counts,
    ...(champion === undefined ? {} : { champion }),
    ...(asked && { by: asked.by }),
  };
  const reasons = asked ? [asked.reason] : [];
  const decision = { decisionId: `${rolloutId}-promoted`, outcome: 'promoted', reasons, numbers };
  await recordDecision(rollout, decision, deps);
  const at = deps.now();
  await deps.publisher.publish('RolloutPromoted', { model, at: at.toISOString(), rolloutId, version });
  const patch = { status: 'promoted' as const, endedAt: at.toISOString(), ...(asked && { reasons }) };
  await deps.registry.updateRollout(model, rolloutId, patch, { by: asked?.by ?? 'rollout', at });
  await deps.registry.unpark(watchedRollout(rolloutId));
}

/** Endpoints of recent rollouts that no route, alias or open rollout needs, and that hold no requests. */
export async function deleteUnneeded(model: string, { registry, endpoints, now }: AdvanceDeps): Promise<void> {
  const [rollouts, needed] = await Promise.all([
    registry.listRollouts(model, LOOK_BACK),
    neededVersions(model, registry),
  ]);
  const names = rollouts
    .filter((rollout) => !isOpen(rollout) && !needed.has(rollout.candidate))
    .flatMap(({ target }) => (target.kind === 'endpoint' ? [target.endpointName] : []));
  const draining = rollouts
    .filter((rollout) => isDraining(rollout, now()))
    .flatMap(({ target }) => (target.kind === 'endpoint' ? [target.endpointName] : []));
  for (const name of new Set(names)) if (!draining.includes(name)) await endpoints.remove(name);
}

/** Versions that answer, may be asked for by number, or are one write away from answering. */
export async function neededVersions(model: string, registry: RolloutDeps['registry']): Promise<ReadonlySet<number>> {
  const [traffic, aliases, rollouts] = await Promise.all([
    registry.findTraffic(model),
    registry.listAliases(model),
    registry.listRollouts(model, LOOK_BACK),
  ]);
  return new Set([
    ...(traffic?.routes ?? []).map((route) => route.version),
    ...aliases.flatMap(({ version, previousVersion }) => [version, ...(previousVersion ? [previousVersion] : [])]),
    ...rollouts.filter(isOpen).map((rollout) => rollout.candidate),
  ]);
}
