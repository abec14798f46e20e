import type { Path, Report } from '../problem.ts';

/** Figures that cannot leave a range; r2 is at most 1, losses are at least 0. */
const RANGES: Readonly<Record<string, readonly [low: number, high: number]>> = {
  auc: [0, 1],
  average_precision: [0, 1],
  accuracy: [0, 1],
  precision: [0, 1],
  recall: [0, 1],
  f1: [0, 1],
  f1_macro: [0, 1],
  brier: [0, 1],
  r2: [Number.NEGATIVE_INFINITY, 1],
  log_loss: [0, Number.POSITIVE_INFINITY],
  rmse: [0, Number.POSITIVE_INFINITY],
  mae: [0, Number.POSITIVE_INFINITY],
  mape: [0, Number.POSITIVE_INFINITY],
  demographic_parity_difference: [-1, 1],
  accuracy_difference: [-1, 1],
  equal_opportunity_difference: [-1, 1],
  equalized_odds_difference: [-1, 1],
  disparate_impact: [0, Number.POSITIVE_INFINITY],
};
interface Bounded {
  readonly metric?: string | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

/** Bounds of a figure leave room between them, and lie where the figure can. */
export function boundRules({ min, max, metric }: Bounded, path: Path, report: Report): void {
  if (min !== undefined && max !== undefined && min > max)
    report([...path, 'min'], 'is above max', min, `at most ${max}`);
  const range = metric !== undefined && Object.hasOwn(RANGES, metric) ? RANGES[metric] : undefined;
  if (!range) return;
  const [low, high] = range;
  for (const [bound, value] of Object.entries({ min, max }))
    if (value !== undefined && (value < low || value > high))
      report([...path, bound], `is out of the range of ${metric}`, value, rangeText(low, high));
}

function rangeText(low: number, high: number): string {
  if (low === Number.NEGATIVE_INFINITY) return `at most ${high}`;
  return high === Number.POSITIVE_INFINITY ? `at least ${low}` : `${low} to ${high}`;
}
