import { UsageError } from './command.ts';

const HAS_TIME_ZONE = /(?:[zZ]|[+-]\d\d:?\d\d)$/;
const ISO = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:[zZ]|[+-]\d\d:?\d\d)?)?$/;

/**
 * What `--at`, or another option, says, in UTC unless it says otherwise; now if it is not given.
 * @throws UsageError
 */
export function instant(text: unknown, option = '--at'): Date {
  if (text === undefined) return new Date();
  const written = String(text);
  const iso = written.length === 10 || HAS_TIME_ZONE.test(written) ? written : `${written}Z`;
  const date = new Date(iso);
  if (!ISO.test(written) || Number.isNaN(date.getTime())) {
    throw new UsageError(`${option} must be a time such as 2026-03-02T00:00:00Z, got ${written}`);
  }
  return date;
}
