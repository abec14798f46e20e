import { parityModelName } from '../names.ts';
import type { Rollout } from '../registry/entities.ts';
import { RolloutClosedError, RolloutInProgressError } from './errors.ts';
import { type Judgement, judgeStep } from './judge.ts';
import { planSteps, routesAt, steppedOf } from './plan.ts';
import { type AdvanceDeps, finishPromoted, hasPromoted, neededVersions, promote, requireApproved } from './promote.ts';
import { closeRolledBack, findSteps, isOpen, recordDecision, recordStep, specOf } from './rollout-record.ts';
import { stepCounts, totalsByVersion } from './step-counts.ts';

/** Gives the candidate its first share of traffic, or all of it when there is nothing to watch. */
export async function begin(rollout: Rollout, deps: AdvanceDeps): Promise<{ done: boolean }> {
  const { model, rolloutId, candidate: version, target } = rollout;
  const { registry, now } = deps;
  await removeParityModel(rollout, deps);
  if (rollout.status === 'promoted') return { done: true };
  if (!isOpen(rollout)) throw new RolloutClosedError(rolloutId, rollout.status);
  await requireApproved(rollout, deps);
  const traffic = await registry.findTraffic(model);
  const holder = traffic?.rolloutId;
  if (holder !== undefined && holder !== rolloutId) throw new RolloutInProgressError(model, holder);
  if (holder === undefined) {
    const previousRoutes = traffic?.routes ?? [];
    const spec = await specOf(rollout, deps);
    const [share] = planSteps(spec.deployment.strategy, previousRoutes);
    // the champion itself, deployed again, has nobody to be compared with
    const others = previousRoutes.some((route) => route.version !== version && route.weight > 0);
    if (share === undefined || !traffic || !others) {
      await promote(rollout, deps);
      return { done: true };
    }
    const start = { rolloutId, step: 0, trafficRev: traffic.rev, previousRoutes };
    await recordStep(rollout, start, { reasons: [`${share} of the traffic`], numbers: { share } }, deps);
    const routes = routesAt(previousRoutes, { version, target }, share);
    const at = now();
    await registry.writeTraffic({ model, routes, rolloutId, at: at.toISOString() }, traffic.rev, { by: 'rollout', at });
  }
  const at = now();
  await registry.updateRollout(model, rolloutId, { status: 'shifting', step: 0 }, { by: 'rollout', at });
  return { done: false };
}

/** Decides on the step that is watched, and makes the next one if there is one. */
export async function judge(rollout: Rollout, deps: AdvanceDeps): Promise<{ verdict: Judgement['verdict'] }> {
  const { model, rolloutId, candidate } = rollout;
  const { registry, now } = deps;
  if (rollout.status === 'promoted') return { verdict: 'promote' };
  const traffic = await registry.findTraffic(model);
  // a newer rollout or a person has taken the traffic
  if (!isOpen(rollout) || traffic?.rolloutId !== rolloutId) return { verdict: 'roll-back' };
  const spec = await specOf(rollout, deps);
  const { judging } = spec.deployment;
  const strategy = steppedOf(spec.deployment.strategy);
  const starts = await findSteps(rollout, traffic.rev, deps);
  const start = starts.at(-1);
  if (!strategy || !start) return { verdict: 'roll-back' };

  const { step } = start;
  const seen = await registry.requestCounts(model, rolloutId);
  const elapsedMs = now().getTime() - start.at.getTime();
  const judgement = judgeStep({
    strategy,
    judging,
    steps: stepCounts(candidate, starts, seen),
    ...(spec.task === 'multiclass' && { classes: spec.classes?.length ?? 0 }),
    elapsedMs,
  });
  const { verdict, reasons } = judgement;
  const numbers = { ...judgement.numbers, counts: totalsByVersion(seen) };
  if (verdict === 'next') {
    const share = strategy.shares[step + 1] as number;
    const next = { ...start, step: step + 1, trafficRev: traffic.rev };
    const { at: _, ...begun } = next;
    await recordStep(rollout, begun, { reasons, numbers: { ...numbers, share } }, deps);
    const at = now();
    const routes = routesAt(start.previousRoutes, { version: candidate, target: rollout.target }, share);
    await registry.writeTraffic({ model, routes, rolloutId, at: at.toISOString() }, traffic.rev, { by: 'rollout', at });
    await registry.updateRollout(model, rolloutId, { step: step + 1 }, { by: 'rollout', at });
  } else if (verdict !== 'wait') {
    const decisionId = `${rolloutId}-judged-${step}`;
    await recordDecision(rollout, { decisionId, outcome: verdict, reasons: [...reasons], numbers }, deps);
    // the next task says no more than that it rolls back
    if (verdict === 'roll-back') {
      await registry.updateRollout(model, rolloutId, { reasons: [...reasons] }, { by: 'rollout', at: now() });
    }
  }
  return { verdict };
}

/**
 * Gives the traffic back to what had it and deletes the candidate's endpoint. Safe to repeat at any point: what came to a
 * promotion after all is finished as one, and an endpoint that anything still points to stays.
 *
 * @param failure what went wrong, where the rollout itself does not say why it ends
 */
export async function rollBack(
  rollout: Rollout,
  deps: AdvanceDeps,
  failure?: string,
): Promise<{ rolledBack: boolean }> {
  const { model, candidate, target } = rollout;
  await removeParityModel(rollout, deps);
  const [traffic, champion] = await Promise.all([
    deps.registry.findTraffic(model),
    deps.registry.findAlias(model, 'champion'),
  ]);
  if (hasPromoted(rollout, traffic, champion)) {
    if (isOpen(rollout)) await finishPromoted(rollout, deps);
    return { rolledBack: false };
  }
  const reasons = rollout.reasons.length > 0 ? rollout.reasons : [failure ?? 'the deployment failed'];
  await closeRolledBack(rollout, reasons, deps);
  const needed = (await neededVersions(model, deps.registry)).has(candidate);
  if (target.kind === 'endpoint' && !needed) await deps.endpoints.remove(target.endpointName);
  return { rolledBack: true };
}

/** What the training container scored the holdout with is no model that anything serves. */
async function removeParityModel({ rolloutId, target }: Rollout, { endpoints }: AdvanceDeps): Promise<void> {
  if (target.kind === 'lambda') await endpoints.remove(parityModelName(rolloutId));
}
