import type { Alias, Traffic } from '../registry/entities.ts';
import { isOpen } from '../registry/open-rollout.ts';
import { type EndpointJudgement, judgeEndpoint } from './judge-endpoint.ts';
import { type NeededEndpoint, neededEndpoints, type Pointers, readPointers } from './needed-endpoints.ts';
import { announceDrift, BY, decide, type EndpointDeps, type RepairDeps, startRepair, watchedRepair } from './repair.ts';
import { reroute, sameRoutes } from './reroute.ts';

export interface Seen {
  readonly needed: NeededEndpoint;
  readonly judgement: EndpointJudgement;
  /** Being repaired: not to be relied on before it is verified. */
  readonly underRepair: boolean;
}

export interface ReconciledModel {
  /** Endpoints looked at. */
  readonly looked: number;
  readonly drifted: number;
  readonly repairsStarted: number;
  readonly trafficMoved: boolean;
}

/**
 * Compares what the registry needs of a model's endpoints with what SageMaker has, moves requests to versions that answer,
 * and has the others repaired. Everything is read before anything is changed: where SageMaker or the registry does not
 * answer, nothing happens. Safe to repeat and to run twice at the same time.
 */
export async function reconcileModel(model: string, deps: RepairDeps): Promise<ReconciledModel> {
  const pointers = await readPointers(model, deps.registry);
  const seen = await lookAt(model, pointers, deps);
  const trafficMoved = await moveTraffic(pointers, seen, deps);
  let repairsStarted = 0;
  for (const each of seen) if ((await settle(each, deps)) === 'started') repairsStarted += 1;
  const drifted = seen.filter(({ judgement }) => judgement.reason !== undefined).length;
  return { looked: seen.length, drifted, repairsStarted, trafficMoved };
}

/** Gives requests back to what was repaired, and takes them from what is not; no more than that. */
export async function reconcileTraffic(model: string, deps: EndpointDeps): Promise<boolean> {
  const pointers = await readPointers(model, deps.registry);
  return moveTraffic(pointers, await lookAt(model, pointers, deps), deps);
}

async function lookAt(model: string, pointers: Pointers, { registry, endpoints, now }: EndpointDeps): Promise<Seen[]> {
  const seen: Seen[] = [];
  for (const needed of neededEndpoints(model, pointers)) {
    if (needed.inRollout || !needed.mustServe) continue;
    const judgement = judgeEndpoint(needed.name, await endpoints.describe(needed.name), now());
    const underRepair = (await registry.findParked(watchedRepair(needed.name))) !== undefined;
    seen.push({ needed, judgement, underRepair });
  }
  return seen;
}

async function settle({ needed, judgement, underRepair }: Seen, deps: RepairDeps): Promise<string> {
  // one that answers again but was never verified is verified now
  if (judgement.action === 'repair' || (judgement.action === 'none' && underRepair)) {
    return startRepair(needed, judgement, deps);
  }
  if (judgement.condition === 'stuck') await announceDrift(needed, judgement, `${needed.name}-stuck`, deps);
  return judgement.action;
}

async function moveTraffic({ traffic, aliases, rollouts }: Pointers, seen: readonly Seen[], deps: EndpointDeps) {
  if (!traffic) return false;
  const bad = new Map(
    seen
      .filter(({ judgement, underRepair }) => !judgement.serves || underRepair)
      .map(({ needed, judgement }) => [needed.version, judgement]),
  );
  const open = new Set(rollouts.filter(isOpen).map(({ candidate }) => candidate));
  const approved = await approvedOf(traffic, bad, deps);
  const intended = traffic.intended ?? traffic.routes;
  const routes = reroute(
    intended,
    (version) => !bad.has(version),
    // what is still being judged gets no more than its share
    (version) => !open.has(version) && approved.has(version),
    championOf(aliases),
  );
  if (sameRoutes(routes, traffic.routes)) return false;
  const moved = !sameRoutes(routes, intended);
  const { rev, intended: _, ...rest } = traffic;
  const at = deps.now();
  const next = { ...rest, routes, at: at.toISOString(), ...(moved ? { intended } : {}) };
  await deps.registry.writeTraffic(next, rev, { by: BY, at });
  await decide(
    {
      decisionId: `${traffic.model}-traffic-${rev + 1}`,
      model: traffic.model,
      outcome: moved ? 'traffic-moved' : 'traffic-restored',
      reasons: [...bad.values()].flatMap(({ reason }) => reason ?? []),
      numbers: { before: weights(traffic.routes), after: weights(routes), rev: rev + 1 },
    },
    deps,
  );
  return true;
}

/** Asked for only when somebody may have to take over. */
async function approvedOf(
  traffic: Traffic,
  bad: ReadonlyMap<number, unknown>,
  { registry }: EndpointDeps,
): Promise<ReadonlySet<number>> {
  const approved = new Set<number>();
  if (bad.size === 0) return approved;
  for (const { version } of traffic.intended ?? traffic.routes) {
    if (bad.has(version)) continue;
    const { approvalStatus } = await registry.requireVersion(traffic.model, version);
    if (approvalStatus === 'Approved') approved.add(version);
  }
  return approved;
}

const championOf = (aliases: readonly Alias[]): number | undefined =>
  aliases.find(({ alias }) => alias === 'champion')?.version;

const weights = (routes: Traffic['routes']): Record<string, number> =>
  Object.fromEntries(routes.map(({ version, weight }) => [version, weight]));
