/** What the next value may be, both limits allowed; or that history is too short to say. Nothing is ever guessed. */
export type HistoryRange = Allowed | Insufficient;

export interface Allowed {
  readonly status: 'allowed';
  /** -Infinity where there is no limit. */
  readonly min: number;
  /** Infinity where there is no limit. */
  readonly max: number;
}

export interface Insufficient {
  readonly status: 'insufficient';
  /** Earlier values that the rule needs. */
  readonly needed: number;
}

/** Standard deviations below and above the centre; a side that is left out has no limit. */
export interface Factors {
  readonly lower?: number;
  readonly upper?: number;
}

export const insufficient = (needed: number): Insufficient => ({ status: 'insufficient', needed });

export const allowed = (min: number, max: number): Allowed => ({ status: 'allowed', min, max });

export function allowedAround(centre: number, deviation: number, { lower, upper }: Factors): Allowed {
  return allowed(
    lower === undefined ? Number.NEGATIVE_INFINITY : centre - lower * deviation,
    upper === undefined ? Number.POSITIVE_INFINITY : centre + upper * deviation,
  );
}

/** @throws RangeError unless every value is finite */
export function finiteHistory(values: readonly number[]): void {
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) throw new RangeError(`values must be finite, got ${values[at]} at ${at}`);
}

/** @throws RangeError for a factor below 0, and when there is none */
export function checkFactors({ lower, upper }: Factors): void {
  if (lower === undefined && upper === undefined) throw new RangeError('lower or upper must be given, got neither');
  for (const [name, factor] of Object.entries({ lower, upper })) {
    if (factor !== undefined && !(factor >= 0)) throw new RangeError(`${name} must be at least 0, got ${factor}`);
  }
}

/** @throws RangeError where a limit is not a number or the lower is above the upper */
export function checkLimits(min: number, max: number): void {
  if (!(min <= max)) throw new RangeError(`min must be at most max, got ${min} and ${max}`);
}
