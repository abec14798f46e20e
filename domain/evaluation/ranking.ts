/** Rows in the order of falling score. */
function fallingOrder(scores: Float64Array): Uint32Array {
  return Uint32Array.from(scores.keys()).sort((a, b) => (scores[b] as number) - (scores[a] as number));
}

/** Calls `use` once per distinct score, from the highest, with the positives and negatives that have it. */
function eachScore(
  labels: Float64Array,
  scores: Float64Array,
  use: (positives: number, negatives: number) => void,
): void {
  const order = fallingOrder(scores);
  let start = 0;
  while (start < order.length) {
    const score = scores[order[start] as number];
    let end = start;
    let positives = 0;
    while (end < order.length && scores[order[end] as number] === score) {
      positives += labels[order[end] as number] as number;
      end += 1;
    }
    use(positives, end - start - positives);
    start = end;
  }
}

/**
 * Area under the ROC curve: the chance that a positive scores above a negative, ties counting one half (Mann-Whitney U).
 *
 * @param labels 0 or 1
 * @returns NaN unless both classes are there
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.roc_auc_score.html (the same value)
 */
export function auc(labels: Float64Array, scores: Float64Array): number {
  let positives = 0;
  let negatives = 0;
  let wins = 0;
  eachScore(labels, scores, (ownPositives, ownNegatives) => {
    wins += ownNegatives * (positives + ownPositives / 2);
    positives += ownPositives;
    negatives += ownNegatives;
  });
  return wins / (positives * negatives);
}

/**
 * Average precision: precision at each distinct score, weighted by the recall gained there; not interpolated.
 *
 * @param labels 0 or 1
 * @returns NaN without positives
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.average_precision_score.html (the same value)
 */
export function averagePrecision(labels: Float64Array, scores: Float64Array): number {
  let positives = 0;
  let rows = 0;
  let sum = 0;
  eachScore(labels, scores, (ownPositives, ownNegatives) => {
    positives += ownPositives;
    rows += ownPositives + ownNegatives;
    sum += ownPositives * (positives / rows);
  });
  return sum / positives;
}
