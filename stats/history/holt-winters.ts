import { allowed, finiteHistory, type HistoryRange, insufficient } from './allowed.ts';
import { mean, sampleDeviation } from './centre.ts';

/** Weights of the newest value, each in [0, 1]. */
export interface Smoothing {
  readonly level: number;
  readonly trend: number;
  readonly season: number;
}

export interface Smoothed {
  /** Of the value after the last. */
  readonly forecast: number;
  /** Each value less its forecast from those before it. */
  readonly residuals: readonly number[];
}

export interface HoltWintersSettings {
  /** Values in a cycle. @default 7, days in a week */
  readonly period?: number;
  /** Standard deviations of the residuals to both sides of the forecast. @default 1.96 */
  readonly factor?: number;
}

type Point = readonly [level: number, trend: number, season: number];

const GRID = [0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1];
const FIRST_STEP = 0.1;
const LAST_STEP = 1e-7;

/**
 * Additive triple exponential smoothing. It starts with the mean of the first cycle as level, the difference of the means of
 * the first two cycles per value as trend, and the first cycle less its mean as season, as deequ does. The season moves by
 * the value less the level and trend forecast for it.
 *
 * @param values oldest first, at least two cycles
 * @see Hyndman, Athanasopoulos, "Forecasting: principles and practice", 2nd edition, 7.3
 */
export function smooth(values: readonly number[], period: number, smoothing: Smoothing): Smoothed {
  const first = mean(values.slice(0, period));
  let level = first;
  let trend = (mean(values.slice(period, 2 * period)) - first) / period;
  const seasons = values.slice(0, period).map((value) => value - first);
  const residuals: number[] = [];
  for (const [i, value] of values.entries()) {
    const season = seasons[i % period] as number;
    const expected = level + trend;
    residuals.push(value - expected - season);
    const before = level;
    level = smoothing.level * (value - season) + (1 - smoothing.level) * expected;
    trend = smoothing.trend * (level - before) + (1 - smoothing.trend) * trend;
    seasons[i % period] = smoothing.season * (value - expected) + (1 - smoothing.season) * season;
  }
  return { forecast: level + trend + (seasons[values.length % period] as number), residuals };
}

/**
 * The smoothing with the least sum of squared residuals: the best point of a grid, then a search along the three axes whose
 * step is halved whenever no neighbour is better, down to 1e-7. The same values always give the same smoothing; where the
 * sum has several minima, the one found need not be the least of all.
 */
export function fitSmoothing(values: readonly number[], period: number): Smoothing {
  const costOf = ([level, trend, season]: Point) =>
    smooth(values, period, { level, trend, season }).residuals.reduce((sum, each) => sum + each * each, 0);
  let best: Point = [0, 0, 0];
  let least = Number.POSITIVE_INFINITY;
  const consider = (point: Point) => {
    const cost = costOf(point);
    if (!(cost < least)) return false;
    [best, least] = [point, cost];
    return true;
  };
  for (const level of GRID) for (const trend of GRID) for (const season of GRID) consider([level, trend, season]);
  for (let step = FIRST_STEP; step >= LAST_STEP; ) {
    const moved = [0, 1, 2].map((axis) => [step, -step].some((by) => consider(shifted(best, axis, by))));
    if (!moved.includes(true)) step /= 2;
  }
  const [level, trend, season] = best;
  return { level, trend, season };
}

function shifted(point: Point, axis: number, by: number): Point {
  return point.map((each, i) => (i === axis ? Math.min(1, Math.max(0, each + by)) : each)) as unknown as Point;
}

/**
 * Holt–Winters forecast plus and minus 1.96 standard deviations (n - 1, about their mean) of the one-step residuals over all
 * of history, with the fitted smoothing: deequ's HoltWinters, except that deequ takes the deviation of the residuals'
 * absolute values, which is too narrow for 95 %. The residuals are those that were fitted, so a short history still makes a
 * narrow range: three cycles or more are better than two.
 *
 * @param values oldest first, one per interval without gaps; needs two cycles
 * @throws RangeError where a value is not finite, the period not a whole number from 2, or the factor below 0
 */
export function holtWinters(
  values: readonly number[],
  { period = 7, factor = 1.96 }: HoltWintersSettings = {},
): HistoryRange {
  finiteHistory(values);
  if (!(Number.isSafeInteger(period) && period >= 2)) {
    throw new RangeError(`period must be a whole number of at least 2, got ${period}`);
  }
  if (!(factor >= 0)) throw new RangeError(`factor must be at least 0, got ${factor}`);
  if (values.length < 2 * period) return insufficient(2 * period);
  const { forecast, residuals } = smooth(values, period, fitSmoothing(values, period));
  const width = factor * sampleDeviation(residuals);
  return allowed(forecast - width, forecast + width);
}
