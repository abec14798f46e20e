import { NotFoundError } from '../../../domain/common-errors.ts';
import { audited } from '../../../domain/registry/changes.ts';
import { changeApproval, numberedVersion } from '../../../domain/registry/decisions.ts';
import { ModelVersion } from '../../../domain/registry/entities.ts';
import { keys, modelPartition, PREFIX } from '../../../domain/registry/keys.ts';
import type { Registry } from '../../../domain/registry/ports.ts';
import { commitTo, put } from './commit.ts';
import { fromItem, type Item, toItem } from './items.ts';
import { getItem, queryItems, type RegistryTable } from './table.ts';

const versionItem = (version: ModelVersion, rev: number): Item =>
  toItem(keys.version(version.model, version.version), { type: 'version', rev }, version);

export function versionMethods(
  table: RegistryTable,
): Pick<Registry, 'registerVersion' | 'setApproval' | 'requireVersion' | 'listVersions'> {
  async function requireItem(model: string, version: number): Promise<Item> {
    const item = await getItem(table, keys.version(model, version));
    if (!item) throw new NotFoundError(`${model}:${version}`);
    return item;
  }
  const requireVersion = async (model: string, version: number): Promise<ModelVersion> =>
    fromItem(ModelVersion, await requireItem(model, version));

  return {
    requireVersion,

    async registerVersion(version, change) {
      const { model, runId } = version;
      return commitTo(table, model, change, async ({ versionSeq }) => {
        const known = await getItem(table, keys.versionOfRun(model, runId));
        if (known) return { result: await requireVersion(model, known.version) };
        const registered = numberedVersion(version, versionSeq + 1);
        const number = registered.version;
        return {
          result: registered,
          audited: audited.versionRegistered(registered),
          writes: [
            put(versionItem(registered, 1)),
            put(toItem(keys.versionOfRun(model, runId), { type: 'version-of-run', rev: 1 }, { version: number })),
          ],
          model: { versionSeq: number },
        };
      });
    },

    async setApproval(model, version, status, change, from) {
      return commitTo(table, model, change, async () => {
        const item = await requireItem(model, version);
        const current = fromItem(ModelVersion, item);
        if (current.approvalStatus === status) return { result: current };
        const changed = changeApproval(current, status, from);
        return {
          result: changed,
          audited: audited.approvalSet(changed),
          writes: [put(versionItem(changed, item.rev + 1), { rev: item.rev })],
        };
      });
    },

    async listVersions(model, limit) {
      const query = { partition: modelPartition(model), prefix: PREFIX.version, newestFirst: true, limit };
      return (await queryItems(table, query)).map((item) => fromItem(ModelVersion, item));
    },
  };
}
