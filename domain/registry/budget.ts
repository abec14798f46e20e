import { roundUsd } from '../dollars.ts';

/** What is counted against a budget. */
export interface BudgetUse {
  readonly runs: number;
  /** Dollars, counted to a millionth. */
  readonly usd: number;
}

/** A counter with limits; without a limit it only counts. */
export interface BudgetPeriod {
  /** Names the counter: a purpose and a day or month, `retraining/2026-11-23`. */
  readonly period: string;
  readonly limits: Partial<BudgetUse>;
}

export interface BudgetRequest {
  /** What the budget is taken for: asked for again it is granted again, and counted once. */
  readonly holder: string;
  readonly amount: BudgetUse;
  /** All of them must have room, or none is taken from. */
  readonly periods: readonly BudgetPeriod[];
}

export interface Reservation {
  readonly granted: boolean;
  /** In the order of the periods; with this request, if it was granted. */
  readonly used: readonly BudgetUse[];
}

export const NOTHING_USED: BudgetUse = { runs: 0, usd: 0 };

/** @returns what is used then, for each period; undefined if one has no room for it */
export function takeFromBudget(
  { amount, periods }: Pick<BudgetRequest, 'amount' | 'periods'>,
  used: readonly BudgetUse[],
): BudgetUse[] | undefined {
  const next = periods.map((_, index) => {
    const { runs, usd } = used[index] ?? NOTHING_USED;
    return { runs: runs + amount.runs, usd: roundUsd(usd + amount.usd) };
  });
  const { POSITIVE_INFINITY } = Number;
  const fits = ({ runs, usd }: BudgetUse, index: number) => {
    const limits = periods[index]?.limits;
    return runs <= (limits?.runs ?? POSITIVE_INFINITY) && usd <= (limits?.usd ?? POSITIVE_INFINITY);
  };
  return next.every(fits) ? next : undefined;
}
