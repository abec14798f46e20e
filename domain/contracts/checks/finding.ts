import type { Profile } from '../../profiles/profile.ts';
import type { ModelSpec } from '../../spec/model-spec.ts';
import type { ValidationContext } from '../context.ts';
import type { CheckOutcome } from '../judgement.ts';
import type { Measures } from './measures.ts';

/** What is known of the rows that are not set aside. */
export interface Figures {
  readonly rows: number;
  /** Counted over the bins of the champion's baseline if a drift check is declared and there is a champion. */
  readonly profile?: Profile | undefined;
  readonly timeRange?: { readonly from: string; readonly to: string } | undefined;
  readonly measures: Measures;
}

export interface CheckInput {
  readonly figures: Figures;
  readonly spec: ModelSpec;
  readonly context: ValidationContext;
}

/** What a check found; the rest of its outcome is as declared. */
export type Finding = Pick<CheckOutcome, 'status' | 'message'> &
  Partial<Pick<CheckOutcome, 'value' | 'min' | 'max' | 'column'>>;

/** Relative rounding error of a figure that is a sum over rows: it differs with the order they are added in. */
const ROUNDING = 1e-9;

export interface Allowed {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

/** Passed or failed: limits are inclusive. @param scale magnitude of what the figure was computed from */
export function judged(value: number, { min, max }: Allowed, message: string, scale = 0): Finding {
  const slack = (limit: number) => ROUNDING * Math.max(Math.abs(value), Math.abs(limit), scale);
  const low = min !== undefined && value < min - slack(min);
  const high = max !== undefined && value > max + slack(max);
  return {
    status: low || high ? 'failed' : 'passed',
    message,
    value,
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
  };
}

export const unavailable = (message: string): Finding => ({ status: 'unavailable', message });
export const insufficientData = (message: string): Finding => ({ status: 'insufficient-data', message });

/** Four digits are enough to see why; whole numbers are shown whole. */
export const figure = (value: number): string =>
  String(Number.isSafeInteger(value) ? value : Number(value.toPrecision(4)));
export const percent = (share: number): string => `${Number((100 * share).toPrecision(4))} %`;
/** `1 row`, `2 rows`. */
export const rowsText = (rows: number): string => `${rows} ${rows === 1 ? 'row' : 'rows'}`;
