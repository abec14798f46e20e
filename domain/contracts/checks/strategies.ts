import type { Check } from '../../spec/contract.ts';
import { figure, percent } from './finding.ts';

export type Strategy = Extract<Check, { type: 'volume' }>['strategy'];

/** What history allows a figure to be. */
export interface AllowedByHistory {
  readonly min: number;
  readonly max: number;
  /** How it came about: `50 % less to 100 % more than the mean 1200`. */
  readonly basis: string;
}

/** Median absolute deviations of a normal distribution that make one standard deviation. */
const MAD_TO_DEVIATION = 1.4826;
/**
 * Share of a figure's scale that is always allowed where the width comes from the data: a history that never varied, or
 * hardly, is no reason to refuse a trifle.
 */
export const TRIFLE = 0.01;

type Interval = readonly [min: number, max: number];

/** Centre and interval by strategy, before trifles are allowed. */
const INTERVALS: {
  [T in Strategy['type']]: (
    strategy: Extract<Strategy, { type: T }>,
    values: readonly number[],
  ) => { centre: number; interval: Interval; basis: string };
} = {
  relative({ maxDecrease, maxIncrease }, values) {
    const centre = mean(values);
    const size = Math.abs(centre);
    const basis = `${percent(maxDecrease)} less to ${percent(maxIncrease)} more than the mean ${figure(centre)}`;
    return { centre, interval: [centre - maxDecrease * size, centre + maxIncrease * size], basis };
  },
  deviation({ sigmas }, values) {
    const centre = mean(values);
    const deviation = sampleDeviation(values);
    const basis = `the mean ${figure(centre)} ± ${sigmas} standard deviations of ${figure(deviation)}`;
    return { centre, interval: around(centre, sigmas * deviation), basis };
  },
  median({ sigmas }, values) {
    const centre = median(values);
    const deviation = MAD_TO_DEVIATION * median(values.map((value) => Math.abs(value - centre)));
    const basis = `the median ${figure(centre)} ± ${sigmas} deviations of ${figure(deviation)}`;
    return { centre, interval: around(centre, sigmas * deviation), basis };
  },
  range({ margin }, values) {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const widened = margin * high - margin * low;
    const basis = `${figure(low)} to ${figure(high)} widened by ${percent(margin)}`;
    return { centre: middle(low, high), interval: [low - widened, high + widened], basis };
  },
};

/**
 * The interval by a strategy. Except for `relative`, whose limits a person states, it reaches at least TRIFLE of the scale
 * to both sides of its centre; `relative` does so only around a mean of 0, of which every share is 0.
 *
 * @param values of earlier versions in any order, at least one
 * @param scale what a change is a trifle beside. @default the size of the centre
 */
export function allowedByHistory(strategy: Strategy, values: readonly number[], scale?: number): AllowedByHistory {
  // values in one order: sums of doubles depend on it
  const rising = values.toSorted((a, b) => a - b);
  const { centre, interval, basis } = intervalOf(strategy, rising);
  const stated = strategy.type === 'relative' && centre !== 0;
  const trifle = stated ? 0 : TRIFLE * (scale ?? Math.abs(centre));
  const [low, high] = around(centre, trifle);
  return { min: finite(Math.min(interval[0], low)), max: finite(Math.max(interval[1], high)), basis };
}

function intervalOf(strategy: Strategy, values: readonly number[]) {
  const by = INTERVALS[strategy.type] as (
    strategy: Strategy,
    values: readonly number[],
  ) => ReturnType<typeof INTERVALS.range>;
  return by(strategy, values);
}

/** Widths of the largest numbers overflow; JSON has no infinity. */
const finite = (limit: number): number => Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, limit));

const around = (centre: number, width: number): Interval => [centre - width, centre + width];

/** Around the first value, so that equal values have exactly themselves as their mean. */
export function mean(values: readonly number[]): number {
  const first = values[0] as number;
  const shareOf = (value: number) => value / values.length;
  return values.reduce((sum, value) => sum + (shareOf(value) - shareOf(first)), first);
}

/** Over n − 1; 0 for a single value. */
function sampleDeviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
}

/** Of an even number of values the middle of the two in the middle. */
export function median(values: readonly number[]): number {
  const rising = values.toSorted((a, b) => a - b);
  const half = rising.length / 2;
  const [low, high] = [rising[Math.ceil(half) - 1] as number, rising[Math.floor(half)] as number];
  return middle(low, high);
}

/** Half of the smallest doubles is rounded; a sum of the largest overflows. */
const middle = (low: number, high: number): number => (low === high ? low : low / 2 + high / 2);
