import { ConcurrentWriteError, NotFoundError } from '../../../domain/common-errors.ts';
import { audited } from '../../../domain/registry/changes.ts';
import { newDecision } from '../../../domain/registry/decisions.ts';
import { AuditEvent, Decision, MonitorWindow } from '../../../domain/registry/entities.ts';
import { auditPartition, GSI1, keys, modelPartition, PREFIX } from '../../../domain/registry/keys.ts';
import type { Registry } from '../../../domain/registry/ports.ts';
import { commitTo, findModelItem, put } from './commit.ts';
import { fromItem, toItem } from './items.ts';
import { getItem, queryItems, type RegistryTable } from './table.ts';

export function decisionMethods(
  table: RegistryTable,
): Pick<Registry, 'recordDecision' | 'requireDecision' | 'listDecisions'> {
  return {
    async recordDecision(decision, change) {
      const { model, decisionId, at } = decision;
      const byId = keys.decisionId(model, decisionId);
      await commitTo(table, model, change, async () => {
        if (await getItem(table, byId)) return { result: undefined };
        const recorded = newDecision(decision);
        return {
          result: undefined,
          audited: audited.decisionRecorded(recorded),
          writes: [
            put(toItem(keys.decision(model, at, decisionId), { type: 'decision', rev: 1 }, recorded)),
            put(toItem(byId, { type: 'decision-id', rev: 1 }, { at })),
          ],
        };
      });
    },

    async requireDecision(model, decisionId) {
      const lookup = await getItem(table, keys.decisionId(model, decisionId));
      const item = lookup && (await getItem(table, keys.decision(model, lookup.at, decisionId)));
      if (!item) throw new NotFoundError(`decision ${decisionId}`);
      return fromItem(Decision, item);
    },

    async listDecisions(model, kind, limit) {
      const items = await queryItems(table, {
        partition: modelPartition(model),
        prefix: PREFIX.decision,
        newestFirst: true,
        limit,
        where: kind && { attribute: 'kind', value: kind },
      });
      return items.map((item) => fromItem(Decision, item));
    },
  };
}

export function windowMethods(
  table: RegistryTable,
): Pick<Registry, 'putMonitorWindow' | 'findMonitorWindow' | 'listMonitorWindows' | 'listNewestWindows'> {
  return {
    async putMonitorWindow(window, change) {
      const { model, windowStart, revision } = window;
      const key = keys.window(model, windowStart);
      await commitTo(table, model, change, async () => {
        const known = await getItem(table, key);
        if (known && known.revision >= revision) {
          throw new ConcurrentWriteError(`window ${windowStart} has revision ${known.revision}, got ${revision}`);
        }
        const next = MonitorWindow.parse(window);
        const rev = known?.rev ?? 0;
        const newest = await getItem(table, keys.newestWindow(model));
        const isNewest = !newest || newest.windowStart <= windowStart;
        return {
          result: undefined,
          audited: audited.monitorWindowPut(next),
          writes: [
            put(toItem(key, { type: 'window', rev: rev + 1 }, next), { rev }),
            ...(isNewest ? [putNewest(next, newest?.rev ?? 0)] : []),
          ],
        };
      });
    },

    async listNewestWindows({ after, limit } = {}) {
      const query = { partition: GSI1.newestWindows, index: 'GSI1' as const, after, limit };
      return (await queryItems(table, query)).map((item) => fromItem(MonitorWindow, item));
    },

    async findMonitorWindow(model, windowStart) {
      const item = await getItem(table, keys.window(model, windowStart));
      return item && fromItem(MonitorWindow, item);
    },

    async listMonitorWindows(model, limit, before) {
      const range = before === undefined ? {} : { upTo: keys.window(model, justBefore(before)).SK };
      const query = { partition: modelPartition(model), prefix: PREFIX.window, ...range, newestFirst: true, limit };
      return (await queryItems(table, query)).map((item) => fromItem(MonitorWindow, item));
    },
  };
}

/** Beside the windows one item per model, indexed, so that what all models are like now is one query. */
function putNewest(window: MonitorWindow, rev: number) {
  const extras = { type: 'newest-window', rev: rev + 1, gsi1pk: GSI1.newestWindows, gsi1sk: window.model };
  return put(toItem(keys.newestWindow(window.model), extras, window), { rev });
}

const justBefore = (instant: string): string => new Date(Date.parse(instant) - 1).toISOString();

export function auditMethods(table: RegistryTable): Pick<Registry, 'listAudit' | 'findAuditHead'> {
  return {
    async listAudit(model, { after = 0, limit } = {}) {
      const query = { partition: auditPartition(model), after: keys.audit(model, after).SK, limit };
      return (await queryItems(table, query)).map((item) => fromItem(AuditEvent, item));
    },

    async findAuditHead(model) {
      const item = await findModelItem(table, model);
      return item && { seq: item.auditSeq, hash: item.auditHash };
    },
  };
}
