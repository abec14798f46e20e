import { NotFoundError } from '../common-errors.ts';
import { isOpen } from '../registry/open-rollout.ts';
import type { Registry } from '../registry/ports.ts';
import { isDraining } from '../rollout/draining.ts';
import { neededEndpoints, readPointers } from './needed-endpoints.ts';

export const RESOURCE_KINDS = ['endpoint', 'endpoint-config', 'model'] as const;
export type ResourceKind = (typeof RESOURCE_KINDS)[number];

/** Every SageMaker resource that Millrace creates bears this tag; its value is the registry's table. */
export const REGISTRY_TAG = 'millrace:registry';

/** What a rollout or a run creates is in the registry long before; what nothing needs has cost this much at most. */
export const GRACE_MS = 6 * 3_600_000;

/** Whose resource it is, by its name. `id` is that of the run, batch or rollout; a version's resources are their own. */
export interface Owner {
  readonly kind: 'version' | 'run' | 'batch' | 'rollout';
  readonly model: string;
  readonly id: string;
}

/** Of the names in domain/names.ts: the second group is the model. */
const NAMES: Readonly<Record<Owner['kind'], RegExp>> = {
  version: /^((.+)-v[1-9]\d{0,9}-[0-9a-f]{8})$/,
  batch: /^((.+)-b[0-9a-f]{12}-\d+)-x\d+$/,
  run: /^((.+)-[0-9a-f]{12})-x\d+$/,
  rollout: /^((.+)-v\d+-r\d+)-(?:parity|p\d+)$/,
};

/** @returns undefined for a name that Millrace does not give */
export function ownerOf(name: string): Owner | undefined {
  for (const [kind, pattern] of Object.entries(NAMES) as [Owner['kind'], RegExp][]) {
    const [, id, model] = pattern.exec(name) ?? [];
    if (id !== undefined && model !== undefined) return { kind, model, id };
  }
  return undefined;
}

type NeedsRegistry = Pick<
  Registry,
  'findTraffic' | 'listAliases' | 'listRollouts' | 'findParked' | 'requireRun' | 'findBatch' | 'requireRollout'
>;

/**
 * What needs a resource of this name: pointers and open rollouts for a version's, the run, batch or rollout while it goes on
 * for another, and whoever waits for it.
 *
 * @returns reasons in words; none for an orphan
 */
export async function needsOf(
  name: string,
  owner: Owner,
  registry: NeedsRegistry,
  now: Date,
): Promise<readonly string[]> {
  const waiting = (await registry.findParked(name)) ? ['a task that waits for it'] : [];
  return [...waiting, ...(await NEEDS[owner.kind](owner, registry, now))];
}

const NEEDS: Record<Owner['kind'], (owner: Owner, registry: NeedsRegistry, now: Date) => Promise<readonly string[]>> = {
  async version({ model, id }, registry, now) {
    const pointers = await readPointers(model, registry);
    const draining = pointers.rollouts
      .filter((rollout) => rollout.target.kind === 'endpoint' && rollout.target.endpointName === id)
      .filter((rollout) => isDraining(rollout, now));
    const needed = neededEndpoints(model, pointers).find(({ name }) => name === id);
    return [...(needed?.by ?? []), ...draining.map(({ rolloutId }) => `requests that wait since rollout ${rolloutId}`)];
  },
  async run({ model, id }, registry) {
    const run = await unlessMissing(() => registry.requireRun(model, id));
    return run?.status === 'running' ? [`run ${id}`] : [];
  },
  async batch({ model, id }, registry) {
    const batch = await registry.findBatch(model, id);
    return batch?.status === 'running' ? [`batch ${id}`] : [];
  },
  async rollout({ model, id }, registry) {
    const rollout = await unlessMissing(() => registry.requireRollout(model, id));
    return rollout && isOpen(rollout) ? [`rollout ${id}`] : [];
  },
};

async function unlessMissing<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}
