import { checkBinaryLabels, checkEach, checkLengths, checkNumbers, isProbability } from './checks.ts';

/**
 * Positives and negatives per distinct score or per score bin, in the order of rising score. Whole counts, or the expected
 * ones of an estimate. Those of one group are taken as equal in score.
 */
export interface ScoreGroups {
  readonly positives: ArrayLike<number>;
  readonly negatives: ArrayLike<number>;
}

/** Groups whose scores are known: of each distinct score, or the middles of bins. */
export interface ScoredGroups extends ScoreGroups {
  readonly scores: ArrayLike<number>;
}

/**
 * Rows put together by score.
 *
 * @param positives share of the row that is positive: its label, 0 or 1, or its probability of being positive
 * @param scores not NaN
 * @throws RangeError for other values or lengths that differ
 */
export function groupByScore(positives: ArrayLike<number>, scores: ArrayLike<number>): ScoredGroups {
  checkLengths('labels', positives, 'scores', scores);
  checkEach('labels', positives, 'within 0 and 1', isProbability);
  checkNumbers('scores', scores);
  const order = Uint32Array.from({ length: scores.length }, (_, i) => i);
  order.sort((a, b) => (scores[a] as number) - (scores[b] as number));
  const hits = new Float64Array(order.length);
  const misses = new Float64Array(order.length);
  const distinct = new Float64Array(order.length);
  let count = 0;
  for (let i = 0; i < order.length; i++) {
    const row = order[i] as number;
    if (i > 0 && scores[row] !== distinct[count]) count += 1;
    const share = positives[row] as number;
    distinct[count] = scores[row] as number;
    (hits[count] as number) += share;
    (misses[count] as number) += 1 - share;
  }
  const used = order.length === 0 ? 0 : count + 1;
  return { scores: distinct.subarray(0, used), positives: hits.subarray(0, used), negatives: misses.subarray(0, used) };
}

/**
 * Area under the ROC curve: the chance that a positive scores above a negative, ties counting one half (Mann-Whitney U).
 *
 * @param labels 0 or 1
 * @param scores not NaN
 * @returns in [0, 1]; NaN unless both classes are there
 * @throws RangeError for other labels, a NaN, or lengths that differ
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.roc_auc_score.html (the same value)
 */
export function rocAuc(labels: ArrayLike<number>, scores: ArrayLike<number>): number {
  checkBinaryLabels(labels);
  return rocAucOfGroups(groupByScore(labels, scores));
}

/**
 * Average precision: precision at each distinct score, weighted by the recall gained there; not interpolated.
 *
 * @param labels 0 or 1
 * @param scores not NaN
 * @returns in [0, 1]; NaN without positives
 * @throws RangeError for other labels, a NaN, or lengths that differ
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.average_precision_score.html (the same value)
 */
export function averagePrecision(labels: ArrayLike<number>, scores: ArrayLike<number>): number {
  checkBinaryLabels(labels);
  return averagePrecisionOfGroups(groupByScore(labels, scores));
}

/** {@link rocAuc} of groups. */
export function rocAucOfGroups({ positives, negatives }: ScoreGroups): number {
  let [above, below, wins] = [0, 0, 0];
  for (let i = 0; i < positives.length; i++) {
    const [own, others] = [positives[i] as number, negatives[i] as number];
    wins += own * (below + others / 2);
    above += own;
    below += others;
  }
  return wins / (above * below);
}

/** {@link averagePrecision} of groups. */
export function averagePrecisionOfGroups({ positives, negatives }: ScoreGroups): number {
  let [found, rows, sum] = [0, 0, 0];
  for (let i = positives.length - 1; i >= 0; i--) {
    const own = positives[i] as number;
    found += own;
    rows += own + (negatives[i] as number);
    if (own > 0) sum += own * (found / rows);
  }
  return sum / found;
}

/**
 * Spread of the placements behind an AUC. The placement of a positive is the share of negatives below it (ties one half), of
 * a negative the share of positives above it; the mean of either is the AUC.
 *
 * @returns population variances (divided by the number of rows); NaN without the class
 */
export function placementVariances({ positives, negatives }: ScoreGroups): { positive: number; negative: number } {
  let [allPositives, allNegatives] = [0, 0];
  for (let i = 0; i < positives.length; i++) {
    allPositives += positives[i] as number;
    allNegatives += negatives[i] as number;
  }
  const auc = rocAucOfGroups({ positives, negatives });
  let [below, above, ofPositives, ofNegatives] = [0, allPositives, 0, 0];
  for (let i = 0; i < positives.length; i++) {
    const [own, others] = [positives[i] as number, negatives[i] as number];
    above -= own;
    ofPositives += own * ((below + others / 2) / allNegatives - auc) ** 2;
    ofNegatives += others * ((above + own / 2) / allPositives - auc) ** 2;
    below += others;
  }
  return { positive: ofPositives / allPositives, negative: ofNegatives / allNegatives };
}

/**
 * Standard error of the AUC by DeLong, DeLong and Clarke-Pearson (1988): the sample variances of both placements, each
 * divided by its number of rows. Of score bins it is that of the binned scores.
 *
 * @param groups whole counts
 * @returns NaN with fewer than two rows of either class
 * @see https://doi.org/10.2307/2531595
 */
export function rocAucStandardError(groups: ScoreGroups): number {
  const { positive, negative } = placementVariances(groups);
  const count = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0);
  const [p, n] = [count(groups.positives), count(groups.negatives)];
  return p < 2 || n < 2 ? Number.NaN : Math.sqrt(positive / (p - 1) + negative / (n - 1));
}
