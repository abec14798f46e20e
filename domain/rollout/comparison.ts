import type { Compared } from '../registry/request-counts.ts';

/** Upper ends of the bins that differences are counted in; the last bin has none. */
export const DIFFERENCE_ENDS = [0, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1, 10, 100, 1_000] as const;
export const DIFFERENCE_BINS = DIFFERENCE_ENDS.length + 1;

/** Attributes of a counts item, beside those of domain/rollout/bins.ts. */
export const COMPARED_NAMES = {
  requests: 'cq',
  rows: 'cn',
  disagreeing: 'cd',
  sampled: 'cs',
  differenceSum: 'cm',
} as const;
export const DIFFERENCE_NAME = 'd';

/** What two versions predicted of the same rows: one number per row, or one per class. Row-major. */
export interface Answers {
  readonly values: ArrayLike<number>;
  readonly rows: number;
  readonly width: number;
}

export interface Agreement {
  readonly task: 'binary' | 'multiclass' | 'regression';
  readonly threshold: number;
  readonly tolerance: number;
}

/**
 * One request, answered by both.
 *
 * @param sample row that stands for the request in a test: rows of one request are not independent of each other
 * @throws RangeError unless both are of the same shape
 */
export function compareAnswers(
  champion: Answers,
  candidate: Answers,
  { task, threshold, tolerance }: Agreement,
  sample: number,
): Compared {
  const { rows, width } = champion;
  if (candidate.rows !== rows || candidate.width !== width) {
    throw new RangeError(`${rows} × ${width} predictions beside ${candidate.rows} × ${candidate.width}`);
  }
  let [disagreeing, differenceSum, largest, sampled] = [0, 0, 0, 0];
  for (let row = 0; row < rows; row++) {
    const difference = differenceOf(champion, candidate, row);
    const otherwise =
      task === 'regression'
        ? difference > tolerance
        : decisionOf(champion, row, threshold) !== decisionOf(candidate, row, threshold);
    if (otherwise) disagreeing++;
    if (otherwise && row === sample) sampled = 1;
    differenceSum += difference;
    largest = Math.max(largest, difference);
  }
  const differences = new Array<number>(DIFFERENCE_BINS).fill(0);
  differences[differenceBin(largest)] = 1;
  return { requests: 1, rows, disagreeing, sampled, differenceSum, differences };
}

/** Of several classes the largest one: the probabilities sum to 1, so that all differ when one does. */
function differenceOf(a: Answers, b: Answers, row: number): number {
  let largest = 0;
  for (let i = row * a.width; i < (row + 1) * a.width; i++) {
    largest = Math.max(largest, Math.abs((a.values[i] as number) - (b.values[i] as number)));
  }
  return largest;
}

function decisionOf({ values, width }: Answers, row: number, threshold: number): number {
  if (width === 1) return (values[row] as number) >= threshold ? 1 : 0;
  let best = 0;
  for (let i = 1; i < width; i++) {
    if ((values[row * width + i] as number) > (values[row * width + best] as number)) best = i;
  }
  return best;
}

function differenceBin(difference: number): number {
  const bin = DIFFERENCE_ENDS.findIndex((end) => difference <= end);
  return bin < 0 ? DIFFERENCE_BINS - 1 : bin;
}

export const noneCompared = (): Compared => ({
  requests: 0,
  rows: 0,
  disagreeing: 0,
  sampled: 0,
  differenceSum: 0,
  differences: new Array(DIFFERENCE_BINS).fill(0),
});

export function addCompared(a: Compared, b: Compared): Compared {
  return {
    requests: a.requests + b.requests,
    rows: a.rows + b.rows,
    disagreeing: a.disagreeing + b.disagreeing,
    sampled: a.sampled + b.sampled,
    differenceSum: a.differenceSum + b.differenceSum,
    differences: a.differences.map((count, i) => count + (b.differences[i] ?? 0)),
  };
}

/** What is read of it: how often and how far two versions differ. */
export function comparisonOf({ requests, rows, disagreeing, differenceSum, differences }: Compared) {
  const last = differences.findLastIndex((count) => count > 0);
  return {
    requests,
    rows,
    /** Of the rows, the share that is decided otherwise. */
    disagreement: rows === 0 ? 0 : disagreeing / rows,
    meanDifference: rows === 0 ? 0 : differenceSum / rows,
    /** No difference is larger; absent when there was a larger one than is told apart. */
    ...(last < DIFFERENCE_ENDS.length && { largestAtMost: DIFFERENCE_ENDS[Math.max(0, last)] as number }),
    differences,
  };
}
