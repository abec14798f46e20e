import { logSumExp } from './log-sum-exp.ts';
import { checkCounts, checkValues } from './values.ts';

/** What two arms answered while the candidate had one share of the traffic. */
export interface ArmCounts {
  /** Chance that an observation was given to the candidate, between 0 and 1. */
  readonly share: number;
  /** Observations of the candidate per value. */
  readonly candidate: readonly number[];
  /** Observations of the champion per value. */
  readonly champion: readonly number[];
}

/** Champion's means that are bet on, and by how much more than the margin the candidate's is higher. */
const CHAMPION_MEANS = [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 0.6];
const EXCESSES = [0.003, 0.008, 0.02, 0.05, 0.12, 0.3, 0.6, 0.95];
const HIGHEST = 0.995;
const PROJECTION_ROUNDS = 40;

/**
 * A test of two means of values in [0, 1], valid at every look: is the candidate's higher than the champion's by more than
 * `margin`? For proportions the values are 0 and 1; for a latency they are one per bin of a fixed histogram, as shares of the
 * longest that is told apart, and the means are those of the values.
 *
 * Null hypothesis: of every observation, mean of the candidate ≤ mean of the champion + margin, whichever they are and
 * however they change in time; an observation goes to the candidate by chance, with its share. Each of some sixty pairs of
 * means (a*, b*) bets against it: an observation x of an arm multiplies its wealth by x m*⁄m° + (1 − x)(1 − m*)⁄(1 − m°),
 * where (a°, b°) is the point of the null hypothesis nearest to (a*, b*) in Kullback–Leibler divergence weighted by the
 * shares. That divergence is convex and so is the null hypothesis, hence no mean in it makes the expected factor exceed 1.
 * The evidence is the mean wealth: reject at level alpha once `anytimePValue` of it is at most alpha. One-sided. An observation
 * may be split between values in parts that add up to one and keep its mean: as the logarithm is concave, that never adds to
 * the evidence.
 *
 * @param test.values in [0, 1], those that an observation can have
 * @param test.margin at least 0 and below 1
 * @returns of the stages so far, each with its own share and counts: natural logarithm of the e-process
 * @throws RangeError
 * @see Turner, Ly, Grünwald (2024), "Generic E-variables for exact sequential k-sample tests that allow for optional stopping"
 * @see Turner, Grünwald (2023), "Exact anytime-valid confidence intervals for contingency tables and beyond": the margin
 * @see Waudby-Smith, Ramdas (2024), "Estimating means of bounded random variables by betting": values between 0 and 1
 */
export function meanDifferenceTest(test: {
  readonly values: readonly number[];
  readonly margin: number;
}): (stages: readonly ArmCounts[]) => number {
  const { values, margin } = test;
  if (!(margin >= 0 && margin < 1)) throw new RangeError(`margin must be at least 0 and below 1, got ${margin}`);
  checkValues(values);
  const alternatives = alternativesTo(margin);
  const betsAt = new Map<number, readonly Bet[]>();
  return (stages) => {
    const wealth = new Array<number>(alternatives.length).fill(-Math.log(alternatives.length));
    for (const { share, candidate, champion } of stages) {
      checkStage(share, candidate, champion, values.length);
      const bets = betsAt.get(share) ?? alternatives.map((means) => betOn(means, share, margin, values));
      betsAt.set(share, bets);
      bets.forEach((bet, i) => {
        wealth[i] = (wealth[i] as number) + weighted(candidate, bet.candidate) + weighted(champion, bet.champion);
      });
    }
    return logSumExp(wealth);
  };
}

/** Trials of both arms at one share, and how many were successes. */
export interface ArmProportions {
  readonly share: number;
  readonly candidate: { readonly successes: number; readonly trials: number };
  readonly champion: { readonly successes: number; readonly trials: number };
}

/**
 * {@link meanDifferenceTest} of two proportions: is the candidate's higher than the champion's by more than `margin`?
 *
 * @throws RangeError
 */
export function proportionDifferenceTest(margin: number): (stages: readonly ArmProportions[]) => number {
  const evidence = meanDifferenceTest({ values: [0, 1], margin });
  const counts = ({ successes, trials }: ArmProportions['candidate']) => [trials - successes, successes];
  return (stages) =>
    evidence(
      stages.map(({ share, candidate, champion }) => ({
        share,
        candidate: counts(candidate),
        champion: counts(champion),
      })),
    );
}

interface Means {
  readonly champion: number;
  readonly candidate: number;
}

/** Logarithms of the factors, per value. */
interface Bet {
  readonly champion: readonly number[];
  readonly candidate: readonly number[];
}

function alternativesTo(margin: number): Means[] {
  return CHAMPION_MEANS.flatMap((champion) => {
    const room = HIGHEST - champion - margin;
    const excesses = room > 0 ? EXCESSES.filter((excess) => excess < room) : [];
    const gaps = excesses.length > 0 ? excesses : [(1 - champion - margin) / 2].filter((gap) => gap > 0);
    return gaps.map((gap) => ({ champion, candidate: champion + margin + gap }));
  });
}

function betOn(means: Means, share: number, margin: number, values: readonly number[]): Bet {
  const nearest = project(means, share, margin);
  const factors = (bet: number, none: number) =>
    values.map((x) => Math.log((x * bet) / none + ((1 - x) * (1 - bet)) / (1 - none)));
  return {
    champion: factors(means.champion, nearest),
    candidate: factors(means.candidate, nearest + margin),
  };
}

/** The champion's mean of the null hypothesis nearest to the alternative, where the candidate's is higher by the margin. */
function project({ champion, candidate }: Means, share: number, margin: number): number {
  const slope = (mean: number, bet: number) => (mean - bet) / (mean * (1 - mean));
  let [low, high] = [champion, candidate - margin];
  for (let i = 0; i < PROJECTION_ROUNDS; i++) {
    const middle = (low + high) / 2;
    if ((1 - share) * slope(middle, champion) + share * slope(middle + margin, candidate) > 0) high = middle;
    else low = middle;
  }
  return (low + high) / 2;
}

function weighted(counts: readonly number[], logFactors: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i] as number;
    if (count !== 0) sum += count * (logFactors[i] as number);
  }
  return sum;
}

function checkStage(share: number, candidate: readonly number[], champion: readonly number[], bins: number): void {
  if (!(share > 0 && share < 1)) throw new RangeError(`share must be between 0 and 1, got ${share}`);
  checkCounts(candidate, bins);
  checkCounts(champion, bins);
}
