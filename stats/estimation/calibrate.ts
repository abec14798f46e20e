import { normalQuantile } from '../distributions/normal.ts';
import type { ScoreHistogram } from '../quality/binary-counts.ts';
import { type CalibrationBin, calibrationErrorOf } from '../quality/calibration.ts';
import { rocAucOfGroups, type ScoredGroups } from '../quality/ranking.ts';
import { type CalibrationMap, calibrated, fitIsotonic, IDENTITY_MAP } from './isotonic.ts';

/** Parts that calibration is tried on in turn, and bins of equal mass that its error is measured in, as in NannyML. */
const FOLDS = 10;
const BINS = 10;
/** Scores that rank this well are left alone, as in NannyML. */
const PERFECT_AUC = 0.999;

/** Score bins of equal width over [0, 1], each taken as its middle. */
export function binnedGroups({ positives, negatives }: Readonly<ScoreHistogram>): ScoredGroups {
  return { scores: binMiddles(positives.length), positives, negatives };
}

/** Scores that stand for bins of equal width over [0, 1], in order. */
export const binMiddles = (bins: number): number[] => Array.from({ length: bins }, (_, i) => (i + 0.5) / bins);

/**
 * The map from scores to probabilities that a reference asks for: isotonic if {@link needsCalibration}, else the identity.
 *
 * @param groups whole counts; scores in [0, 1]
 */
export function fitCalibration(groups: ScoredGroups): CalibrationMap {
  return needsCalibration(groups) ? fitIsotonic(groups) : IDENTITY_MAP;
}

/**
 * Whether isotonic calibration lowers the expected calibration error on rows it was not fitted on: rows go to ten folds by
 * chance (always the same one for the same counts); each fold is calibrated by the other nine, and its error, in ten bins of
 * equal mass, must fall in every one. So says NannyML's documentation; its code (0.13.1) compares the errors of ten random
 * tenths put together, where chance cancels after calibration and not before, so that it calibrates calibrated scores too.
 *
 * @param groups whole counts; scores in [0, 1]. Each fold is sorted: of a million rows take bins
 * @returns false for fewer than ten rows of either class, and for an AUC above 0.999
 */
export function needsCalibration(groups: ScoredGroups): boolean {
  const sum = (counts: ArrayLike<number>) => Array.from(counts).reduce((total, count) => total + count, 0);
  if (sum(groups.positives) < FOLDS || sum(groups.negatives) < FOLDS) return false;
  if (rocAucOfGroups(groups) > PERFECT_AUC) return false;
  const random = uniform(SEED);
  const positives = dealt(groups.positives, random);
  const negatives = dealt(groups.negatives, random);
  return positives.every((hits, fold) => gains(groups, { positives: hits, negatives: negatives[fold] as number[] }));
}

/** Whether calibration by the rest of the groups lowers the error of the rows held out. */
function gains(groups: ScoredGroups, held: ScoreHistogram): boolean {
  if (held.positives.every((hits, i) => hits + (held.negatives[i] as number) === 0)) return false;
  const map = fitIsotonic({
    scores: groups.scores,
    positives: held.positives.map((count, i) => (groups.positives[i] as number) - count),
    negatives: held.negatives.map((count, i) => (groups.negatives[i] as number) - count),
  });
  const errorOf = (probabilityOf: (score: number) => number) => {
    const items = held.positives.map((positives, i) => ({
      probability: probabilityOf(groups.scores[i] as number),
      positives,
      rows: positives + (held.negatives[i] as number),
    }));
    return calibrationErrorOf(equalMass(items.filter(({ rows }) => rows > 0)));
  };
  return errorOf((score) => calibrated(map, score)) < errorOf((score) => score);
}

const SEED = 20_261_123;

/** Counts per fold and group, each row falling to any fold with the same chance. */
function dealt(counts: ArrayLike<number>, random: () => number): number[][] {
  const left = Array.from(counts);
  return Array.from({ length: FOLDS }, (_, fold) =>
    left.map((count, i) => {
      const own = binomialDraw(count, 1 / (FOLDS - fold), random);
      left[i] = count - own;
      return own;
    }),
  );
}

/** From here on a binomial count is as good as normal. */
const NORMAL_FROM = 1_000;

function binomialDraw(trials: number, p: number, random: () => number): number {
  if (p === 1) return trials;
  if (trials < NORMAL_FROM) {
    let hits = 0;
    for (let i = 0; i < trials; i++) if (random() < p) hits += 1;
    return hits;
  }
  const draw = Math.round(trials * p + normalQuantile(random()) * Math.sqrt(trials * p * (1 - p)));
  return Math.min(trials, Math.max(0, draw));
}

/** Uniform in (0, 1), by a linear congruence (Numerical Recipes, 7.1). */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
}

interface Weighted {
  readonly probability: number;
  readonly positives: number;
  readonly rows: number;
}

/** Bins of as many rows each as rows of one score, which stay together, allow. */
function equalMass(items: readonly Weighted[]): CalibrationBin[] {
  const total = items.reduce((sum, { rows }) => sum + rows, 0);
  const sums = Array.from({ length: BINS }, () => ({ rows: 0, probability: 0, positives: 0 }));
  let below = 0;
  for (const { probability, positives, rows } of items.toSorted((a, b) => a.probability - b.probability)) {
    const bin = sums[Math.floor(((below + rows / 2) / total) * BINS)] as (typeof sums)[number];
    bin.rows += rows;
    bin.probability += rows * probability;
    bin.positives += positives;
    below += rows;
  }
  return sums
    .filter(({ rows }) => rows > 0)
    .map(({ rows, probability, positives }) => ({
      rows,
      meanProbability: probability / rows,
      positiveShare: positives / rows,
    }));
}
