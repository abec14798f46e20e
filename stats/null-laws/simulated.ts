import { refuseAlpha } from './sizes.ts';

export interface SimulationOptions {
  /** Rows of the samples that are drawn. */
  readonly reference: number;
  readonly current: number;
  /** Pairs drawn. @default 1000 */
  readonly draws?: number;
  /** Uniform in [0, 1); a seeded generator makes the result the same each time. */
  readonly random: () => number;
}

/** Scores of pairs that were drawn from one sample. */
export interface SimulatedNull {
  readonly mean: number;
  /** What at most a share alpha of the draws exceeds: the nearest rank. @throws RangeError for an alpha outside (0, 1) */
  critical(alpha: number): number;
  /** (1 + draws at least as large) / (1 + draws): never 0, valid whatever the score. */
  pValue(score: number): number;
}

/**
 * The law of any score under no drift, for those without a formula: Wasserstein and energy distance depend on the
 * distribution itself. Both sides are drawn with replacement from one sample, the bootstrap of a reference.
 *
 * @param values what both sides come from, finite, at least one
 * @throws RangeError for no value, or sizes or draws that are not positive integers
 * @see Davison, Hinkley (1997), "Bootstrap methods and their application", 4.4
 */
export function simulatedNull(
  score: (reference: Float64Array, current: Float64Array) => number,
  values: Float64Array,
  { reference, current, draws = 1000, random }: SimulationOptions,
): SimulatedNull {
  if (values.length === 0) throw new RangeError('values must hold at least one value, got none');
  for (const [name, count] of Object.entries({ reference, current, draws })) {
    if (!(Number.isSafeInteger(count) && count >= 1)) throw new RangeError(`${name} must be at least 1, got ${count}`);
  }
  const draw = (n: number) =>
    Float64Array.from({ length: n }, () => values[Math.floor(random() * values.length)] as number);
  const scores = Float64Array.from({ length: draws }, () => score(draw(reference), draw(current))).sort();
  return {
    mean: scores.reduce((sum, one) => sum + one, 0) / draws,
    critical(alpha) {
      refuseAlpha(alpha);
      return scores[Math.max(0, Math.ceil((1 - alpha) * draws) - 1)] as number;
    },
    pValue: (observed) => (1 + scores.filter((one) => one >= observed).length) / (1 + draws),
  };
}
