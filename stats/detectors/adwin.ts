import { type Detector, finiteValue, settingWithin, wholeSetting } from './detector.ts';

export interface AdwinSettings {
  /** Confidence of a cut is 1 - delta. @default 0.002 */
  readonly delta?: number;
  /** Values between two looks for a cut. @default 32 */
  readonly clock?: number;
  /** Buckets of one size before the oldest two become one of twice the size. @default 5 */
  readonly maxBuckets?: number;
  /** Values that both parts of a cut must have. @default 5 */
  readonly minWindowLength?: number;
  /** A window of so many values or fewer is not looked at. @default 10 */
  readonly gracePeriod?: number;
}

interface Summary {
  readonly total: number;
  /** Sum of squared differences from the mean of the same values. */
  readonly variance: number;
}

/** Memory grows with the logarithm of the window. */
export interface AdwinState extends Summary {
  readonly ticks: number;
  /** Values in the window. */
  readonly width: number;
  /** Buckets of 1, 2, 4, ... values, each row oldest first; the last row is the oldest part of the window. */
  readonly rows: readonly (readonly Summary[])[];
}

const START: AdwinState = { ticks: 0, width: 0, total: 0, variance: 0, rows: [] };

/**
 * Adaptive windowing, ADWIN2: a window of the latest values, kept as exponentially growing buckets; a drift where the means
 * of an older and a newer part differ by more than
 * sqrt(2 v d / m) + 2 d / (3 m), with v the window's variance, d = ln(2 ln(width) / delta) and 1/m the sum of
 * 1 / (length - minWindowLength + 1) over the two parts. Signals no warnings. Same drifts as river 0.26 `drift.ADWIN`,
 * which after a drift begins with an empty window too.
 *
 * @throws RangeError for settings out of range
 * @see Bifet, Gavaldà (2007), "Learning from time-changing data with adaptive windowing"
 */
export function adwin({
  delta = 0.002,
  clock = 32,
  maxBuckets = 5,
  minWindowLength = 5,
  gracePeriod = 10,
}: AdwinSettings = {}): Detector<AdwinState> {
  settingWithin('delta', delta, [Number.MIN_VALUE, 1]);
  wholeSetting('clock', clock, 1);
  wholeSetting('maxBuckets', maxBuckets, 2);
  wholeSetting('minWindowLength', minWindowLength, 1);
  wholeSetting('gracePeriod', gracePeriod, 1);
  return {
    start: START,
    add(before, value) {
      const state = insert(before, finiteValue(value), maxBuckets);
      const looks = state.ticks % clock === 0 && state.width > gracePeriod;
      if (looks && hasCut(state, { delta, minWindowLength })) return { state: START, signal: 'drift' };
      return { state, signal: 'none' };
    },
  };
}

function insert({ ticks, width, total, variance, rows }: AdwinState, value: number, maxBuckets: number): AdwinState {
  const spread = width === 0 ? 0 : (width * (value - total / width) ** 2) / (width + 1);
  return {
    ticks: ticks + 1,
    width: width + 1,
    total: total + value,
    variance: variance + spread,
    rows: compressed(rows, { total: value, variance: 0 }, maxBuckets),
  };
}

function compressed(rows: AdwinState['rows'], added: Summary, maxBuckets: number): AdwinState['rows'] {
  const next = [...rows];
  let bucket = added;
  for (let level = 0; ; level++) {
    const row = [...(next[level] ?? []), bucket];
    next[level] = row;
    if (row.length <= maxBuckets) return next;
    const size = 2 ** level;
    const [first, second] = row.splice(0, 2) as [Summary, Summary];
    bucket = {
      total: first.total + second.total,
      variance: first.variance + second.variance + between(size, first.total, size, second.total),
    };
  }
}

/** What the difference of two means adds to the sum of squares of the values together. */
function between(countA: number, totalA: number, countB: number, totalB: number): number {
  return (countA * countB * (totalA / countA - totalB / countB) ** 2) / (countA + countB);
}

/** Whether the means before and after one of the borders between buckets differ; the border before the newest is none. */
function hasCut(
  { width, total, variance, rows }: AdwinState,
  { delta, minWindowLength }: { readonly delta: number; readonly minWindowLength: number },
): boolean {
  const confidence = Math.log((2 * Math.log(width)) / delta);
  let [older, olderTotal] = [0, 0];
  for (let level = rows.length - 1; level >= 0; level--) {
    for (const bucket of rows[level] as readonly Summary[]) {
      older += 2 ** level;
      olderTotal += bucket.total;
      const newer = width - older;
      if (older < minWindowLength || newer < minWindowLength) continue;
      const inverse = 1 / (older - minWindowLength + 1) + 1 / (newer - minWindowLength + 1);
      const limit = Math.sqrt((2 * inverse * variance * confidence) / width) + (2 / 3) * confidence * inverse;
      if (Math.abs(olderTotal / older - (total - olderTotal) / newer) > limit) return true;
    }
  }
  return false;
}
