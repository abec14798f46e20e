import { ConcurrentWriteError } from '../common-errors.ts';
import type { Rollout, Traffic } from '../registry/entities.ts';
import { isOpen } from '../registry/open-rollout.ts';
import { RolloutClosedError, RolloutNotShiftingError } from './errors.ts';
import { hasPromoted, makeChampion } from './promote.ts';
import { closeRolledBack, type RolloutDeps, recordDecision, restoreTraffic } from './rollout-record.ts';
import { watchStep } from './watched-step.ts';

/** What a person wants of a rollout, and why. */
export interface Order {
  readonly model: string;
  readonly rolloutId: string;
  readonly by: string;
  readonly reason: string;
}

/** Of several that write at the same time each gets a turn. */
const ATTEMPTS = 5;

/** Holds the shares where they are. Of one that is held already nothing changes. @throws RolloutClosedError, RolloutNotShiftingError */
export const pauseRollout = (order: Order, deps: RolloutDeps): Promise<Rollout> =>
  settled(order, deps, async (rollout, traffic) => {
    requireTraffic(rollout, traffic);
    if (traffic.pause) return rollout;
    const { model, by, reason } = order;
    const at = deps.now();
    const { rev, ...rest } = traffic;
    const pause = { by, reason, at: at.toISOString() };
    await deps.registry.writeTraffic({ ...rest, model, pause, at: at.toISOString() }, rev, { by, at });
    await record('paused', order, rev, rollout, deps);
    return rollout;
  });

/** Has the judge go on. The time it was held does not count as watched. @throws RolloutClosedError, RolloutNotShiftingError */
export const resumeRollout = (order: Order, deps: RolloutDeps): Promise<Rollout> =>
  settled(order, deps, async (rollout, traffic) => {
    requireTraffic(rollout, traffic);
    if (!traffic.pause) return rollout;
    const at = deps.now();
    const { rev, pause, pausedMs = 0, ...rest } = traffic;
    const held = Math.max(0, at.getTime() - Date.parse(pause.at));
    const resumed = { ...rest, pausedMs: pausedMs + held, at: at.toISOString() };
    await deps.registry.writeTraffic(resumed, rev, { by: order.by, at });
    await record('resumed', order, rev, rollout, deps);
    return rollout;
  });

/**
 * Makes the candidate champion without what is left of judging; it must still be approved. Its execution finds that and
 * deletes what nothing needs any more.
 * @throws RolloutClosedError, RolloutNotShiftingError, VersionNotApprovedError
 */
export const promoteRollout = (order: Order, deps: RolloutDeps): Promise<Rollout> =>
  settled(
    order,
    deps,
    async (rollout, traffic, promoted) => {
      if (!promoted) requireTraffic(rollout, traffic);
      // before the write: who dies after it still leaves word of who wanted it
      await record('promote-requested', order, traffic?.rev ?? 0, rollout, deps);
      await makeChampion(rollout, deps, order);
      return deps.registry.requireRollout(order.model, order.rolloutId);
    },
    'promoted',
  );

/**
 * Gives the traffic back at once, in one conditional write. Its execution finds that and deletes the endpoint; of a rollout
 * that is still deploying it does so before any traffic comes to it.
 * @throws RolloutClosedError
 */
export const rollBackRollout = (order: Order, deps: RolloutDeps): Promise<Rollout> =>
  settled(
    order,
    deps,
    async (rollout, traffic) => {
      await record('rollback-requested', order, traffic?.rev ?? 0, rollout, deps);
      // at the revision that was seen: a promotion that came first makes it fail
      if (traffic) await restoreTraffic(rollout, traffic, deps);
      return closeRolledBack(rollout, [order.reason], deps, order.by);
    },
    'rolled-back',
  );

/**
 * Does what is asked of a rollout that is open. Everything that moves traffic is conditional on its revision: of two orders
 * that contradict each other the first wins, and the other is told how it ended.
 */
async function settled(
  order: Order,
  deps: RolloutDeps,
  act: (rollout: Rollout, traffic: Traffic | undefined, promoted: boolean) => Promise<Rollout>,
  /** The end that was wanted: when it has come already, all is well. */
  wanted?: Rollout['status'],
): Promise<Rollout> {
  const { model, rolloutId } = order;
  for (let attempt = 1; ; attempt++) {
    const rollout = await deps.registry.requireRollout(model, rolloutId);
    const traffic = await deps.registry.findTraffic(model);
    // after the traffic: a promotion moves both at once, and one that is seen there is then seen here
    const champion = await deps.registry.findAlias(model, 'champion');
    const promoted = isOpen(rollout) && hasPromoted(rollout, traffic, champion);
    if (!isOpen(rollout) && rollout.status === wanted) return rollout;
    if (promoted && wanted !== 'promoted') throw new RolloutClosedError(rolloutId, 'promoted');
    if (!isOpen(rollout)) throw new RolloutClosedError(rolloutId, rollout.status, rollout.reasons);
    try {
      return await act(rollout, traffic, promoted);
    } catch (error) {
      if (!(error instanceof ConcurrentWriteError) || attempt === ATTEMPTS) throw error;
    }
  }
}

/** @throws RolloutNotShiftingError before the candidate has its share, RolloutClosedError after it lost it */
function requireTraffic(rollout: Rollout, traffic: Traffic | undefined): asserts traffic is Traffic {
  if (traffic?.rolloutId === rollout.rolloutId) return;
  if (rollout.status === 'shifting') throw new RolloutClosedError(rollout.rolloutId, 'rolled-back');
  throw new RolloutNotShiftingError(rollout.rolloutId, rollout.status);
}

async function record(
  outcome: string,
  { by, reason }: Order,
  rev: number,
  rollout: Rollout,
  deps: RolloutDeps,
): Promise<void> {
  const decisionId = `${rollout.rolloutId}-${outcome}-${rev}`;
  const traffic = await deps.registry.findTraffic(rollout.model);
  const watched = traffic?.rolloutId === rollout.rolloutId ? await watchStep(rollout, traffic, deps) : undefined;
  // what was known when it was asked for
  const numbers = { ...watched?.judgement.numbers, rolloutId: rollout.rolloutId, by };
  await recordDecision(rollout, { decisionId, outcome, reasons: [reason], numbers }, deps, by);
}
