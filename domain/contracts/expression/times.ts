/** Times are whole microseconds since 1970, as DuckDB's TIMESTAMP is. */
const FORM = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?(Z|[+-]\d\d:\d\d)?)?$/;
const FIRST = BigInt(Date.parse('0001-01-01T00:00:00Z')) * 1_000n;
const LAST = BigInt(Date.parse('9999-12-31T23:59:59.999Z')) * 1_000n + 999n;

/** Of ISO 8601 text, in UTC where it names no offset; undefined if it is none or outside the years 1 to 9999. */
export function microsOf(text: string): bigint | undefined {
  const [, day, minutes = '00:00', seconds = '00', fraction = '', zone = 'Z'] = FORM.exec(text) ?? [];
  if (day === undefined) return undefined;
  const local = `${day}T${minutes}:${seconds}`;
  const ms = Date.parse(local + zone);
  // Date takes 30 February for 2 March
  const same = new Date(Date.parse(`${local}Z`));
  if (Number.isNaN(ms) || same.toISOString().slice(0, 19) !== local) return undefined;
  const micros = BigInt(ms) * 1_000n + BigInt(fraction.padEnd(6, '0'));
  return micros >= FIRST && micros <= LAST ? micros : undefined;
}

/** `2026-01-31 12:00:00.000001`, as DuckDB casts to TIMESTAMP. */
export function timestampText(micros: bigint): string {
  const instant = dateOf(micros).toISOString();
  return `${instant.slice(0, 19).replace('T', ' ')}.${String(modulo(micros, 1_000_000n)).padStart(6, '0')}`;
}

/** The millisecond a time lies in. */
export function dateOf(micros: bigint): Date {
  return new Date(Number((micros - modulo(micros, 1_000n)) / 1_000n));
}

const modulo = (value: bigint, by: bigint): bigint => ((value % by) + by) % by;
