import { NotFoundError } from '../common-errors.ts';
import type { Alias, Rollout, Traffic } from '../registry/entities.ts';
import { isOpen } from '../registry/open-rollout.ts';
import type { Registry } from '../registry/ports.ts';

export interface NeededEndpoint {
  readonly model: string;
  readonly version: number;
  readonly name: string;
  /** In words: `traffic`, `champion`, `before the champion`, `alias best`, `rollout churn-v2-r1`. */
  readonly by: readonly string[];
  /** An open rollout creates, verifies and deletes it: nobody else touches it. */
  readonly inRollout: boolean;
  /** Requests or one write away from them: it is created again if it is gone. An alias alone only keeps what is there. */
  readonly mustServe: boolean;
}

export interface Pointers {
  readonly traffic: Traffic | undefined;
  readonly aliases: readonly Alias[];
  readonly rollouts: readonly Rollout[];
}

export async function readPointers(
  model: string,
  registry: Pick<Registry, 'findTraffic' | 'listAliases' | 'listRollouts'>,
): Promise<Pointers> {
  const [traffic, aliases, rollouts] = await Promise.all([
    registry.findTraffic(model),
    registry.listAliases(model),
    registry.listRollouts(model),
  ]);
  return { traffic, aliases, rollouts };
}

/** What needs the endpoints of a model's versions: routes, aliases and open rollouts. */
export function neededEndpoints(model: string, { traffic, aliases, rollouts }: Pointers): NeededEndpoint[] {
  const by = new Map<number, string[]>();
  const need = (version: number, why: string) => by.set(version, [...(by.get(version) ?? []), why]);
  const routes = [...(traffic?.routes ?? []), ...(traffic?.intended ?? [])];
  for (const { version } of traffic?.routes ?? []) need(version, 'traffic');
  for (const { alias, version, previousVersion } of aliases) {
    need(version, alias === 'champion' ? alias : `alias ${alias}`);
    if (previousVersion !== undefined) need(previousVersion, `before the ${alias}`);
  }
  const open = rollouts.filter(isOpen);
  for (const { candidate, rolloutId } of open) need(candidate, `rollout ${rolloutId}`);

  const targetOf = (version: number) =>
    routes.find((route) => route.version === version)?.target ??
    // newest first
    rollouts.find((rollout) => rollout.candidate === version)?.target;
  return [...by].flatMap(([version, reasons]) => {
    const target = targetOf(version);
    if (target?.kind !== 'endpoint') return [];
    const champion = aliases.find(({ alias }) => alias === 'champion');
    const routed = traffic?.routes.some((route) => route.version === version) ?? false;
    return {
      model,
      version,
      name: target.endpointName,
      by: [...new Set(reasons)],
      inRollout: open.some(({ candidate }) => candidate === version),
      mustServe: routed || champion?.version === version,
    };
  });
}

/** @throws NotFoundError unless the registry needs it: what nobody needs is not repaired */
export function requireNeeded(name: string, needed: readonly NeededEndpoint[]): NeededEndpoint {
  const found = needed.find((each) => each.name === name && each.mustServe);
  if (!found) throw new NotFoundError(`a need of endpoint ${name}`);
  return found;
}
