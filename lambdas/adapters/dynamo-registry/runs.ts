import { NotFoundError } from '../../../domain/common-errors.ts';
import { audited } from '../../../domain/registry/changes.ts';
import { mergeRun } from '../../../domain/registry/decisions.ts';
import { TrainingRun } from '../../../domain/registry/entities.ts';
import { GSI1, keys, modelPartition, PREFIX } from '../../../domain/registry/keys.ts';
import type { Registry } from '../../../domain/registry/ports.ts';
import { commitTo, put } from './commit.ts';
import { fromItem, type Item, toItem } from './items.ts';
import { getItem, queryItems, type RegistryTable } from './table.ts';

const runItem = (run: TrainingRun, rev: number): Item =>
  toItem(
    keys.run(run.model, run.runId),
    { type: 'run', rev, gsi1pk: GSI1.runs(run.model), gsi1sk: run.startedAt },
    run,
  );

export function runMethods(
  table: RegistryTable,
): Pick<Registry, 'createRun' | 'updateRun' | 'requireRun' | 'listRuns'> {
  const find = (model: string, runId: string) => getItem(table, keys.run(model, runId));

  return {
    async createRun(run, change) {
      return commitTo<{ run: TrainingRun; created: boolean }>(table, run.model, change, async () => {
        const known = await find(run.model, run.runId);
        if (known) return { result: { run: fromItem(TrainingRun, known), created: false } };
        const created = TrainingRun.parse(run);
        return {
          result: { run: created, created: true },
          audited: audited.runCreated(created),
          writes: [put(runItem(created, 1))],
        };
      });
    },

    async updateRun(model, runId, patch, change) {
      return commitTo(table, model, change, async () => {
        const known = await find(model, runId);
        if (!known) throw new NotFoundError(`run ${runId}`);
        const updated = mergeRun(fromItem(TrainingRun, known), patch);
        return {
          result: updated,
          audited: audited.runUpdated(updated),
          writes: [put(runItem(updated, known.rev + 1), { rev: known.rev })],
        };
      });
    },

    async requireRun(model, runId) {
      const item = await find(model, runId);
      if (!item) throw new NotFoundError(`run ${runId}`);
      return fromItem(TrainingRun, item);
    },

    async listRuns(model, limit) {
      if (limit !== undefined) {
        const query = { partition: GSI1.runs(model), index: 'GSI1', newestFirst: true, limit } as const;
        return (await queryItems(table, query)).map((item) => fromItem(TrainingRun, item));
      }
      // budgets are counted on this list, so it is read from the table, where keys are not in order of time
      const items = await queryItems(table, { partition: modelPartition(model), prefix: PREFIX.run });
      return items
        .map((item) => fromItem(TrainingRun, item))
        .sort((a, b) => (`${a.startedAt} ${a.runId}` < `${b.startedAt} ${b.runId}` ? 1 : -1));
    },
  };
}
