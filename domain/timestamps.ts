/** A time without an offset is UTC, as a TIMESTAMP in DuckDB is. */
const HAS_OFFSET = /(?:[zZ]|[+-]\d\d(?::?\d\d)?)$/;
const DATE_ONLY = /^\d{4}-\d\d-\d\d$/;

/**
 * Milliseconds since 1970 of what a request or a captured row carries for a timestamp.
 *
 * @param value ISO 8601 text, a Date, or a number of milliseconds
 * @returns NaN for what is no time
 */
export function timestampMs(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Date) return value.getTime();
  if (typeof value !== 'string') return Number.NaN;
  const text = value.trim();
  if (DATE_ONLY.test(text)) return Date.parse(text);
  const iso = text.replace(' ', 'T');
  return Date.parse(HAS_OFFSET.test(iso) ? iso : `${iso}Z`);
}

/** @param first milliseconds since 1970, as a query gives them; null or undefined if there is no time */
export function timeRange(first: unknown, last: unknown): { from: string; to: string } | undefined {
  if (first === null || first === undefined) return undefined;
  const instant = (ms: unknown): string => new Date(Number(ms)).toISOString();
  return { from: instant(first), to: instant(last) };
}
