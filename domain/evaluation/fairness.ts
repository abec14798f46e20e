import { disparityOf } from '../../stats/bias/disparity.ts';
import { binaryConfusion, confusionFigures } from '../../stats/quality/index.ts';
import type { FAIRNESS_METRICS } from '../spec/evaluation.ts';
import type { Scored } from './scored.ts';

export type FairnessMetric = (typeof FAIRNESS_METRICS)[number];

/** One value of a protected column. Rates are shares; NaN = undefined. */
export interface GroupRates {
  readonly rows: number;
  /** Rows predicted positive / rows. */
  readonly selectionRate: number;
  /** Rows predicted positive / positive rows. */
  readonly truePositiveRate: number;
}

/** @param scored the group's rows of a binary model */
export function groupRates({ labels, predictions, threshold }: Scored): GroupRates {
  const confusion = binaryConfusion(labels, predictions, threshold);
  return {
    rows: labels.length,
    selectionRate: (confusion.tp + confusion.fp) / labels.length,
    truePositiveRate: confusionFigures(confusion).recall,
  };
}

/**
 * Figures over all pairs of groups; the largest gap counts, so that no group need be named as the advantaged one.
 *
 * - `demographic_parity_difference`: largest minus smallest selection rate; 0 is parity, 1 the worst. As in fairlearn
 *   (`demographic_parity_difference`, between groups); Clarify's DPPL for two groups.
 * - `disparate_impact`: smallest divided by largest selection rate; 1 is parity, 0 the worst. As in fairlearn
 *   (`demographic_parity_ratio`); Clarify's DI when the group chosen least is the disadvantaged one. The four-fifths rule
 *   of 29 CFR 1607.4(D) asks for 0.8. NaN if nobody is selected in any group.
 * - `equal_opportunity_difference`: largest minus smallest true positive rate. As in fairlearn
 *   (`equal_opportunity_difference`; Hardt, Price, Srebro 2016). NaN if a group has no positive rows.
 *
 * @returns NaN throughout for fewer than two groups
 */
export function fairnessOf(groups: readonly GroupRates[]): Record<FairnessMetric, number> {
  const selection = disparityOf(groups.map(({ selectionRate }) => selectionRate));
  const truePositive = disparityOf(groups.map(({ truePositiveRate }) => truePositiveRate));
  return {
    demographic_parity_difference: selection.difference,
    disparate_impact: selection.ratio,
    equal_opportunity_difference: truePositive.difference,
  };
}
