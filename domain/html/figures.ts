const GROUPS = /\B(?=(\d{3})+$)/g;
const DAY_MS = 86_400_000;

/** `1,234,567`. */
export const whole = (count: number): string => String(count).replace(GROUPS, ',');

/** `1 row`, `2 rows`. */
export const many = (count: number, noun: string): string => `${whole(count)} ${noun}${count === 1 ? '' : 's'}`;

/** Of a number of any size, what fits into a table: `12,345`, `0.01235`, `1.2e+300`. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e12)) return value.toExponential(2).replace(/\.?0+e/, 'e');
  const digits = Math.max(4, Math.floor(Math.log10(size || 1)) + 1);
  const [integer = '', fraction] = String(Number(value.toPrecision(Math.min(digits, 15)))).split('.');
  return fraction === undefined ? grouped(integer) : `${grouped(integer)}.${fraction}`;
}

const grouped = (digits: string): string => digits.replace(GROUPS, ',');

/** `12.3 %`, `0.004 %`; a share that is not zero is never shown as zero, one below 100 % never as 100 %. */
export function percent(share: number): string {
  if (!Number.isFinite(share)) return '–';
  const points = share * 100;
  if (points > 99.9 && points < 100) return '> 99.9 %';
  if (points > 0 && points < 0.001) return '< 0.001 %';
  return `${Number(points.toPrecision(points >= 1 ? 3 : 2))} %`;
}

export const shareOf = (part: number, all: number): number => (all === 0 ? 0 : part / all);

/**
 * A time as people read it, in UTC.
 * @param ms since 1970
 * @param spanMs how long a time is looked at: from two days on the hour says nothing
 */
export function time(ms: number, spanMs = 0): string {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return figure(ms);
  const [day = '', clock = ''] = date.toISOString().split('T');
  return spanMs >= 2 * DAY_MS ? day : `${day} ${clock.slice(0, 5)}`;
}

const SIZES = [
  ['GB', 1e9],
  ['MB', 1e6],
  ['kB', 1e3],
] as const;

/** `12 bytes`, `1.75 GB`. */
export function bytes(size: number): string {
  const [unit, length] = SIZES.find(([, length]) => size >= length) ?? ['', 1];
  return unit === '' ? many(size, 'byte') : `${Number((size / length).toPrecision(3))} ${unit}`;
}
