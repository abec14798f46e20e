import type { Interval } from '../intervals/index.ts';
import { type Confusion, confusionFigures } from '../quality/confusion.ts';
import { averagePrecisionOfGroups, placementVariances, type ScoreGroups } from '../quality/ranking.ts';
import { ESTIMATED_FIGURES, type EstimatedFigure, type EstimatedQuality } from './confidence-based.ts';

/** How a figure scatters from one sample of the reference to the next. */
export interface Scatter {
  /** Standard deviation of what one row adds to the figure. */
  readonly deviation: number;
  /** Share of the rows that add to it. */
  readonly share: number;
}
export type ReferenceScatter = Readonly<Record<EstimatedFigure, Scatter>>;

/**
 * Scatter of each figure on the labelled reference, as NannyML 0.13.1 takes it: of shares that of hits and misses; of F1 that
 * of hits among true positives and errors, scaled to F1; of the AUC that of the placements of the rarer class. Of the average
 * precision it is sqrt(AP (1 - AP)) over the positives (Boyd, Eng, Page 2013), where NannyML resamples at random.
 *
 * @param groups labels of the reference by score
 * @param confusion its rows at the threshold
 */
export function referenceScatter(groups: ScoreGroups, { tp, fp, fn, tn }: Confusion): ReferenceScatter {
  const rows = tp + fp + fn + tn;
  const figures = confusionFigures({ tp, fp, fn, tn });
  const placements = placementVariances(groups);
  const share = (value: number, of: number): Scatter => ({
    deviation: Math.sqrt(value * (1 - value)),
    share: of / rows,
  });
  const mixed = tp + fp + fn;
  const hits = share(tp / mixed, mixed);
  const positivesAreRarer = tp + fn <= rows / 2;
  return {
    accuracy: share(figures.accuracy, rows),
    precision: share(figures.precision, tp + fp),
    recall: share(figures.recall, tp + fn),
    specificity: share(figures.specificity, tn + fp),
    f1: { deviation: (hits.deviation * mixed) / (tp + (fp + fn) / 2), share: hits.share },
    rocAuc: {
      deviation: Math.sqrt(positivesAreRarer ? placements.positive : placements.negative),
      share: (positivesAreRarer ? tp + fn : fp + tn) / rows,
    },
    averagePrecision: share(averagePrecisionOfGroups(groups), tp + fn),
  };
}

export interface BandOptions {
  /** Half the width, in standard errors. @default 3 (NannyML's) */
  readonly errors?: number;
  /** Counted rows that are worth one row seen (Kish). @default 1 */
  readonly designEffect?: number;
}

/**
 * Standard error of a figure over a sample, deviation / sqrt(rows * share).
 *
 * @param rows of the sample
 * @returns NaN for no rows
 */
export function samplingError({ deviation, share }: Scatter, rows: number): number {
  return rows > 0 ? deviation / Math.sqrt(rows * share) : Number.NaN;
}

/**
 * Where the figures of a sample lie if nothing changed but the mix of rows: estimate ± 3 standard errors, cut to [0, 1].
 *
 * @returns by figure; absent where estimate or error is undefined
 * @throws RangeError for errors below 0 or a design effect below 1
 */
export function estimateBands(
  estimate: EstimatedQuality,
  scatter: ReferenceScatter,
  { errors = 3, designEffect = 1 }: BandOptions = {},
): { readonly [figure in EstimatedFigure]?: Interval } {
  if (!(errors >= 0)) throw new RangeError(`errors must be at least 0, got ${errors}`);
  if (!(designEffect >= 1)) throw new RangeError(`designEffect must be at least 1, got ${designEffect}`);
  const bands = ESTIMATED_FIGURES.flatMap((figure) => {
    const half = errors * samplingError(scatter[figure], estimate.rows / designEffect);
    const [lower, upper] = [estimate[figure] - half, estimate[figure] + half];
    return Number.isNaN(half + lower)
      ? []
      : [[figure, { lower: Math.max(0, lower), upper: Math.min(1, upper) }] as const];
  });
  return Object.fromEntries(bands);
}
