import { checkCounts, type FacetCounts, ratioOf, rowsOf } from './facets.ts';

/** Distances between the label distributions of two facets, over the classes that both have. 0 is parity. */
export interface LabelDivergences {
  /** Kullback-Leibler divergence of the advantaged from the disadvantaged, nats. Below 0 where a class was dropped. */
  readonly KL: number;
  /** Jensen-Shannon divergence, nats. */
  readonly JS: number;
  /** Euclidean distance of the shares. */
  readonly LP: number;
  /** Total variation: half the sum of absolute differences. */
  readonly TVD: number;
  /** Largest difference of a share. */
  readonly KS: number;
}

/** SageMaker Clarify's measures of a data set, by its names. */
export interface PreTrainingBias extends LabelDivergences {
  /** Class imbalance (n_a - n_d) / n, in [-1, 1]; 0 = as many rows of both. */
  readonly CI: number;
  /** Difference in positive proportions of labels q_a - q_d, in [-1, 1]. */
  readonly DPL: number;
}

/**
 * Bias in the labels of a data set, before any model, as smclarify 0.5 computes it; a is the advantaged facet, d the
 * disadvantaged one.
 *
 * @param a labels of the advantaged rows
 * @param d labels of the disadvantaged rows
 * @returns NaN throughout if a facet has no rows; KL to KS also if no class is in both
 * @throws RangeError for a negative count
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-measure-data-bias.html
 */
export function preTrainingBias(a: FacetCounts, d: FacetCounts): PreTrainingBias {
  checkCounts('advantaged', a);
  checkCounts('disadvantaged', d);
  const [rowsA, rowsD] = [rowsOf(a), rowsOf(d)];
  const both = rowsA > 0 && rowsD > 0 ? 1 : Number.NaN;
  return {
    CI: (both * (rowsA - rowsD)) / (rowsA + rowsD),
    DPL: a.positives / rowsA - d.positives / rowsD,
    ...labelDivergences([a.negatives, a.positives], [d.negatives, d.positives]),
  };
}

/**
 * The part of {@link preTrainingBias} that knows more than two classes. Shares are of all the facet's rows and are not scaled
 * again when a class is dropped.
 *
 * @param a rows of the advantaged facet per class
 * @param d rows of the disadvantaged one over the same classes
 * @throws RangeError for different numbers of classes
 */
export function labelDivergences(a: readonly number[], d: readonly number[]): LabelDivergences {
  if (a.length !== d.length) throw new RangeError(`facets must have as many classes, got ${a.length} and ${d.length}`);
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  const [rowsA, rowsD] = [sum(a), sum(d)];
  let [classes, kl, js, squares, absolute, largest] = [0, 0, 0, 0, 0, 0];
  for (const [i, count] of a.entries()) {
    const [p, q] = [count / rowsA, (d[i] as number) / rowsD];
    if (!(p > 0 && q > 0)) continue;
    const middle = (p + q) / 2;
    classes += 1;
    kl += p * Math.log(p / q);
    js += (p * Math.log(p / middle) + q * Math.log(q / middle)) / 2;
    squares += (p - q) ** 2;
    absolute += Math.abs(p - q);
    largest = Math.max(largest, Math.abs(p - q));
  }
  if (classes === 0) return { KL: Number.NaN, JS: Number.NaN, LP: Number.NaN, TVD: Number.NaN, KS: Number.NaN };
  return { KL: kl, JS: js, LP: Math.sqrt(squares), TVD: absolute / 2, KS: largest };
}

/** Rows with one value of the column that explains a difference. */
export interface Stratum {
  readonly advantaged: FacetCounts;
  readonly disadvantaged: FacetCounts;
}

/**
 * Conditional demographic disparity: (the disadvantaged's share of the rejected) - (their share of the accepted) in each
 * stratum, weighted by its rows, in [-1, 1]. Clarify's CDDL of labels, its CDDPL of predictions.
 *
 * @returns NaN if nobody is accepted, or nobody rejected, in all strata together
 * @throws RangeError for a negative count
 */
export function conditionalDemographicDisparity(strata: readonly Stratum[]): number {
  let [rows, sum, accepted, rejected] = [0, 0, 0, 0];
  for (const { advantaged, disadvantaged } of strata) {
    checkCounts('advantaged', advantaged);
    checkCounts('disadvantaged', disadvantaged);
    const [positives, negatives] = [
      advantaged.positives + disadvantaged.positives,
      advantaged.negatives + disadvantaged.negatives,
    ];
    const gap = ratioOf(disadvantaged.negatives, negatives) - ratioOf(disadvantaged.positives, positives);
    rows += positives + negatives;
    sum += (positives + negatives) * gap;
    accepted += positives;
    rejected += negatives;
  }
  return accepted > 0 && rejected > 0 ? sum / rows : Number.NaN;
}
