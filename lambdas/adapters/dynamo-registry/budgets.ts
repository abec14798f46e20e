import * as z from 'zod';
import { type BudgetRequest, NOTHING_USED, type Reservation, takeFromBudget } from '../../../domain/registry/budget.ts';
import { keys } from '../../../domain/registry/keys.ts';
import type { Registry } from '../../../domain/registry/ports.ts';
import { persist, put, transact } from './commit.ts';
import { fromItem, toItem } from './items.ts';
import { getItems, type RegistryTable } from './table.ts';

/** A counter is shown for a year; a holder must outlive its message in queue and dead-letter queue, 14 days each. */
const COUNTER_RETENTION_S = 400 * 86_400;
const HOLDER_RETENTION_S = 30 * 86_400;

const Counter = z.object({ runs: z.number().int(), usd: z.number(), rev: z.number().int() });

/** Budgets are not audited: they say how much was taken, the decisions say for what. */
export function budgetMethods(table: RegistryTable): Pick<Registry, 'reserveBudget'> {
  return {
    reserveBudget: (request, now) =>
      persist(`the budget ${request.periods.map(({ period }) => period).join(', ')}`, () =>
        tryToReserve(table, request, Math.floor(now.getTime() / 1_000)),
      ),
  };
}

/** Each counter is written only as it was read, and the holder only once, in one transaction. */
async function tryToReserve(
  table: RegistryTable,
  request: BudgetRequest,
  now: number,
): Promise<{ result: Reservation } | undefined> {
  const { holder, periods } = request;
  const [held, ...items] = await getItems(table, [
    keys.budgetHolder(holder),
    ...periods.map(({ period }) => keys.budget(period)),
  ]);
  const counters = items.map((item) => (item ? fromItem(Counter, item) : { ...NOTHING_USED, rev: 0 }));
  const used = counters.map(({ runs, usd }) => ({ runs, usd }));
  if (held) return { result: { granted: true, used } };
  const next = takeFromBudget(request, used);
  if (!next) return { result: { granted: false, used } };

  const marker = toItem(
    keys.budgetHolder(holder),
    { type: 'budget-holder', rev: 1 },
    { ttl: now + HOLDER_RETENTION_S },
  );
  const writes = periods.map(({ period }, index) => {
    const { rev = 0 } = counters[index] ?? {};
    const fields = { ...next[index], ttl: now + COUNTER_RETENTION_S };
    return put(toItem(keys.budget(period), { type: 'budget', rev: rev + 1 }, fields), { rev });
  });
  return (await transact(table, [put(marker), ...writes])) ? { result: { granted: true, used: next } } : undefined;
}
