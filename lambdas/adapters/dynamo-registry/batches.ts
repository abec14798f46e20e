import { NotFoundError } from '../../../domain/common-errors.ts';
import { Batch } from '../../../domain/registry/batch.ts';
import { audited } from '../../../domain/registry/changes.ts';
import { mergeBatch, newBatch } from '../../../domain/registry/decisions.ts';
import { GSI1, keys } from '../../../domain/registry/keys.ts';
import type { Registry } from '../../../domain/registry/ports.ts';
import { commitTo, put } from './commit.ts';
import { fromItem, type Item, toItem } from './items.ts';
import { getItem, queryItems, type RegistryTable } from './table.ts';

const batchItem = (batch: Batch, rev: number): Item =>
  toItem(
    keys.batch(batch.model, batch.batchId),
    { type: 'batch', rev, gsi1pk: GSI1.batches(batch.model), gsi1sk: batch.startedAt },
    batch,
  );

export function batchMethods(
  table: RegistryTable,
): Pick<Registry, 'createBatch' | 'updateBatch' | 'findBatch' | 'requireBatch' | 'listBatches'> {
  const find = (model: string, batchId: string) => getItem(table, keys.batch(model, batchId));

  return {
    async createBatch(batch, change) {
      return commitTo<{ batch: Batch; created: boolean }>(table, batch.model, change, async () => {
        const known = await find(batch.model, batch.batchId);
        if (known) return { result: { batch: fromItem(Batch, known), created: false } };
        const created = newBatch(batch);
        return {
          result: { batch: created, created: true },
          audited: audited.batchCreated(created),
          writes: [put(batchItem(created, 1))],
        };
      });
    },

    async updateBatch(model, batchId, patch, change) {
      return commitTo(table, model, change, async () => {
        const known = await find(model, batchId);
        if (!known) throw new NotFoundError(`batch ${batchId}`);
        const updated = mergeBatch(fromItem(Batch, known), patch);
        return {
          result: updated,
          audited: audited.batchUpdated(updated),
          writes: [put(batchItem(updated, known.rev + 1), { rev: known.rev })],
        };
      });
    },

    async findBatch(model, batchId) {
      const item = await find(model, batchId);
      return item && fromItem(Batch, item);
    },

    async requireBatch(model, batchId) {
      const item = await find(model, batchId);
      if (!item) throw new NotFoundError(`batch ${batchId}`);
      return fromItem(Batch, item);
    },

    async listBatches(model, limit) {
      const query = { partition: GSI1.batches(model), index: 'GSI1', newestFirst: true } as const;
      const items = await queryItems(table, { ...query, ...(limit !== undefined && { limit }) });
      return items.map((item) => fromItem(Batch, item));
    },
  };
}
