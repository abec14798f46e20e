import type { Interval } from '../intervals/index.ts';
import type { ScoreGroups } from './ranking.ts';

/**
 * How far the AUC of binned scores can be from that of the scores themselves: half the share of pairs of a positive and a
 * negative that lie in one bin.
 *
 * @returns in [0, 0.5]; NaN unless both classes are there
 */
export function rocAucBinningError({ positives, negatives }: ScoreGroups): number {
  let [together, allPositives, allNegatives] = [0, 0, 0];
  for (let i = 0; i < positives.length; i++) {
    together += (positives[i] as number) * (negatives[i] as number);
    allPositives += positives[i] as number;
    allNegatives += negatives[i] as number;
  }
  return together / (2 * allPositives * allNegatives);
}

/**
 * Least and greatest average precision that scores in these bins can have: with the negatives of each bin above its positives,
 * or its positives, all tied, above its negatives.
 *
 * @param groups whole counts
 * @returns NaN without positives
 */
export function averagePrecisionBounds({ positives, negatives }: ScoreGroups): Interval {
  let [found, rows, low, high] = [0, 0, 0, 0];
  for (let i = positives.length - 1; i >= 0; i--) {
    const [own, others] = [positives[i] as number, negatives[i] as number];
    if (own > 0) high += (own * (found + own)) / (rows + own);
    // the j-th positive has precision (found + j) / (above + j), j = 1 .. own
    const above = rows + others;
    low += own - (above - found) * harmonicBetween(above, above + own);
    found += own;
    rows = above + own;
  }
  return { lower: low / found, upper: high / found };
}

/** From here on the expansion below is exact to rounding. */
const ASYMPTOTIC_FROM = 64;

/** 1 / (from + 1) + ... + 1 / to. */
function harmonicBetween(from: number, to: number): number {
  let sum = 0;
  let start = from;
  while (start < to && start < ASYMPTOTIC_FROM) {
    start += 1;
    sum += 1 / start;
  }
  return start === to ? sum : sum + Math.log(to / start) + harmonicRest(to) - harmonicRest(start);
}

/** H(n) - ln n - Euler's constant. @see https://dlmf.nist.gov/5.11#E2 */
const harmonicRest = (n: number): number => 1 / (2 * n) - 1 / (12 * n ** 2) + 1 / (120 * n ** 4) - 1 / (252 * n ** 6);
