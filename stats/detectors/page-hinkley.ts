import { type Detector, finiteValue, settingWithin, wholeSetting } from './detector.ts';

export interface PageHinkleySettings {
  /** Values before anything is signalled. @default 30 */
  readonly minInstances?: number;
  /** Size of a change in the mean that is tolerated, in units of the values. @default 0.005 */
  readonly delta?: number;
  /** Accumulated deviation above which the mean has changed (lambda), in units of the values. @default 50 */
  readonly threshold?: number;
  /** What is left of the accumulated deviation at each value: 1 forgets nothing. @default 0.9999 */
  readonly alpha?: number;
  /** Which changes of the mean are looked for. @default 'both' */
  readonly mode?: 'up' | 'down' | 'both';
}

export interface PageHinkleyState {
  readonly count: number;
  readonly mean: number;
  readonly sumIncrease: number;
  readonly sumDecrease: number;
  /** Absent before the first value. */
  readonly minIncrease?: number;
  readonly maxDecrease: number;
}

/** The start of `maxDecrease` in river, kept so that drifts fall on the same values. */
const MAX_DECREASE_AT_START = -1;

const START: PageHinkleyState = {
  count: 0,
  mean: 0,
  sumIncrease: 0,
  sumDecrease: 0,
  maxDecrease: MAX_DECREASE_AT_START,
};

/**
 * Page–Hinkley test for a change of the mean: with m the mean so far, the sum of x - m - delta has risen by more than the
 * threshold above its least value (up), or that of x - m + delta has fallen as much below its greatest (down). Signals no
 * warnings. Same drifts as river 0.26 `drift.PageHinkley`.
 *
 * @throws RangeError for settings out of range
 * @see Page (1954), "Continuous inspection schemes"
 */
export function pageHinkley({
  minInstances = 30,
  delta = 0.005,
  threshold = 50,
  alpha = 0.9999,
  mode = 'both',
}: PageHinkleySettings = {}): Detector<PageHinkleyState> {
  wholeSetting('minInstances', minInstances, 1);
  settingWithin('delta', delta, [0, Number.MAX_VALUE]);
  settingWithin('threshold', threshold, [0, Number.MAX_VALUE]);
  settingWithin('alpha', alpha, [0, 1]);
  return {
    start: START,
    add(state, value) {
      const count = state.count + 1;
      const mean = state.mean + (1 / count) * (finiteValue(value) - state.mean);
      const deviation = value - mean;
      const sumIncrease = alpha * state.sumIncrease + deviation - delta;
      const sumDecrease = alpha * state.sumDecrease + deviation + delta;
      const minIncrease = Math.min(state.minIncrease ?? sumIncrease, sumIncrease);
      const maxDecrease = Math.max(state.maxDecrease, sumDecrease);
      const up = mode !== 'down' && sumIncrease - minIncrease > threshold;
      const down = mode !== 'up' && maxDecrease - sumDecrease > threshold;
      if (count >= minInstances && (up || down)) return { state: START, signal: 'drift' };
      return { state: { count, mean, sumIncrease, sumDecrease, minIncrease, maxDecrease }, signal: 'none' };
    },
  };
}
