import type { Confusion } from '../quality/confusion.ts';
import { type Disparity, disparityOf } from './disparity.ts';
import { checkCounts, type FacetCounts } from './facets.ts';

export interface ComparisonOptions {
  /** Each group against each other, or each against all rows. @default 'between_groups' */
  readonly method?: 'between_groups' | 'to_overall';
}

export interface EqualizedOddsOptions extends ComparisonOptions {
  /** Of the true and the false positive rates: the worse disparity, or their mean. @default 'worst_case' */
  readonly agg?: 'worst_case' | 'mean';
}

/**
 * Disparity of the selection rate: fairlearn's `demographic_parity_difference` and `_ratio`, of any number of groups.
 *
 * @param groups predictions for each group's rows
 * @returns NaN for fewer than two groups or one without rows; the ratio also if nobody is selected
 * @throws RangeError for a negative count
 */
export function demographicParity(groups: readonly FacetCounts[], options: ComparisonOptions = {}): Disparity {
  return disparityIn(groups, ({ positives, negatives }) => positives / (positives + negatives), options);
}

/**
 * Disparity of the true positive rate: fairlearn's `equal_opportunity_difference` and `_ratio`.
 *
 * @returns NaN for fewer than two groups or one without positive rows, whose rate fairlearn takes as 0
 * @throws RangeError for a negative count
 */
export function equalOpportunity(groups: readonly Confusion[], options: ComparisonOptions = {}): Disparity {
  return disparityIn(groups, ({ tp, fn }) => tp / (tp + fn), options);
}

/**
 * Disparity of the true and the false positive rates: fairlearn's `equalized_odds_difference` and `_ratio`.
 *
 * @returns NaN for fewer than two groups or one without rows of both classes
 * @throws RangeError for a negative count
 */
export function equalizedOdds(
  groups: readonly Confusion[],
  { agg = 'worst_case', ...options }: EqualizedOddsOptions = {},
): Disparity {
  const truth = equalOpportunity(groups, options);
  const error = disparityIn(groups, ({ fp, tn }) => fp / (fp + tn), options);
  if (agg === 'mean') {
    return { difference: (truth.difference + error.difference) / 2, ratio: (truth.ratio + error.ratio) / 2 };
  }
  return { difference: Math.max(truth.difference, error.difference), ratio: Math.min(truth.ratio, error.ratio) };
}

function disparityIn<Counts extends FacetCounts | Confusion>(
  groups: readonly Counts[],
  rateOf: (counts: Counts) => number,
  { method = 'between_groups' }: ComparisonOptions,
): Disparity {
  for (const [i, group] of groups.entries()) checkCounts(`groups[${i}]`, group);
  return disparityOf(groups.map(rateOf), method === 'to_overall' ? rateOf(together(groups)) : undefined);
}

function together<Counts extends FacetCounts | Confusion>(groups: readonly Counts[]): Counts {
  const sum: Record<string, number> = {};
  for (const group of groups) {
    for (const [cell, count] of Object.entries(group)) sum[cell] = (sum[cell] ?? 0) + count;
  }
  return sum as unknown as Counts;
}
