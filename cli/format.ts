import { stringify } from 'yaml';

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

/** `3 h ago`, `in 5 min`, `just now`. */
export function relativeTime(instant: string, now: Date): string {
  const seconds = Math.round((now.getTime() - Date.parse(instant)) / 1_000);
  const size = Math.abs(seconds);
  const [unit, length] = UNITS.find(([, length]) => size >= length) ?? ['s', 1];
  if (size < 2) return 'just now';
  const count = `${Math.floor(size / length)} ${unit}`;
  return seconds > 0 ? `${count} ago` : `in ${count}`;
}

/** The length of something that began and perhaps ended: `4 min`, `2 h`. */
export function lasted(from: string, to: string | undefined): string | undefined {
  if (to === undefined) return undefined;
  const seconds = Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 1_000));
  const [unit, length] = UNITS.find(([, length]) => seconds >= length) ?? ['s', 1];
  return `${Math.floor(seconds / length)} ${unit}`;
}

/** Enough of a digest to tell it from others. */
export const shortDigest = (digest: string): string => digest.slice(0, 12);

/** `auc=0.91 f1=0.8`, the first few. */
export function figures(numbers: Readonly<Record<string, number>> = {}, count = 3): string | undefined {
  const shown = Object.entries(numbers)
    .slice(0, count)
    .map(([name, value]) => `${name}=${Number(value.toPrecision(4))}`);
  return shown.length > 0 ? shown.join(' ') : undefined;
}

/** One line of a longer text. */
export function firstLine(text: string | undefined, width = 60): string | undefined {
  const line = text?.split('\n')[0];
  return line !== undefined && line.length > width ? `${line.slice(0, width - 1)}…` : line;
}

/** An entity as people read it: its fields, then each section under its name. */
export function sections(entity: object, more: Readonly<Record<string, unknown>> = {}): string {
  const present = Object.entries(more).filter(([, value]) => value !== undefined);
  return [entity, ...present.map(([name, value]) => ({ [name]: value }))]
    .map((section) => stringify(JSON.parse(JSON.stringify(section)), { lineWidth: 0 }))
    .join('\n');
}

/** Names and values that others chose, safe to write to a terminal: control characters and changes of direction escaped. */
export const printable = (text: string): string =>
  text.replace(
    /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
