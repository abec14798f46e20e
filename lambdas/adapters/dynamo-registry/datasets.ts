import { NotFoundError } from '../../../domain/common-errors.ts';
import { audited } from '../../../domain/registry/changes.ts';
import { numberedDataset } from '../../../domain/registry/decisions.ts';
import { DatasetVersion } from '../../../domain/registry/entities.ts';
import { keys, modelPartition, PREFIX } from '../../../domain/registry/keys.ts';
import type { Registry } from '../../../domain/registry/ports.ts';
import { commitTo, put } from './commit.ts';
import { fromItem, toItem } from './items.ts';
import { getItem, queryItems, type RegistryTable } from './table.ts';

export function datasetMethods(
  table: RegistryTable,
): Pick<Registry, 'registerDataset' | 'requireDataset' | 'listDatasets' | 'findDatasetByContent'> {
  async function requireDataset(model: string, version: number): Promise<DatasetVersion> {
    const item = await getItem(table, keys.dataset(model, version));
    if (!item) throw new NotFoundError(`data set ${version} of ${model}`);
    return fromItem(DatasetVersion, item);
  }

  return {
    requireDataset,

    async registerDataset(dataset, change) {
      const { model } = dataset;
      const bySource = keys.datasetSource(model, dataset);
      const byContent = keys.datasetContent(model, dataset.contentDigest);
      return commitTo(table, model, change, async ({ datasetSeq }) => {
        const known = await getItem(table, bySource);
        if (known) return { result: await requireDataset(model, known.version) };
        const registered = numberedDataset(dataset, datasetSeq + 1);
        const { version, verdict } = registered;
        // the content points to the first accepted data set with these bytes
        const isFirst = verdict !== 'rejected' && !(await getItem(table, byContent));
        return {
          result: registered,
          audited: audited.datasetRegistered(registered),
          writes: [
            put(toItem(keys.dataset(model, version), { type: 'dataset', rev: 1 }, registered)),
            put(toItem(bySource, { type: 'dataset-source', rev: 1 }, { version })),
            ...(isFirst ? [put(toItem(byContent, { type: 'dataset-content', rev: 1 }, { version }))] : []),
          ],
          model: { datasetSeq: version },
        };
      });
    },

    async listDatasets(model, limit) {
      const query = { partition: modelPartition(model), prefix: PREFIX.dataset, newestFirst: true, limit };
      return (await queryItems(table, query)).map((item) => fromItem(DatasetVersion, item));
    },

    async findDatasetByContent(model, contentDigest) {
      const lookup = await getItem(table, keys.datasetContent(model, contentDigest));
      return lookup && requireDataset(model, lookup.version);
    },
  };
}
