import { ConcurrentWriteError, NotFoundError } from '../../../domain/common-errors.ts';
import { audited } from '../../../domain/registry/changes.ts';
import { nextAlias, nextTraffic } from '../../../domain/registry/decisions.ts';
import { Alias, Traffic } from '../../../domain/registry/entities.ts';
import { keys, modelPartition, PREFIX } from '../../../domain/registry/keys.ts';
import type { Registry } from '../../../domain/registry/ports.ts';
import { commitTo, mustExist, put, type Write } from './commit.ts';
import { fromItem, toItem } from './items.ts';
import { getItem, queryItems, type RegistryTable } from './table.ts';

const putAlias = (alias: Alias): Write =>
  put(
    toItem(keys.alias(alias.model, alias.alias), { type: 'alias', rev: alias.rev }, alias),
    { rev: alias.rev - 1 },
    new ConcurrentWriteError(`alias ${alias.model}@${alias.alias} is no longer at revision ${alias.rev - 1}`),
  );

const putTraffic = (traffic: Traffic): Write =>
  put(
    toItem(keys.traffic(traffic.model), { type: 'traffic', rev: traffic.rev }, traffic),
    { rev: traffic.rev - 1 },
    new ConcurrentWriteError(`traffic of ${traffic.model} is no longer at revision ${traffic.rev - 1}`),
  );

const versionsMustExist = (model: string, versions: readonly number[]): Write[] =>
  [...new Set(versions)].map((version) =>
    mustExist(keys.version(model, version), new NotFoundError(`${model}:${version}`)),
  );

const routedVersions = (traffic: Traffic): number[] => traffic.routes.map(({ version }) => version);

/** Aliases and traffic: what decides which version answers. */
export function pointerMethods(
  table: RegistryTable,
): Pick<Registry, 'findAlias' | 'listAliases' | 'moveAlias' | 'findTraffic' | 'writeTraffic' | 'promote'> {
  async function findAlias(model: string, alias: string): Promise<Alias | undefined> {
    const item = await getItem(table, keys.alias(model, alias));
    return item && fromItem(Alias, item);
  }
  async function findTraffic(model: string): Promise<Traffic | undefined> {
    const item = await getItem(table, keys.traffic(model));
    return item && fromItem(Traffic, item);
  }

  return {
    findAlias,
    findTraffic,

    async listAliases(model) {
      const items = await queryItems(table, { partition: modelPartition(model), prefix: PREFIX.alias });
      return items.map((item) => fromItem(Alias, item));
    },

    async moveAlias(move, change) {
      return commitTo(table, move.model, change, async () => {
        const moved = nextAlias(await findAlias(move.model, move.alias), move, change);
        return {
          result: moved,
          audited: audited.aliasMoved(moved),
          writes: [putAlias(moved), ...versionsMustExist(move.model, [move.version])],
        };
      });
    },

    async writeTraffic(traffic, expectedRev, change) {
      return commitTo(table, traffic.model, change, async () => {
        const next = nextTraffic(await findTraffic(traffic.model), traffic, expectedRev);
        return {
          result: next,
          audited: audited.trafficWritten(next),
          writes: [putTraffic(next), ...versionsMustExist(next.model, routedVersions(next))],
        };
      });
    },

    async promote({ traffic, expectedTrafficRev, version, expectedAliasRev, rollback = false }, change) {
      const { model } = traffic;
      const move = { model, alias: 'champion', version, expectedRev: expectedAliasRev, forgetPrevious: rollback };
      return commitTo(table, model, change, async () => {
        const [currentTraffic, currentAlias] = await Promise.all([findTraffic(model), findAlias(model, 'champion')]);
        const next = nextTraffic(currentTraffic, traffic, expectedTrafficRev);
        const champion = nextAlias(currentAlias, move, change);
        return {
          result: { traffic: next, champion },
          audited: audited.championMoved(champion, next, rollback),
          writes: [
            putTraffic(next),
            putAlias(champion),
            ...versionsMustExist(model, [version, ...routedVersions(next)]),
          ],
        };
      });
    },
  };
}
