import { NotFoundError } from '../../../domain/common-errors.ts';
import { audited } from '../../../domain/registry/changes.ts';
import { mergeRollout, newRollout } from '../../../domain/registry/decisions.ts';
import { Rollout } from '../../../domain/registry/entities.ts';
import { keys, modelPartition, PREFIX } from '../../../domain/registry/keys.ts';
import type { Registry } from '../../../domain/registry/ports.ts';
import { type Compared, RequestCounts } from '../../../domain/registry/request-counts.ts';
import { BIN_NAMES, LATENCY_BINS, LOSS_BINS, LOSS_PARTS, PREDICTION_BINS } from '../../../domain/rollout/bins.ts';
import { COMPARED_NAMES, DIFFERENCE_BINS, DIFFERENCE_NAME } from '../../../domain/rollout/comparison.ts';
import { commitTo, put } from './commit.ts';
import { fromItem, type Item, toItem } from './items.ts';
import { getItem, queryItems, type RegistryTable } from './table.ts';

const rolloutItem = (rollout: Rollout, rev: number): Item =>
  toItem(keys.rollout(rollout.model, rollout.rolloutId), { type: 'rollout', rev }, rollout);

export function rolloutMethods(
  table: RegistryTable,
): Pick<Registry, 'createRollout' | 'updateRollout' | 'requireRollout' | 'listRollouts' | 'requestCounts'> {
  const find = (model: string, rolloutId: string) => getItem(table, keys.rollout(model, rolloutId));

  return {
    async createRollout(rollout, change) {
      return commitTo<{ rollout: Rollout; created: boolean }>(table, rollout.model, change, async () => {
        const known = await find(rollout.model, rollout.rolloutId);
        if (known) return { result: { rollout: fromItem(Rollout, known), created: false } };
        const created = newRollout(rollout);
        return {
          result: { rollout: created, created: true },
          audited: audited.rolloutCreated(created),
          writes: [put(rolloutItem(created, 1))],
        };
      });
    },

    async updateRollout(model, rolloutId, patch, change) {
      return commitTo(table, model, change, async () => {
        const known = await find(model, rolloutId);
        if (!known) throw new NotFoundError(`rollout ${rolloutId}`);
        const updated = mergeRollout(fromItem(Rollout, known), patch);
        return {
          result: updated,
          audited: audited.rolloutUpdated(updated),
          writes: [put(rolloutItem(updated, known.rev + 1), { rev: known.rev })],
        };
      });
    },

    async requireRollout(model, rolloutId) {
      const item = await find(model, rolloutId);
      if (!item) throw new NotFoundError(`rollout ${rolloutId}`);
      return fromItem(Rollout, item);
    },

    async listRollouts(model, limit) {
      // keys are not in order of time, and a model has few rollouts
      const items = await queryItems(table, { partition: modelPartition(model), prefix: PREFIX.rollout });
      return items
        .map((item) => fromItem(Rollout, item))
        .sort((a, b) => (`${a.startedAt} ${a.rolloutId}` < `${b.startedAt} ${b.rolloutId}` ? 1 : -1))
        .slice(0, limit);
    },

    async requestCounts(model, rolloutId) {
      const query = { partition: modelPartition(model), prefix: PREFIX.counts(rolloutId) };
      // the router adds up what it has seen; a figure nothing was added to is absent
      const none = { rev: 0, requests: 0, errors: 0, latencyMsSum: 0 };
      return (await queryItems(table, query)).map((item) =>
        fromItem(RequestCounts, {
          ...none,
          ...item,
          latencies: binsOf(item, BIN_NAMES.latency, LATENCY_BINS),
          predictions: binsOf(item, BIN_NAMES.prediction, PREDICTION_BINS),
          losses: binsOf(item, BIN_NAMES.loss, LOSS_BINS).map((parts) => parts / LOSS_PARTS),
          ...(item[COMPARED_NAMES.requests] !== undefined && { compared: comparedOf(item) }),
        }),
      );
    },
  };
}

const comparedOf = (item: Item): Compared => ({
  requests: item[COMPARED_NAMES.requests] ?? 0,
  rows: item[COMPARED_NAMES.rows] ?? 0,
  disagreeing: item[COMPARED_NAMES.disagreeing] ?? 0,
  sampled: item[COMPARED_NAMES.sampled] ?? 0,
  differenceSum: item[COMPARED_NAMES.differenceSum] ?? 0,
  differences: binsOf(item, DIFFERENCE_NAME, DIFFERENCE_BINS),
});

const binsOf = (item: Item, name: string, bins: number): number[] =>
  Array.from({ length: bins }, (_, i) => item[`${name}${i}`] ?? 0);
