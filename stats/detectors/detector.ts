export type Signal = 'none' | 'warning' | 'drift';

/** State is plain JSON: it can be stored between windows and goes through JSON.stringify without loss. */
export interface Detection<State> {
  readonly state: State;
  readonly signal: Signal;
}

/** Watches a stream of numbers, one by one. Nothing is kept between calls but the state that they hand on. */
export interface Detector<State> {
  /** Before the first value. */
  readonly start: State;
  /**
   * After a drift the state is `start` again.
   *
   * @throws RangeError for a value that the detector does not take
   */
  add(state: State, value: number): Detection<State>;
}

export function finiteValue(value: number): number {
  if (!Number.isFinite(value)) throw new RangeError(`value must be finite, got ${value}`);
  return value;
}

/** @throws RangeError unless it is a whole number of at least `least` */
export function wholeSetting(name: string, value: number, least: number): void {
  if (!(Number.isSafeInteger(value) && value >= least)) {
    throw new RangeError(`${name} must be a whole number of at least ${least}, got ${value}`);
  }
}

/** @throws RangeError unless it is between the limits, both allowed */
export function settingWithin(name: string, value: number, [least, most]: readonly [number, number]): void {
  if (!(value >= least && value <= most)) {
    throw new RangeError(`${name} must be from ${least} to ${most}, got ${value}`);
  }
}
