import { type Detector, settingWithin, wholeSetting } from './detector.ts';

export interface DdmSettings {
  /** Values that are only counted. @default 30 */
  readonly warmStart?: number;
  /** Standard deviations above the least error rate for a warning. @default 2 */
  readonly warningThreshold?: number;
  /** The same for a drift. @default 3 */
  readonly driftThreshold?: number;
}

export interface DdmState {
  readonly count: number;
  readonly errorRate: number;
  /** The error rate and its standard deviation where their sum was least; absent while warming up. */
  readonly least?: { readonly errorRate: number; readonly deviation: number };
}

const START: DdmState = { count: 0, errorRate: 0 };

/**
 * Drift detection method: over a stream of 1 (wrong prediction) and 0 (right), with p the error rate so far and
 * s = sqrt(p (1 - p) / count), a drift where p + s > p_min + driftThreshold * s_min, a warning likewise. Finds rises only.
 * Same signals as river 0.26 `drift.binary.DDM`.
 *
 * @throws RangeError for settings out of range, and for values other than 0 and 1
 * @see Gama, Medas, Castillo, Rodrigues (2004), "Learning with drift detection"
 */
export function ddm({
  warmStart = 30,
  warningThreshold = 2,
  driftThreshold = 3,
}: DdmSettings = {}): Detector<DdmState> {
  wholeSetting('warmStart', warmStart, 0);
  settingWithin('warningThreshold', warningThreshold, [0, Number.MAX_VALUE]);
  settingWithin('driftThreshold', driftThreshold, [0, Number.MAX_VALUE]);
  return {
    start: START,
    add(state, value) {
      if (value !== 0 && value !== 1) throw new RangeError(`value must be 0 or 1, got ${value}`);
      const count = state.count + 1;
      const errorRate = state.errorRate + (1 / count) * (value - state.errorRate);
      if (count <= warmStart) return { state: { count, errorRate }, signal: 'none' };
      // rounding can take the rate of errors alone past 1
      const deviation = Math.sqrt(Math.max(0, errorRate * (1 - errorRate)) / count);
      const level = errorRate + deviation;
      const isLeast = !state.least || level <= state.least.errorRate + state.least.deviation;
      const least = isLeast ? { errorRate, deviation } : state.least;
      if (level > least.errorRate + driftThreshold * least.deviation) return { state: START, signal: 'drift' };
      const warns = level > least.errorRate + warningThreshold * least.deviation;
      return { state: { count, errorRate, least }, signal: warns ? 'warning' : 'none' };
    },
  };
}
