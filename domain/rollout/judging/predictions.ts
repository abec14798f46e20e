import { anytimePValue } from '../../../stats/sequential/evidence.ts';
import { logMeanExp } from '../../../stats/sequential/log-sum-exp.ts';
import { meanDifferenceTest } from '../../../stats/sequential/mean-difference.ts';
import { gridOf, PREDICTION_BINS } from '../bins.ts';
import { armTotal, type Evidence, once, stagesOf, type Tested, tested, total } from './tested.ts';

const GRID = gridOf(PREDICTION_BINS);
const MIDDLES = [0.25, 0.5, 0.75];

/**
 * Functions that rise and fall by at most 1 in 1: the farthest apart that such a function puts two distributions is how far
 * predictions would have to be moved, on average, to make one of them the other (Kantorovich, Rubinstein). Their bends are
 * points of the grid, so that counting at the grid does not change their means.
 */
const SLOPES: readonly (readonly number[])[] = [
  GRID,
  GRID.map((x) => 1 - x),
  ...MIDDLES.flatMap((middle) => {
    const away = GRID.map((x) => Math.abs(x - middle));
    return [away, away.map((distance) => 1 - distance)];
  }),
];

/** A class, and all others. */
const classesOf = (classes: number): readonly (readonly number[])[] =>
  Array.from({ length: Math.min(classes, PREDICTION_BINS) }, (_, k) => GRID.map((_, i) => (i === k ? 1 : 0))).flatMap(
    (one) => [one, one.map((x) => 1 - x)],
  );

const slopeTests = once((margin: number) => SLOPES.map((values) => meanDifferenceTest({ values, margin })));

/**
 * Whether the predictions of the two are distributed differently: by more than the margin, as a share of the range, on average;
 * or a class predicted more or less often by more than the margin. The mean of several e-processes is one, so the functions
 * share the level without being counted one by one.
 */
export function testPredictions(evidence: Evidence): Tested[] {
  const { judging, steps, classes } = evidence;
  const { margin } = judging.predictions;
  const [candidate, others] = [armTotal(steps, 'candidate').predictions, armTotal(steps, 'others').predictions];
  if (total(candidate) === 0 || total(others) === 0) return [];
  const tests =
    classes === undefined
      ? slopeTests(margin)
      : classesOf(classes).map((values) => meanDifferenceTest({ values, margin }));
  const stages = stagesOf(evidence, 'predictions');
  const pValue = anytimePValue(logMeanExp(tests.map((test) => test(stages))));
  const text =
    classes === undefined
      ? `predictions ${moved(candidate, others).toFixed(3)} of their range from the champion's on average: by more than ${margin}`
      : `class shares up to ${largestGap(candidate, others).toFixed(3)} from the champion's: by more than ${margin}`;
  return [tested('predictions', evidence, pValue, text)];
}

/** The earth mover's distance of two histograms over the grid, as a share of its length. */
function moved(a: readonly number[], b: readonly number[]): number {
  let [ahead, sum] = [0, 0];
  for (let i = 0; i + 1 < GRID.length; i++) {
    ahead += (a[i] as number) / total(a) - (b[i] as number) / total(b);
    sum += Math.abs(ahead) / (GRID.length - 1);
  }
  return sum;
}

const largestGap = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((count, i) => Math.abs(count / total(a) - (b[i] as number) / total(b))));
