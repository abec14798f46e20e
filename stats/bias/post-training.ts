import type { Confusion } from '../quality/confusion.ts';
import { checkCounts, type FacetCounts, gapOf, labelsOf, predictionsOf, ratioOf, rowsOf } from './facets.ts';

/** Clarify's measures that need no labels, by its names. */
export interface PredictionBias {
  /** Difference in positive proportions of predictions, q_a - q_d, in [-1, 1]. */
  readonly DPPL: number;
  /** Disparate impact q_d / q_a, >= 0; 1 is parity. Infinity if of the advantaged alone nobody is predicted positive. */
  readonly DI: number;
}

/** SageMaker Clarify's measures of a model, by its names. 0 is parity, but for DI. */
export interface PostTrainingBias extends PredictionBias {
  /** Difference in conditional acceptance: labels / predictions that are positive, of a minus of d. */
  readonly DCA: number;
  /** Difference in conditional rejection: labels / predictions that are negative, of d minus of a. */
  readonly DCR: number;
  /** Accuracy difference, a minus d. */
  readonly AD: number;
  /** Recall difference, a minus d. */
  readonly RD: number;
  /** Specificity difference, d minus a. */
  readonly SD: number;
  /** Difference in acceptance rates: precision, a minus d. */
  readonly DAR: number;
  /** Difference in rejection rates: negative predictive value, d minus a. */
  readonly DRR: number;
  /** Treatment equality: FN / FP, d minus a. */
  readonly TE: number;
  /** Generalised entropy, alpha 2, of prediction - label + 1 over the rows of both; >= 0. */
  readonly GE: number;
}

/**
 * Bias of a model's predictions, without labels.
 *
 * @param a predictions for the advantaged rows
 * @param d predictions for the disadvantaged rows
 * @returns NaN throughout if a facet has no rows
 * @throws RangeError for a negative count
 */
export function predictionBias(a: FacetCounts, d: FacetCounts): PredictionBias {
  checkCounts('advantaged', a);
  checkCounts('disadvantaged', d);
  if (rowsOf(a) === 0 || rowsOf(d) === 0) return { DPPL: Number.NaN, DI: Number.NaN };
  const [qA, qD] = [a.positives / rowsOf(a), d.positives / rowsOf(d)];
  return { DPPL: qA - qD, DI: ratioOf(qD, qA) };
}

/**
 * Bias of a model's predictions against the labels, as smclarify 0.5 computes it: 0/0 = 0, x/0 = Infinity, and two infinite
 * ratios differ by 0. Clarify's CDDPL is {@link conditionalDemographicDisparity}; its flip test (FT) needs the features of
 * each row and is not here.
 *
 * @param a outcomes of the advantaged rows
 * @param d outcomes of the disadvantaged rows
 * @returns NaN throughout if a facet has no rows; GE also if all rows are false negatives
 * @throws RangeError for a negative count
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-measure-post-training-bias.html
 */
export function postTrainingBias(a: Confusion, d: Confusion): PostTrainingBias {
  const [byA, byD] = [predictionsOf(a), predictionsOf(d)];
  const predictions = predictionBias(byA, byD);
  const [isA, isD] = [labelsOf(a), labelsOf(d)];
  checkCounts('advantaged', a);
  checkCounts('disadvantaged', d);
  const gap = (of: (counts: Confusion) => number) => gapOf(of(a), of(d));
  const reverse = (of: (counts: Confusion) => number) => gapOf(of(d), of(a));
  const figures = {
    ...predictions,
    DCA: gapOf(ratioOf(isA.positives, byA.positives), ratioOf(isD.positives, byD.positives)),
    DCR: gapOf(ratioOf(isD.negatives, byD.negatives), ratioOf(isA.negatives, byA.negatives)),
    AD: gap(({ tp, fp, fn, tn }) => ratioOf(tp + tn, tp + fp + fn + tn)),
    RD: gap(({ tp, fn }) => ratioOf(tp, tp + fn)),
    SD: reverse(({ tn, fp }) => ratioOf(tn, tn + fp)),
    DAR: gap(({ tp, fp }) => ratioOf(tp, tp + fp)),
    DRR: reverse(({ tn, fn }) => ratioOf(tn, tn + fn)),
    TE: reverse(({ fn, fp }) => ratioOf(fn, fp)),
    GE: generalisedEntropy(a, d),
  };
  if (!Number.isNaN(predictions.DPPL)) return figures;
  return Object.fromEntries(Object.keys(figures).map((name) => [name, Number.NaN])) as unknown as PostTrainingBias;
}

/** Mean of ((benefit / mean benefit)^2 - 1) / 2; the benefit is 0 of a false negative, 2 of a false positive, else 1. */
function generalisedEntropy(a: Confusion, d: Confusion): number {
  const [fp, fn] = [a.fp + d.fp, a.fn + d.fn];
  const right = a.tp + a.tn + d.tp + d.tn;
  const rows = right + fp + fn;
  const mean = (right + 2 * fp) / rows;
  return mean === 0 ? Number.NaN : ((right + 4 * fp) / rows / mean ** 2 - 1) / 2;
}
