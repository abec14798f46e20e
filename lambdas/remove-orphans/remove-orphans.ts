import { UnavailableError } from '../../domain/common-errors.ts';
import {
  GRACE_MS,
  needsOf,
  ownerOf,
  REGISTRY_TAG,
  RESOURCE_KINDS,
  type ResourceKind,
} from '../../domain/endpoints/orphans.ts';
import type { Registry } from '../../domain/registry/ports.ts';
import type { Listed, SageMakerInventory } from '../adapters/sagemaker-inventory.ts';
import { logger } from '../runtime/logger.ts';
import { count } from '../runtime/metrics.ts';

export interface RemoveOrphansDeps {
  readonly registry: Pick<
    Registry,
    | 'findTraffic'
    | 'listAliases'
    | 'listRollouts'
    | 'findParked'
    | 'requireRun'
    | 'findBatch'
    | 'requireRollout'
    | 'findCursor'
    | 'moveCursor'
  >;
  readonly inventory: SageMakerInventory;
  /** The registry's table, which tags say a resource belongs to. */
  readonly table: string;
  readonly now: () => Date;
}

export interface Orphan {
  readonly kind: ResourceKind;
  readonly name: string;
  readonly createdAt: string;
  /** Nothing is deleted before it is this old. */
  readonly removableFrom: string;
}

export interface Removed {
  readonly looked: number;
  /** What nothing needs; in a dry run with what is too young to be deleted. */
  readonly orphans: readonly Orphan[];
  /** Of the orphans; none in a dry run. One that SageMaker is at work on is left to the next run. */
  readonly removed: number;
  readonly failed: number;
  /** Kinds of which there is more: the next run goes on there. */
  readonly unfinished: readonly ResourceKind[];
}

/** Pages of 100 for each kind: with a call to SageMaker and a few reads for each resource about two minutes. */
const MAX_PAGES = 10;
const cursorName = (kind: ResourceKind): string => `remove-orphans/${kind}`;

/**
 * Deletes what SageMaker holds of this registry and nothing needs: endpoints first, as they cost. What is young, has a name
 * or a tag that is not Millrace's, or cannot be looked up in the registry stays.
 *
 * @throws AggregateError of what could not be looked at or deleted, after everything else was
 */
export async function removeOrphans({ dryRun }: { dryRun: boolean }, deps: RemoveOrphansDeps): Promise<Removed> {
  const orphans: Orphan[] = [];
  const unfinished: ResourceKind[] = [];
  const errors: unknown[] = [];
  let [looked, removed] = [0, 0];
  for (const kind of RESOURCE_KINDS) {
    const before = new Date(deps.now().getTime() - (dryRun ? 0 : GRACE_MS));
    let cursor = dryRun ? undefined : await deps.registry.findCursor(cursorName(kind));
    let pages = 0;
    do {
      const page = await pageFrom(kind, before, cursor, deps);
      for (const listed of page.items) {
        looked += 1;
        try {
          if (!(await isOrphan(listed, deps))) continue;
          orphans.push(orphan(kind, listed));
          if (!dryRun && (await remove(kind, listed, deps))) removed += 1;
        } catch (error) {
          errors.push(error);
        }
      }
      cursor = page.next;
      pages += 1;
    } while (cursor !== undefined && pages < MAX_PAGES);
    if (cursor !== undefined) unfinished.push(kind);
    if (!dryRun) await deps.registry.moveCursor(cursorName(kind), cursor);
  }
  const counts = { looked, removed, failed: errors.length, unfinished };
  logger.info('orphans-looked-for', { dryRun, orphans: orphans.length, ...counts });
  count({ OrphansRemoved: removed }, deps.now());
  if (errors.length > 0) throw new AggregateError(errors, `${errors.length} of ${looked} failed, first: ${errors[0]}`);
  return { orphans, ...counts };
}

/** SageMaker forgets where a list stopped: then it is read from its beginning. */
async function pageFrom(
  kind: ResourceKind,
  before: Date,
  cursor: string | undefined,
  { inventory }: RemoveOrphansDeps,
) {
  try {
    return await inventory.page(kind, { before, cursor });
  } catch (error) {
    const refused = error instanceof Error && error.name === 'ValidationException';
    if (cursor === undefined || !refused) throw error;
    return inventory.page(kind, { before });
  }
}

function orphan(kind: ResourceKind, { name, createdAt }: Listed): Orphan {
  const removableFrom = new Date(createdAt.getTime() + GRACE_MS).toISOString();
  return { kind, name, createdAt: createdAt.toISOString(), removableFrom };
}

async function isOrphan(
  { name, arn }: Listed,
  { registry, inventory, table, now }: RemoveOrphansDeps,
): Promise<boolean> {
  const owner = ownerOf(name);
  if (!owner || (await needsOf(name, owner, registry, now())).length > 0) return false;
  return (await inventory.tags(arn))[REGISTRY_TAG] === table;
}

async function remove(
  kind: ResourceKind,
  { name, createdAt }: Listed,
  { inventory }: RemoveOrphansDeps,
): Promise<boolean> {
  try {
    await inventory.remove(kind, name);
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    logger.warn('orphan-busy', { kind, name, message: error.message });
    return false;
  }
  logger.warn('orphan-removed', { kind, name, createdAt: createdAt.toISOString() });
  return true;
}
