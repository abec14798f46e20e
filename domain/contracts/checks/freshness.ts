import { durationMs } from '../../duration.ts';
import type { CheckOf } from './declared.ts';
import { type CheckInput, type Finding, figure, insufficientData, judged, unavailable } from './finding.ts';

/** Age of the newest row in seconds. A time that is still to come when the file comes is younger than any age. */
export function freshness({ maxAge }: CheckOf<'freshness'>, { figures, spec, context }: CheckInput): Finding {
  const column = spec.data.timestamp;
  if (column === undefined) return unavailable('the spec names no data.timestamp to tell the age by');
  if (!figures.timeRange) return insufficientData(`no row has a time in ${column}`);
  const ageSeconds = (Date.parse(context.at) - Date.parse(figures.timeRange.to)) / 1_000;
  const maxSeconds = durationMs(maxAge) / 1_000;
  const age = ageSeconds < 0 ? `${duration(-ageSeconds)} in the future` : `${duration(ageSeconds)} old`;
  const message = `the newest ${column} is ${age} (${figures.timeRange.to}); at most ${maxAge} is allowed`;
  return { ...judged(ageSeconds, { max: maxSeconds }, message), column };
}

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
] as const;

/** In the largest unit it has two of. */
function duration(seconds: number): string {
  const [unit, length] = UNITS.find(([, length]) => seconds >= 2 * length) ?? (['s', 1] as const);
  return `${figure(seconds / length)} ${unit}`;
}
