import type { ScoredGroups } from '../quality/ranking.ts';

/**
 * A rising map from score to probability: straight lines between points, constant before the first and after the last. Plain
 * JSON.
 */
export interface CalibrationMap {
  /** Rising. */
  readonly scores: readonly number[];
  /** In [0, 1], never falling; as many. */
  readonly probabilities: readonly number[];
}

/** Scores are probabilities already. */
export const IDENTITY_MAP: CalibrationMap = { scores: [0, 1], probabilities: [0, 1] };

/**
 * Isotonic regression of label on score: the rising map with the least squared error (pool adjacent violators). As
 * scikit-learn's `IsotonicRegression(out_of_bounds='clip')`, `X_thresholds_` and `y_thresholds_` being the points.
 *
 * @param groups rows by distinct score (`groupByScore`) or by bin (`binnedGroups`); those without rows are left out
 * @throws RangeError for no rows
 * @see Barlow, Bartholomew, Bremner, Brunk (1972), "Statistical inference under order restrictions"
 */
export function fitIsotonic({ scores, positives, negatives }: ScoredGroups): CalibrationMap {
  const kept = Array.from(scores, (_, i) => i).filter((i) => (positives[i] as number) + (negatives[i] as number) > 0);
  if (kept.length === 0) throw new RangeError('calibration must have at least one row, got none');
  // each pool: its positives, its rows, its groups
  const pools: [number, number, number][] = [];
  for (const i of kept) {
    let pool: [number, number, number] = [
      positives[i] as number,
      (positives[i] as number) + (negatives[i] as number),
      1,
    ];
    let last = pools.at(-1);
    while (last && last[0] * pool[1] >= pool[0] * last[1]) {
      pool = [last[0] + pool[0], last[1] + pool[1], last[2] + pool[2]];
      pools.pop();
      last = pools.at(-1);
    }
    pools.push(pool);
  }
  const values = pools.flatMap(([hits, rows, size]) => new Array<number>(size).fill(hits / rows));
  // within a pool only its ends matter
  const points = kept.flatMap((group, i) =>
    i === 0 || i === kept.length - 1 || values[i] !== values[i - 1] || values[i] !== values[i + 1]
      ? [{ score: scores[group] as number, probability: values[i] as number }]
      : [],
  );
  return {
    scores: points.map(({ score }) => score),
    probabilities: points.map(({ probability }) => probability),
  };
}

/** Probability that the map gives to a score. */
export function calibrated({ scores, probabilities }: CalibrationMap, score: number): number {
  let [low, high] = [0, scores.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((scores[middle] as number) <= score) low = middle + 1;
    else high = middle;
  }
  if (low === 0) return probabilities[0] as number;
  if (low === scores.length) return probabilities[low - 1] as number;
  const [x0, x1] = [scores[low - 1] as number, scores[low] as number];
  const [y0, y1] = [probabilities[low - 1] as number, probabilities[low] as number];
  return y0 + ((y1 - y0) * (score - x0)) / (x1 - x0);
}
