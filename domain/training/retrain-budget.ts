import { dollars } from '../dollars.ts';
import {
  type BudgetPeriod,
  type BudgetRequest,
  type BudgetUse,
  NOTHING_USED,
  type Reservation,
  takeFromBudget,
} from '../registry/budget.ts';
import type { TriggerDecision } from './trigger.ts';

/** What drift, quality and schedules may start together, of all models; days and months in UTC, by the clock. */
export interface RetrainBudget {
  readonly runsPerDay: number;
  /** Dollars are reserved as the most that a run may cost, and not given back. */
  readonly usdPerDay: number;
  readonly usdPerMonth: number;
}

/** A person notices within a day; a month that is all storms costs a third of thirty such days. */
export const DEFAULT_RETRAIN_BUDGET: RetrainBudget = { runsPerDay: 50, usdPerDay: 100, usdPerMonth: 1_000 };

/** What one run asks of the budgets of today and of this month. */
export function retrainRequest(holder: string, usd: number, budget: RetrainBudget, now: Date): BudgetRequest {
  const period = (length: number, limits: Partial<BudgetUse>): BudgetPeriod => ({
    period: `retraining/${now.toISOString().slice(0, length)}`,
    limits,
  });
  return {
    holder,
    amount: { runs: 1, usd },
    periods: [
      period('2026-11-23'.length, { runs: budget.runsPerDay, usd: budget.usdPerDay }),
      period('2026-11'.length, { usd: budget.usdPerMonth }),
    ],
  };
}

/** The decision with the figures of the budget, which holds back what was not granted. */
export function withinBudget(
  decision: TriggerDecision,
  budget: RetrainBudget,
  { amount, periods }: BudgetRequest,
  { granted, used }: Reservation,
): TriggerDecision {
  const [day = NOTHING_USED, month = NOTHING_USED] = used;
  const numbers = {
    ...decision.numbers,
    platform: { runsToday: day.runs, usdToday: day.usd, usdThisMonth: month.usd, ...budget },
  };
  if (granted) return { ...decision, numbers };
  const full = periods.flatMap((period, index) => {
    const use = used[index] ?? NOTHING_USED;
    return takeFromBudget({ amount, periods: [period] }, [use]) ? [] : [usedUp(period, use, amount)];
  });
  return { start: false, reasons: full, numbers };
}

function usedUp({ period, limits }: BudgetPeriod, { runs, usd }: BudgetUse, amount: BudgetUse): string {
  const ofRuns = limits.runs === undefined ? [] : [`${runs} of ${limits.runs} runs`];
  const ofUsd = limits.usd === undefined ? [] : [`${dollars(usd)} of ${dollars(limits.usd)}`];
  const day = period.slice(period.indexOf('/') + 1);
  return `the platform's budget for retraining of ${day} has no room for a run of ${dollars(amount.usd)}: ${[...ofRuns, ...ofUsd].join(' and ')} are taken`;
}
