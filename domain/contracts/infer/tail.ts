/** Rows expected outside a suggested bound per file of the size that was seen, at each end. */
const ROWS_OUTSIDE = 0.01;
/** A few rows must not suggest that many will come: the bound holds for files of a thousand rows at least. */
const MIN_ROWS = 1_000;
/** Fewer values than this say too little about a tail. */
export const MIN_TAIL_ROWS = 200;
/** Largest values a tail is judged by; as many are kept of a column. */
export const TAIL_VALUES = 500;
/** A tail is a tenth of the values, of few values as many as these. */
const MIN_EXCESSES = 50;
/** Fewer above many equal values are taken as they are. */
const FEW_EXCESSES = 10;
/** A level that reaches so many times farther than what was seen says nothing. */
const MAX_REACH = 1_000;
/** One-sided 95 %. */
const Z = 1.645;
/** From this shape on a tail is judged on a logarithmic scale, where log-normal and power laws are tame. */
const HEAVY_SHAPE = 0.25;
/** Shapes above it have no mean, and probability-weighted moments no answer. */
const MAX_SHAPE = 0.9;

/** Chance that a row of the same distribution lies above a level for `n` rows. */
export const rowRisk = (n: number): number => ROWS_OUTSIDE / Math.max(n, MIN_ROWS);

export interface Tail {
  /** A row lies above with a chance of at most `rowRisk(n)`. */
  readonly level: number;
  /** Judged on a logarithmic scale. */
  readonly heavy: boolean;
}

/**
 * A level that the next rows will hardly exceed, by extrapolation from the excesses over a high threshold: peaks over
 * threshold, a generalized Pareto tail (Pickands 1975) fitted by probability-weighted moments (Hosking & Wallis 1987).
 *
 * With k of n values above the threshold u, scale σ and shape ξ, the level exceeded with chance p is
 * `u + σ ((k / (n p))^ξ − 1) / ξ`, and for ξ = 0 `u + σ ln(k / (n p))`. For ξ stands the upper 95 % bound of its estimate,
 * never below 0, for σ the estimate plus one standard error: uncertainty widens, and a short tail is taken for
 * an exponential one. The logarithms of a positive heavy tail are taken for exponential: a power law.
 *
 * @param top the largest values, falling: TAIL_VALUES + 1 of them, or all
 * @param n values of the column, at least MIN_TAIL_ROWS
 * @returns undefined if the largest value is too frequent to say what is beyond it, or too little is seen of a heavy tail
 */
export function upperTail(top: readonly number[], n: number): Tail | undefined {
  const k = excessCount(top, n);
  if (k === 0) return undefined;
  const threshold = top[k] as number;
  const { shape } = fit(top.slice(0, k).map((value) => value - threshold));
  const heavy = threshold > 0 && shape >= HEAVY_SHAPE;
  const level = heavy
    ? Math.exp(extrapolate(top.slice(0, k + 1).map(Math.log), n, 0))
    : extrapolate(top.slice(0, k + 1), n, MAX_SHAPE);
  const largest = top[0] as number;
  if (!(level - threshold <= MAX_REACH * (largest - threshold))) return undefined;
  // rounding must not put the level below what was seen
  return { level: Math.max(level, largest), heavy };
}

/**
 * How many values the tail is: a tenth of them, where ties do not hide it. Many ties at the threshold, such as the zeros
 * of a column that is mostly zero, are left out, and half of what lies above them is the tail.
 */
function excessCount(top: readonly number[], n: number): number {
  const wanted = Math.min(Math.max(Math.round(n / 10), MIN_EXCESSES), TAIL_VALUES, top.length - 1);
  const above = top.findIndex((value) => value <= (top[wanted] as number));
  if (above === wanted || above >= wanted / 2) return above;
  if (above >= 2 * FEW_EXCESSES) return excessCount(top.slice(0, above + 1), 5 * above);
  return above;
}

/** Rows expected above a limit if the tail were exponential, and its mean excess; used to tell an end from a tail. */
export function expectedBeyond(top: readonly number[], n: number, limit: number): { rows: number; excess: number } {
  const k = excessCount(top, n);
  if (k === 0) return { rows: 0, excess: 0 };
  const threshold = top[k] as number;
  const excess = top.slice(0, k).reduce((sum, value) => sum + value - threshold, 0) / k;
  return { rows: k * Math.exp(-(limit - threshold) / excess), excess };
}

/** @param top the excesses' values and, last, the threshold */
function extrapolate(top: readonly number[], n: number, maxShape: number): number {
  const k = top.length - 1;
  const threshold = top[k] as number;
  const { shape, scale } = fit(top.slice(0, k).map((value) => value - threshold));
  const upperShape = Math.min(Math.max(0, shape + Z * Math.sqrt(SHAPE_VARIANCE / k)), maxShape);
  const upperScale = scale * (1 + (maxShape === 0 ? Z : 1) / Math.sqrt(k));
  const ratio = k / (n * rowRisk(n));
  return threshold + upperScale * (upperShape === 0 ? Math.log(ratio) : (ratio ** upperShape - 1) / upperShape);
}

/** Of the estimate at ξ = 0, times the number of excesses (Hosking & Wallis 1987, table 1). */
const SHAPE_VARIANCE = 4 / 3;

/** @param excesses falling, not negative, one at least positive */
function fit(excesses: readonly number[]): { shape: number; scale: number } {
  const k = excesses.length;
  const mean = excesses.reduce((sum, value) => sum + value, 0) / k;
  if (k < 3) return { shape: 0, scale: mean };
  // weighted by the share above, by plotting positions (i − 0.35) / k
  const weighted = excesses.reduce((sum, value, i) => sum + (value * (i + 0.35)) / k, 0) / k;
  const spread = mean - 2 * weighted;
  if (!(spread > 0)) return { shape: 0, scale: mean };
  const shape = Math.min(2 - mean / spread, MAX_SHAPE);
  return shape < 0 ? { shape, scale: mean } : { shape, scale: (2 * mean * weighted) / spread };
}
