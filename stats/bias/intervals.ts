import { type Interval, normalInterval } from '../intervals/index.ts';
import type { Confusion } from '../quality/confusion.ts';
import type { IntervalOptions, Intervals } from '../quality/intervals.ts';
import { type FacetCounts, predictionsOf } from './facets.ts';
import { type PostTrainingBias, type PredictionBias, postTrainingBias, predictionBias } from './post-training.ts';
import { preTrainingBias } from './pre-training.ts';

export interface GroupIntervalOptions extends IntervalOptions {
  /** `log` for what is a ratio of rates: the interval is symmetric in factors, and above 0. @default 'linear' */
  readonly scale?: 'linear' | 'log';
  /**
   * Pairs among which the metric picks the worst, k (k - 1) / 2 of k groups: the confidence then holds for all of them
   * (Bonferroni). @default 1
   */
  readonly comparisons?: number;
}

/** Added to each cell, so that a share of 0 or 1 has a spread (Haldane 1956, Anscombe 1956). */
const CELL_PRIOR = 0.5;
/** Relative step of the numerical derivatives: their error is about its square. */
const STEP = 1e-5;

/**
 * Confidence interval of any figure of groups by the delta method: normal, the variance being the sum over cells of
 * count * (derivative by the count)^2, which is what resampling rows (a multinomial bootstrap) tends to. Half a row is added to
 * each cell, so the middle is slightly nearer to parity than the figure, and few rows give a wide interval instead of none.
 *
 * @param groups disjoint counts of each group's rows, such as {@link Confusion} or {@link FacetCounts}
 * @param metric of the groups; must depend on shares only, not on how many rows there are
 * @returns undefined if the figure is not finite, as for groups without rows
 * @throws RangeError for confidence outside 0 and 1, or a design effect or comparisons below 1
 * @see Agresti (2013), "Categorical Data Analysis", 16.1
 */
export function groupInterval<Counts extends { readonly [cell in keyof Counts]: number }>(
  groups: readonly Counts[],
  metric: (groups: readonly Counts[]) => number,
  { confidence = 0.95, designEffect = 1, scale = 'linear', comparisons = 1 }: GroupIntervalOptions = {},
): Interval | undefined {
  for (const [name, value] of Object.entries({ designEffect, comparisons })) {
    if (!(value >= 1 && value < Number.POSITIVE_INFINITY))
      throw new RangeError(`${name} must be at least 1, got ${value}`);
  }
  if (groups.some((group) => (Object.values(group) as number[]).every((count) => count === 0))) return undefined;
  const cells = groups.map((group) => {
    const counts = Object.entries(group) as [keyof Counts, number][];
    return Object.fromEntries(counts.map(([cell, count]) => [cell, count / designEffect + CELL_PRIOR])) as Counts;
  });
  const of = (counts: readonly Counts[]) => (scale === 'log' ? Math.log(metric(counts)) : metric(counts));
  const centre = of(cells);
  let variance = 0;
  for (const [i, group] of cells.entries()) {
    for (const cell of Object.keys(group) as (keyof Counts)[]) {
      const count = group[cell] as number;
      const moved = (by: number) => of(cells.with(i, { ...group, [cell]: count * (1 + by) }));
      variance += ((moved(STEP) - moved(-STEP)) / (2 * STEP)) ** 2 / count;
    }
  }
  if (!(Number.isFinite(centre) && Number.isFinite(variance))) return undefined;
  const { lower, upper } = normalInterval(centre, Math.sqrt(variance), 1, 1 - (1 - confidence) / comparisons);
  return scale === 'log' ? { lower: Math.exp(lower), upper: Math.exp(upper) } : { lower, upper };
}

/**
 * Intervals of {@link preTrainingBias}. The distances KL to KS have none: they are never below 0, so near parity they are not
 * nearly normal.
 */
export function preTrainingIntervals(
  a: FacetCounts,
  d: FacetCounts,
  options: IntervalOptions = {},
): Intervals<'CI' | 'DPL'> {
  return intervalsOf(['CI', 'DPL'], (name) =>
    groupInterval([a, d], ([x, y]) => preTrainingBias(x as FacetCounts, y as FacetCounts)[name], options),
  );
}

/** Intervals of {@link predictionBias}; of DI on the log scale. */
export function predictionIntervals(
  a: FacetCounts,
  d: FacetCounts,
  options: IntervalOptions = {},
): Intervals<keyof PredictionBias> {
  return intervalsOf(['DPPL', 'DI'], (name) =>
    groupInterval([a, d], ([x, y]) => predictionBias(x as FacetCounts, y as FacetCounts)[name], {
      ...options,
      scale: name === 'DI' ? 'log' : 'linear',
    }),
  );
}

const NEEDING_LABELS = ['DCA', 'DCR', 'AD', 'RD', 'SD', 'DAR', 'DRR', 'TE', 'GE'] as const;

/** Intervals of {@link postTrainingBias}. */
export function postTrainingIntervals(
  a: Confusion,
  d: Confusion,
  options: IntervalOptions = {},
): Intervals<keyof PostTrainingBias> {
  const labelled = intervalsOf(NEEDING_LABELS, (name) =>
    groupInterval([a, d], ([x, y]) => postTrainingBias(x as Confusion, y as Confusion)[name], options),
  );
  return { ...predictionIntervals(predictionsOf(a), predictionsOf(d), options), ...labelled };
}

function intervalsOf<Figure extends string>(
  figures: readonly Figure[],
  intervalOf: (figure: Figure) => Interval | undefined,
): Intervals<Figure> {
  const intervals = figures.map((figure) => [figure, intervalOf(figure)] as const);
  return Object.fromEntries(intervals.filter(([, interval]) => interval)) as Intervals<Figure>;
}
