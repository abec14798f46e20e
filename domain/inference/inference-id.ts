const TIME_DIGITS = 9;
const RANDOM_DIGITS = 12;
const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyz';
const FORM = /^([0-9a-z]{9})-(0|[1-9a-z][0-9a-z]{0,9})-([0-9a-z]{12})(?:\.(0|[1-9][0-9]{0,6}))?$/;

/** First and last event time that nine base-36 digits of milliseconds hold: 1970 to 5188. */
export const EVENT_TIME_RANGE = { from: new Date(0), to: new Date(36 ** TIME_DIGITS - 1) } as const;

export interface InferenceIdParts {
  /** The time the prediction is about: it says which monitoring window a label belongs to. */
  readonly eventTime: Date;
  readonly version: number;
  /** Row of the call; absent in the id of the whole call. */
  readonly row?: number;
}

/**
 * `<9 base-36 digits of event time in ms>-<version, base 36>-<12 random base-36 digits>`, 62 bits of chance.
 *
 * @param random numbers in [0, 1)
 * @throws RangeError outside EVENT_TIME_RANGE
 */
export function encodeInferenceId(eventTime: Date, version: number, random: () => number): string {
  const ms = eventTime.getTime();
  if (!(ms >= 0 && ms <= EVENT_TIME_RANGE.to.getTime())) {
    throw new RangeError(`event time must be between 1970 and 5188, got ${ms} ms`);
  }
  const time = ms.toString(36).padStart(TIME_DIGITS, '0');
  const chance = Array.from({ length: RANDOM_DIGITS }, () => DIGITS[Math.floor(random() * 36)]).join('');
  return `${time}-${version.toString(36)}-${chance}`;
}

/** The id of one row of a call. */
export const rowId = (inferenceId: string, row: number): string => `${inferenceId}.${row}`;

/** Reads the id of a call or of one of its rows. @returns undefined for anything that `encodeInferenceId` cannot have made */
export function decodeInferenceId(id: string): InferenceIdParts | undefined {
  const [, time, version, , row] = FORM.exec(id) ?? [];
  if (time === undefined || version === undefined) return undefined;
  const number = Number.parseInt(version, 36);
  if (!Number.isSafeInteger(number) || number < 1) return undefined;
  const parts = { eventTime: new Date(Number.parseInt(time, 36)), version: number };
  return row === undefined ? parts : { ...parts, row: Number(row) };
}
