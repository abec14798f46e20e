import type { CapturedValue } from '../../capture/lines.ts';
import type { Column } from '../../spec/columns.ts';
import { timestampMs } from '../../timestamps.ts';
import type { BROKEN_RULES } from '../window-record.ts';

type Rule = (typeof BROKEN_RULES)[number];
/** What a value breaks; undefined = nothing. A value breaks one rule at most, the first of BROKEN_RULES. */
export type CellCheck = (value: CapturedValue | undefined) => Rule | undefined;

const IS_TYPE: Record<Column['type'], (value: CapturedValue) => boolean> = {
  integer: Number.isInteger,
  number: (value) => typeof value === 'number',
  // what a profile takes for one
  boolean: (value) => typeof value === 'boolean' || value === 0 || value === 1,
  string: (value) => typeof value === 'string',
  category: (value) => typeof value === 'string',
  timestamp: (value) => typeof value !== 'boolean' && !Number.isNaN(timestampMs(value)),
};

/** What the contract of a column says about one live value. */
export function cellCheck({ type, nullable, min, max, values }: Column): CellCheck {
  const isType = IS_TYPE[type];
  const allowed = values && new Set(values);
  const least = min ?? Number.NEGATIVE_INFINITY;
  const most = max ?? Number.POSITIVE_INFINITY;
  return (value) => {
    if (value === null || value === undefined) return nullable ? undefined : 'missing';
    if (!isType(value)) return 'type';
    if (typeof value === 'number') return value < least || value > most ? 'range' : undefined;
    return allowed !== undefined && !allowed.has(value as string) ? 'value' : undefined;
  };
}
