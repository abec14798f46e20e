import {
  demographicParity,
  disparityOf,
  equalizedOdds,
  equalOpportunity,
  postTrainingBias,
  predictionBias,
} from '../../../stats/bias/index.ts';
import type { Confusion } from '../../../stats/quality/index.ts';
import { protectedLabel } from '../../protected.ts';
import type { ModelSpec } from '../../spec/model-spec.ts';
import type { BIAS_METRICS } from '../../spec/monitoring.ts';
import type { GroupCounts } from '../window-record.ts';

export type BiasSpec = ModelSpec['monitoring']['bias'][number];
export type BiasMetric = (typeof BIAS_METRICS)[number];

/** What a metric is computed from: outcomes of labelled rows, or predictions alone with positives as `tp` and others as `tn`. */
export type Group = Confusion;

interface BiasFigure {
  readonly labels: boolean;
  /** A ratio of rates: 1 is parity, and intervals are symmetric in factors. */
  readonly ratio?: true;
  /** Of the advantaged and the disadvantaged, in Clarify's sense and sign. */
  readonly between: (advantaged: Group, disadvantaged: Group) => number;
  /** The largest gap between any two groups. */
  readonly among: (groups: readonly Group[]) => number;
}

const predicted = ({ tp, fp, fn, tn }: Group) => ({ positives: tp + fp, negatives: fn + tn });
const rowsOf = ({ tp, fp, fn, tn }: Group): number => tp + fp + fn + tn;

/** Clarify's DPPL, DI, AD, RD and TE; equalised odds are fairlearn's, worst case, which has no sign. */
export const BIAS_FIGURES: Readonly<Record<BiasMetric, BiasFigure>> = {
  demographic_parity_difference: {
    labels: false,
    between: (a, d) => predictionBias(predicted(a), predicted(d)).DPPL,
    among: (groups) => demographicParity(groups.map(predicted)).difference,
  },
  disparate_impact: {
    labels: false,
    ratio: true,
    between: (a, d) => predictionBias(predicted(a), predicted(d)).DI,
    among: (groups) => demographicParity(groups.map(predicted)).ratio,
  },
  accuracy_difference: {
    labels: true,
    between: (a, d) => postTrainingBias(a, d).AD,
    among: (groups) => disparityOf(groups.map((group) => (group.tp + group.tn) / rowsOf(group))).difference,
  },
  equal_opportunity_difference: {
    labels: true,
    between: (a, d) => postTrainingBias(a, d).RD,
    among: (groups) => equalOpportunity(groups).difference,
  },
  equalized_odds_difference: {
    labels: true,
    between: (a, d) => equalizedOdds([a, d]).difference,
    among: (groups) => equalizedOdds(groups).difference,
  },
  treatment_equality: {
    labels: true,
    between: (a, d) => postTrainingBias(a, d).TE,
    among: (groups) => disparityOf(groups.map(({ fn, fp }) => fn / fp)).difference,
  },
};

/** The groups that are compared, or why there are not two. */
export interface ComparedGroups {
  /** Two with a disadvantaged one: everybody else first. */
  readonly groups: readonly Group[];
  /** Left out, having too few rows. */
  readonly small: number;
}

/**
 * Groups of a column with at least minRows effective rows (labelled ones for a metric that needs labels). Those of values that
 * `disadvantaged` names are put together, and so is everybody else.
 */
export function comparedGroups(
  counted: readonly GroupCounts[],
  { column, metric, disadvantaged, minRows }: BiasSpec,
  hidden: readonly string[],
  effective: number,
): ComparedGroups {
  const { labels } = BIAS_FIGURES[metric];
  const own = counted.filter((group) => group.column === column);
  const all = disadvantaged
    ? [own.filter((group) => !named(group)), own.filter(named)].map((part) =>
        part.map(toGroup).reduce(together, NOBODY),
      )
    : own.map(toGroup);
  const groups = all.filter((group) => rowsOf(group) > 0 && rowsOf(group) * effective >= minRows);
  return { groups, small: all.length - groups.length };

  function named({ value }: GroupCounts): boolean {
    const shown = (name: string) => (hidden.includes(column) ? protectedLabel(column, name) : name);
    return value !== null && (disadvantaged ?? []).some((name) => shown(name) === value);
  }

  function toGroup({ rows, predictedPositive, tp, fp, fn, tn }: GroupCounts): Group {
    return labels ? { tp, fp, fn, tn } : { tp: predictedPositive, fp: 0, fn: 0, tn: rows - predictedPositive };
  }
}

const NOBODY: Group = { tp: 0, fp: 0, fn: 0, tn: 0 };
const together = (a: Group, b: Group): Group => ({
  tp: a.tp + b.tp,
  fp: a.fp + b.fp,
  fn: a.fn + b.fn,
  tn: a.tn + b.tn,
});
