import {
  type CentredRange,
  deviationsOfMean,
  deviationsOfMedian,
  reaching,
  sharesOfMean,
  widenedRange,
} from '../../../stats/history/centred.ts';
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

/**
 * Share of a figure's scale that is always allowed where the width comes from the data: a history that never varied, or
 * hardly, is no reason to refuse a trifle.
 */
export const TRIFLE = 0.01;

/** Range by strategy, before trifles are allowed, and its words. */
const RANGES: {
  [T in Strategy['type']]: (
    strategy: Extract<Strategy, { type: T }>,
    values: readonly number[],
  ) => { range: CentredRange; basis: string };
} = {
  relative({ maxDecrease, maxIncrease }, values) {
    const range = sharesOfMean(values, maxDecrease, maxIncrease);
    const basis = `${percent(maxDecrease)} less to ${percent(maxIncrease)} more than the mean ${figure(range.centre)}`;
    return { range, basis };
  },
  deviation({ sigmas }, values) {
    const range = deviationsOfMean(values, sigmas);
    const basis = `the mean ${figure(range.centre)} ± ${sigmas} standard deviations of ${figure(range.spread)}`;
    return { range, basis };
  },
  median({ sigmas }, values) {
    const range = deviationsOfMedian(values, sigmas);
    const basis = `the median ${figure(range.centre)} ± ${sigmas} deviations of ${figure(range.spread)}`;
    return { range, basis };
  },
  range({ margin }, values) {
    const basis = `${figure(Math.min(...values))} to ${figure(Math.max(...values))} widened by ${percent(margin)}`;
    return { range: widenedRange(values, margin), basis };
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
  const { range, basis } = rangeOf(strategy, rising);
  const stated = strategy.type === 'relative' && range.centre !== 0;
  const { min, max } = reaching(range, stated ? 0 : TRIFLE * (scale ?? Math.abs(range.centre)));
  return { min, max, basis };
}

function rangeOf(strategy: Strategy, values: readonly number[]) {
  const by = RANGES[strategy.type] as (
    strategy: Strategy,
    values: readonly number[],
  ) => ReturnType<typeof RANGES.range>;
  return by(strategy, values);
}
