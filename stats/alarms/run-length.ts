import { type GapTree, gapTree, historiesOf } from './gap-tree.ts';

/** An alarm is raised at a window that breaches, if at least `breaches` of the last `of` windows breached, it included. */
export interface AlarmRule {
  /** k: 1 to `of`. */
  readonly breaches: number;
  /** n: 1 to 30. */
  readonly of: number;
}

/** One window an hour or a day: nobody remembers longer than 30. */
const MOST_WINDOWS = 30;
/** Histories that are computed with: 5 of 30 has 3,654, 8 of 16 has 5,005. */
const MOST_HISTORIES = 50_000;
/** Below it a product of probabilities would lose digits. */
const LEAST_CHANCE = 1e-280;
const MOST_BETWEEN_ALARMS = 1e100;
/** Relative; rounding alone moves a settled hazard by less. */
const SETTLED = 1e-12;
/** Answers that are kept: every model of a platform asks for its own at every window, and most ask the same. */
const MOST_KEPT = 1_000;
/** Width in ln p at which the search for a probability ends. */
const CLOSE = 1e-12;

/**
 * Expected number of windows up to and including the first alarm, from no history, when windows breach independently.
 *
 * Exact up to rounding (about 1e-11, relative). By Wald's identity it is the expected number of breaches divided by the
 * probability of one; breaches are counted by the Markov chain over the gaps between the latest (see GapTree), step by
 * step until the chance of an alarm at the next breach, given none so far, has settled: the rest is a geometric series.
 * 1 of n is 1/p; n of n is (1 - p^n) / (p^n (1 - p)).
 *
 * @param breachProbability p of one window, in [0, 1]
 * @returns windows, at least `breaches`; Infinity at p = 0 and where p^k is below 1e-280
 * @throws RangeError where p, k or n is out of range, or (n - 1) choose (k - 2) is over 50,000
 * @see Fu, Koutras (1994), "Distribution theory of runs: a Markov chain approach"
 */
export function expectedWindowsBetweenAlarms({
  breachProbability,
  breaches,
  of,
}: AlarmRule & { readonly breachProbability: number }): number {
  if (!(breachProbability >= 0 && breachProbability <= 1)) {
    throw new RangeError(`breachProbability must be from 0 to 1, got ${breachProbability}`);
  }
  return runLength({ breaches, of })(breachProbability);
}

/**
 * The inverse: the probability of a breach at which alarms are expected after so many windows. The expectation falls as
 * the probability rises, so it is found between bounds, by false position over logarithms.
 *
 * @param windowsBetweenAlarms from `breaches` to 1e100
 * @returns in (0, 1], with a relative error below 1e-9; remembered, so that asking again costs nothing
 * @throws RangeError as expectedWindowsBetweenAlarms does
 */
export function breachProbabilityFor({
  windowsBetweenAlarms,
  breaches,
  of,
}: AlarmRule & { readonly windowsBetweenAlarms: number }): number {
  const key = `${windowsBetweenAlarms} ${breaches} ${of}`;
  const known = KEPT.get(key);
  if (known !== undefined) return known;
  const p = findProbability(windowsBetweenAlarms, { breaches, of });
  if (KEPT.size >= MOST_KEPT) KEPT.clear();
  KEPT.set(key, p);
  return p;
}

const KEPT = new Map<string, number>();

function findProbability(windowsBetweenAlarms: number, { breaches, of }: AlarmRule): number {
  const expected = runLength({ breaches, of });
  if (!(windowsBetweenAlarms >= breaches && windowsBetweenAlarms <= MOST_BETWEEN_ALARMS)) {
    throw new RangeError(
      `windowsBetweenAlarms must be from ${breaches} to ${MOST_BETWEEN_ALARMS}, got ${windowsBetweenAlarms}`,
    );
  }
  const target = Math.log(windowsBetweenAlarms);
  // k in a row are an alarm: expected <= k p^-k; one starts at a window with a chance of at most (n - 1 over k - 1) p^k
  const low = -(Math.log(2 * (windowsBetweenAlarms + 1)) + logChoose(of - 1, breaches - 1)) / breaches;
  const high = Math.min(0, (Math.log(breaches) - target) / breaches);
  return Math.exp(falsePosition((logP) => Math.log(expected(Math.exp(logP))) - target, low, high));
}

/** The expectation as a function of p, for one rule. */
function runLength({ breaches, of }: AlarmRule): (p: number) => number {
  if (!(Number.isInteger(of) && of >= 1 && of <= MOST_WINDOWS)) {
    throw new RangeError(`of must be a whole number of windows from 1 to ${MOST_WINDOWS}, got ${of}`);
  }
  if (!(Number.isInteger(breaches) && breaches >= 1 && breaches <= of)) {
    throw new RangeError(`breaches must be a whole number from 1 to ${of}, got ${breaches}`);
  }
  if (breaches === 1) return (p) => 1 / p;
  const histories = historiesOf(breaches, of);
  if (histories > MOST_HISTORIES) {
    throw new RangeError(
      `breaches ${breaches} of ${of} has ${histories} histories, ${MOST_HISTORIES} are allowed: nearer to 1 or to ${of} has fewer`,
    );
  }
  const tree = gapTree(breaches, of);
  return (p) => expectedBreaches(tree, { breaches, of }, p) / p;
}

function expectedBreaches(tree: GapTree, { breaches, of }: AlarmRule, p: number): number {
  if (p ** breaches < LEAST_CHANCE) return Number.POSITIVE_INFINITY;
  const slack = of - breaches;
  const gapOf = Float64Array.from({ length: slack + 1 }, (_, gap) => p * (1 - p) ** gap);
  // P(gap <= left), without cancellation where p is small
  const within = Float64Array.from({ length: slack + 1 }, (_, left) => -Math.expm1((left + 1) * Math.log1p(-p)));
  const beyond = (1 - p) ** (slack + 1);
  let now = new Float64Array(tree.size);
  let next = new Float64Array(tree.size);
  const tails = new Float64Array(tree.size);
  // the first breach is certain, and leaves a history without gaps
  now[0] = 1;
  let [expected, surviving, hazard, settledFor] = [2, 1, 0, 0];
  for (;;) {
    let alarm = 0;
    for (let i = tree.longest; i < tree.size; i++) {
      alarm += (now[i] as number) * (within[slack - (tree.spent[i] as number)] as number);
    }
    const latest = alarm / surviving;
    const rest = (surviving * (1 - latest)) / latest;
    const unsettled = (Math.abs(latest - hazard) / latest) * Math.min(1, rest / expected);
    settledFor = unsettled <= SETTLED ? settledFor + 1 : 0;
    // a whole alarm's worth of breaches, so that a hazard which pauses is not taken for one that has settled
    if (settledFor >= breaches || surviving === alarm) return expected + rest;
    hazard = latest;
    surviving = step(tree, { slack, gapOf, beyond, surviving }, { now, next, tails });
    expected += surviving;
    [now, next] = [next, now];
  }
}

interface Chances {
  readonly slack: number;
  readonly gapOf: Float64Array;
  readonly beyond: number;
  readonly surviving: number;
}

interface Masses {
  readonly now: Float64Array;
  readonly next: Float64Array;
  /** Scratch: of each node and the later children of its parent, with all below them. */
  readonly tails: Float64Array;
}

/**
 * Probabilities of the histories one breach later, of those without an alarm.
 *
 * @returns their sum
 */
function step(tree: GapTree, { slack, gapOf, beyond, surviving }: Chances, { now, next, tails }: Masses): number {
  const { size, spent, newest, older, firstChild } = tree;
  for (let i = size - 1; i > 0; i--) {
    const child = firstChild[i] as number;
    const below = (now[i] as number) + (child === 0 ? 0 : (tails[child] as number));
    tails[i] = below + (spent[i] === slack ? 0 : (tails[i + 1] as number));
  }
  let sum = beyond * surviving;
  next[0] = sum;
  for (let i = 1; i < size; i++) {
    const gap = newest[i] as number;
    const from = older[i] as number;
    const child = firstChild[from] as number;
    // longer histories end here too, if their next gap no longer fits beside the new one
    const cut = gap === 0 ? 0 : (tails[child + slack - (spent[i] as number) + 1] as number);
    const mass = (gapOf[gap] as number) * ((now[from] as number) + cut);
    next[i] = mass;
    sum += mass;
  }
  return sum;
}

function logChoose(n: number, k: number): number {
  let log = 0;
  for (let i = 1; i <= k; i++) log += Math.log((n - k + i) / i);
  return log;
}

/** The zero of a falling function between two bounds: the Illinois variant of false position. */
function falsePosition(f: (x: number) => number, from: number, to: number): number {
  let [low, high, fLow, fHigh] = [from, to, f(from), f(to)];
  if (fLow <= 0) return low;
  if (fHigh >= 0) return high;
  let kept = 0;
  while (high - low > CLOSE) {
    const middle = (low * -fHigh + high * fLow) / (fLow - fHigh);
    const value = f(middle);
    if (value === 0 || middle <= low || middle >= high) return middle;
    if (value > 0) {
      [low, fLow] = [middle, value];
      if (kept === 1) fHigh /= 2;
      kept = 1;
    } else {
      [high, fHigh] = [middle, value];
      if (kept === -1) fLow /= 2;
      kept = -1;
    }
    if (Math.abs(value) <= CLOSE) return middle;
  }
  return (low + high) / 2;
}
