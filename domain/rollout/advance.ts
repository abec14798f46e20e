import { durationMs } from '../duration.ts';
import { parityModelName } from '../names.ts';
import type { Rollout } from '../registry/entities.ts';
import { isOpen } from '../registry/open-rollout.ts';
import type { RolloutStrategy } from '../spec/rollout-strategy.ts';
import { isDraining } from './draining.ts';
import { RolloutInProgressError } from './errors.ts';
import type { Judgement } from './judge.ts';
import { type JudgedByDeps, judgedBy } from './judged-by.ts';
import { MAX_LOOKS, nextLookMs } from './pace.ts';
import { placedAt } from './placing.ts';
import { heaviest, planSteps, routesAt, steppedOf } from './plan.ts';
import { type AdvanceDeps, finishPromoted, hasPromoted, neededVersions, promote, requireApproved } from './promote.ts';
import { closeRolledBack, recordDecision, recordStep, specOf } from './rollout-record.ts';
import { watchStep } from './watched-step.ts';

/** Tells the state machine when to look next. */
export interface NextLook {
  readonly waitSeconds: number;
}

export interface BeginDeps extends AdvanceDeps, Pick<JudgedByDeps, 'artifacts'> {}

/** Gives the candidate its first share of traffic, or all of it when there is nothing to watch. */
export async function begin(rollout: Rollout, deps: BeginDeps): Promise<{ done: boolean } & NextLook> {
  const { model, rolloutId, candidate: version, target } = rollout;
  const { registry, now } = deps;
  await removeParityModel(rollout, deps);
  if (rollout.status === 'promoted') return { done: true, waitSeconds: 0 };
  // taken back meanwhile: the judge finds that too, and what was deployed is deleted
  if (!isOpen(rollout)) return { done: false, waitSeconds: 1 };
  await requireApproved(rollout, deps);
  const spec = await specOf(rollout, deps);
  const { strategy } = spec.deployment;
  const traffic = await registry.findTraffic(model);
  const holder = traffic?.rolloutId;
  if (holder !== undefined && holder !== rolloutId) throw new RolloutInProgressError(model, holder);
  if (holder === undefined) {
    const previousRoutes = traffic?.intended ?? traffic?.routes ?? [];
    const [share] = planSteps(strategy, previousRoutes);
    // the champion itself, deployed again, has nobody to be compared with
    const others = previousRoutes.some((route) => route.version !== version && route.weight > 0);
    if (share === undefined || !traffic || !others) {
      await promote(rollout, deps);
      return { done: true, waitSeconds: 0 };
    }
    const champion = heaviest(previousRoutes)?.version ?? version;
    const judged = await judgedBy(spec, champion, deps);
    const start = { rolloutId, step: 0, trafficRev: traffic.rev, previousRoutes };
    await recordStep(rollout, start, { reasons: [beginning(strategy, share)], numbers: { share } }, deps);
    const placed = placedAt(spec, previousRoutes, { version, target }, share);
    const at = now();
    const held = { model, ...placed, rolloutId, step: 0, ...judged, at: at.toISOString() };
    await registry.writeTraffic(held, traffic.rev, { by: 'rollout', at });
  }
  const at = now();
  await registry.updateRollout(model, rolloutId, { status: 'shifting', step: 0 }, { by: 'rollout', at });
  const { shares, bake } = steppedOf(strategy) ?? { shares: [], bake: '1s' };
  return { done: false, ...lookIn(firstLookMs(bake, shares.length)) };
}

const beginning = (strategy: RolloutStrategy, share: number): string =>
  strategy.type === 'shadow' ? `copies of ${strategy.share} of the requests` : `${share} of the traffic`;

const lookIn = (ms: number): NextLook => ({ waitSeconds: Math.max(1, Math.ceil(ms / 1_000)) });

const firstLookMs = (bake: string, steps: number): number =>
  nextLookMs({ bakeMs: durationMs(bake), steps, ageMs: 0, watchedMs: 0, paused: false });

/**
 * Decides on the step that is watched, and makes the next one if there is one.
 * @param looks taken before this one, by the execution
 */
export async function judge(
  rollout: Rollout,
  deps: AdvanceDeps,
  { looks = 0 }: { readonly looks?: number | undefined } = {},
): Promise<{ verdict: Judgement['verdict'] } & NextLook> {
  const { model, rolloutId, candidate } = rollout;
  const { registry, now } = deps;
  if (rollout.status === 'promoted') return { verdict: 'promote', waitSeconds: 0 };
  const traffic = await registry.findTraffic(model);
  // a newer rollout or a person has taken the traffic
  if (!isOpen(rollout) || traffic?.rolloutId !== rolloutId) return { verdict: 'roll-back', waitSeconds: 0 };
  const watched = await watchStep(rollout, traffic, deps);
  if (!watched) return { verdict: 'roll-back', waitSeconds: 0 };

  const { start, strategy, counts } = watched;
  const { step } = start;
  const { verdict, reasons, numbers: found } = lastLook(watched.judgement, looks);
  const numbers = { ...found, counts };
  if (verdict === 'next') {
    const share = strategy.shares[step + 1] as number;
    const next = { ...start, step: step + 1, trafficRev: traffic.rev };
    const { at: _, ...begun } = next;
    await recordStep(rollout, begun, { reasons, numbers: { ...numbers, share } }, deps);
    const at = now();
    const routes = routesAt(start.previousRoutes, { version: candidate, target: rollout.target }, share);
    const { judged } = traffic;
    const held = { model, routes, rolloutId, step: step + 1, ...(judged && { judged }), at: at.toISOString() };
    await registry.writeTraffic(held, traffic.rev, { by: 'rollout', at });
    await registry.updateRollout(model, rolloutId, { step: step + 1 }, { by: 'rollout', at });
    return { verdict, ...lookIn(firstLookMs(strategy.bake, strategy.shares.length)) };
  }
  if (verdict !== 'wait') {
    const decisionId = `${rolloutId}-judged-${step}`;
    await recordDecision(rollout, { decisionId, outcome: verdict, reasons: [...reasons], numbers }, deps);
    // the next task says no more than that it rolls back
    if (verdict === 'roll-back') {
      await registry.updateRollout(model, rolloutId, { reasons: [...reasons] }, { by: 'rollout', at: now() });
    }
  }
  return { verdict, ...lookIn(watched.nextLookMs) };
}

function lastLook(judgement: Judgement, looks: number): Judgement {
  if (judgement.verdict !== 'wait' || looks + 1 < MAX_LOOKS) return judgement;
  return { ...judgement, verdict: 'roll-back', reasons: [`undecided after ${MAX_LOOKS} looks`, ...judgement.reasons] };
}

/**
 * Gives the traffic back to what had it and deletes the candidate's endpoint. Safe to repeat at any point: what came to a
 * promotion after all is finished as one, and an endpoint that anything still points to, or that holds
 * requests to be answered later, stays.
 *
 * @param failure what went wrong, where the rollout itself does not say why it ends
 */
export async function rollBack(
  rollout: Rollout,
  deps: AdvanceDeps,
  { failure }: { readonly failure?: string | undefined } = {},
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
  const closed = await closeRolledBack(rollout, reasons, deps);
  const needed = (await neededVersions(model, deps.registry)).has(candidate);
  // what still waits in its queue was accepted: the look for orphans deletes it later
  const kept = needed || isDraining(closed, deps.now());
  if (target.kind === 'endpoint' && !kept) await deps.endpoints.remove(target.endpointName);
  return { rolledBack: true };
}

/** What the training container scored the holdout with is no model that anything serves. */
async function removeParityModel({ rolloutId, target }: Rollout, { endpoints }: AdvanceDeps): Promise<void> {
  if (target.kind === 'lambda') await endpoints.remove(parityModelName(rolloutId));
}
