import type { NumberFacts } from './facts.ts';
import { naturalRange } from './natural-ranges.ts';
import { number } from './shares.ts';
import { expectedBeyond, MIN_TAIL_ROWS, rowRisk, type Tail, upperTail } from './tail.ts';

export interface Bound {
  readonly value: number;
  readonly why: string;
}

/** Had the distribution gone on, so many rows were expected where none is: by chance in one case of a thousand. */
const MISSED_ROWS = 7;
/** Ends of scales. */
const SCALE_ENDS = [1, 100];
/** Scales have few steps. */
const FEW_VALUES = 50;
/** Quantile skewness from which numbers lean to one side: what chance gives comes on top. */
const SKEW = 0.1;

/**
 * Bounds that data of the same kind will hardly leave, never just the smallest and the largest value seen. In this order:
 *
 * 1. the range a name stands for, if all values are in it (hours are 0 to 23);
 * 2. an end the data show: so many rows at the largest value (`endsAbruptly`), or short of 1 or 100, that some beyond
 *    were expected;
 * 3. 0, if nothing is below and 0 shows as an end, or numbers lean to it;
 * 4. the level of the tail (`upperTail`), rounded outwards.
 */
export function suggestRange(
  facts: NumberFacts,
  { name, integer }: { name: string; integer: boolean },
): { min?: Bound; max?: Bound; note?: string } {
  const seen = `${number(facts.min)} to ${number(facts.max)} seen`;
  const natural = naturalRange(name, facts);
  if (natural) {
    const why = `${seen}; ${natural.what} are ${natural.min} to ${natural.max}`;
    return { min: { value: natural.min, why }, max: { value: natural.max, why } };
  }
  if (facts.min === facts.max) return { note: `always ${number(facts.min)}: says nothing about a range` };
  const max = upperBound(facts, integer, 'above');
  const low = upperBound(mirror(facts), integer, 'below');
  const min = low && { value: 0 - low.value, why: low.why };
  const open = [...(min ? [] : ['lower']), ...(max ? [] : ['upper'])];
  const few = facts.count < MIN_TAIL_ROWS;
  const reason = few ? `fewer than ${MIN_TAIL_ROWS} values` : 'the tail is too long, or too little of it was seen';
  return {
    ...(min && { min: { ...min, why: `${seen}; ${min.why}` } }),
    ...(max && { max: { ...max, why: `${seen}; ${max.why}` } }),
    ...(open.length > 0 && { note: `${seen}; no ${open.join(' and ')} bound: ${reason}` }),
  };
}

type Side = 'above' | 'below';

/** @param side of the column's own numbers: they are mirrored for the lower bound */
function upperBound(facts: NumberFacts, integer: boolean, side: Side): Bound | undefined {
  const end = upperEnd(facts);
  if (end) return end;
  const tail = facts.count < MIN_TAIL_ROWS ? undefined : upperTail(facts.top, facts.count);
  return zero(facts, tail, side) ?? (tail && levelBound(tail, facts, integer, side));
}

function mirror({ count, min, max, quantiles, top, bottom, values }: NumberFacts): NumberFacts {
  const [low, middle, high] = quantiles;
  return {
    count,
    min: -max,
    max: -min,
    quantiles: [-high, -middle, -low],
    top: bottom.map((value) => -value),
    bottom: top.map((value) => -value),
    ...(values && { values: values.map(([value, n]): [number, number] => [-value, n]).reverse() }),
  };
}

/** Where the upper end shows in the data. */
function upperEnd(facts: NumberFacts): Bound | undefined {
  const { count, max, top } = facts;
  const [last, before] = lastCounts(facts);
  if (isPlain(facts) && endsAbruptly(last, before)) {
    const rows = facts.values || last < top.length ? number(last) : `${number(last - 1)} or more`;
    return { value: max, why: `${rows} rows are ${number(Math.abs(max))}, none is beyond it` };
  }
  // between whole numbers there is nothing to be close to an end
  if (count < MIN_TAIL_ROWS || top.every(Number.isInteger)) return undefined;
  const end = [...SCALE_ENDS, 0].find((limit) => max <= limit && stopsShort(top, count, limit));
  return end === undefined ? undefined : { value: end, why: `many are close to ${end}, none is beyond it` };
}

/** Fractions are repeated where rows share them, such as a figure of the hour: that is no end. */
const isPlain = ({ max, values }: NumberFacts): boolean =>
  Number.isInteger(max) || (values !== undefined && values.length <= FEW_VALUES);

/** The largest value is next to the limit, and some were expected beyond it. */
function stopsShort(top: readonly number[], count: number, limit: number): boolean {
  const { rows, excess } = expectedBeyond(top, count, limit);
  return rows >= MISSED_ROWS && limit - (top[0] as number) <= excess / 10;
}

/** Rows at the largest value, and at the one before it. */
function lastCounts({ count, top, values }: NumberFacts): [number, number] {
  if (values) return [values.at(-1)?.[1] ?? 0, values.at(-2)?.[1] ?? 0];
  const next = top.findIndex((value) => value !== top[0]);
  if (next < 0) return [top.length, count - top.length];
  const after = top.findIndex((value) => value !== top[0] && value !== top[next]);
  return [next, (after < 0 ? top.length : after) - next];
}

/** Counts fall off at most as fast as a Poisson distribution's at this place: half the ratio of the two before. */
function endsAbruptly(last: number, before: number): boolean {
  return (last / 2) * Math.min(1, last / Math.max(before, 1)) >= MISSED_ROWS;
}

/** Numbers of one sign keep it if they lean to 0, or have a tail that ends close to it. */
function zero({ min, max, count, quantiles }: NumberFacts, tail: Tail | undefined, side: Side): Bound | undefined {
  if (max > 0) return undefined;
  const [left, middle, right] = quantiles;
  const skew = right > left ? (left + right - 2 * middle) / (right - left) : 0;
  const leans = -skew > SKEW + 4 / Math.sqrt(count);
  const close = tail !== undefined && tail.level <= 0 && tail.level > min / 10;
  return leans || close ? { value: 0, why: side === 'above' ? 'none is positive' : 'none is negative' } : undefined;
}

function levelBound(tail: Tail, facts: NumberFacts, integer: boolean, side: Side): Bound | undefined {
  const value = outwards(Math.max(tail.level, facts.max), facts, integer);
  if (integer && !Number.isSafeInteger(value)) return undefined;
  const chance = number(Math.round(1 / rowRisk(facts.count)));
  const shown = number(side === 'above' ? value : 0 - value);
  return { value, why: `at most one row in ${chance} is ${side} ${shown}${tail.heavy ? ' (heavy tail)' : ''}` };
}

/** Upwards, by a twentieth of what is spanned; shares to 1. */
function outwards(level: number, { min, max }: NumberFacts, integer: boolean): number {
  if (!integer && min >= 0 && max > 0.1 && level > 0.5 && level <= 1) return 1;
  const step = Math.max(niceStep((level - min) / 20), integer ? 1 : 0);
  return Number((Math.ceil(level / step) * step).toPrecision(12));
}

/** 1, 2 or 5 times a power of ten, at most the value. */
function niceStep(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const digit = value / power;
  return (digit >= 5 ? 5 : digit >= 2 ? 2 : 1) * power;
}
