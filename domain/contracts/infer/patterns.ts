/** Forms with a name of their own, the narrower first. */
const NAMED: readonly (readonly [what: string, pattern: string])[] = [
  ['UUIDs', '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'],
  ['UUIDs', '[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}'],
  ['dates', '[0-9]{4}-[0-9]{2}-[0-9]{2}'],
  ['MD5 digests', '[0-9a-f]{32}'],
  ['SHA-1 digests', '[0-9a-f]{40}'],
  ['SHA-256 digests', '[0-9a-f]{64}'],
  ['e-mail addresses', '[^@\\s]+@[^@\\s]+\\.[^@\\s.]+'],
  ['URLs', 'https?://\\S+'],
  ['IPv4 addresses', '[0-9]{1,3}(\\.[0-9]{1,3}){3}'],
];

/** Characters that stand for others of their kind, from narrow to wide. */
const LEVELS: readonly (readonly [RegExp, string])[][] = [
  [
    [/[A-Z]/, '[A-Z]'],
    [/[a-z]/, '[a-z]'],
    [/[0-9]/, '[0-9]'],
  ],
  [
    [/[A-Za-z]/, '[A-Za-z]'],
    [/[0-9]/, '[0-9]'],
  ],
  [[/[A-Za-z0-9]/, '[A-Za-z0-9]']],
];
const ALONE_IS_NOTHING = ['[a-z]', '[A-Za-z]', '[A-Za-z0-9]'];
const MAX_PARTS = 16;
/** Fewer different values than this show no form. */
export const MIN_PATTERN_VALUES = 5;

interface Part {
  /** A class, or a character that stands for itself. */
  readonly of: string;
  readonly literal: boolean;
  readonly min: number;
  readonly max: number;
}

/**
 * Regular expressions (RE2) that all of the values match as a whole and that say something about them, the narrowest
 * first; whoever has all values checks which holds. Values are cut into runs of one class of characters; where the runs
 * are the same in all values, they are the expression. A run that had one length keeps it; lengths that vary may be twice
 * the longest and down to one, as a longer one will come.
 */
export function proposePatterns(values: readonly string[]): string[] {
  const different = [...new Set(values)];
  if (different.length < MIN_PATTERN_VALUES) return [];
  const named = NAMED.map(([, pattern]) => pattern).filter((pattern) => {
    const whole = new RegExp(`^(?:${pattern})$`);
    return different.every((value) => whole.test(value));
  });
  const generalised = LEVELS.flatMap((classes) => generalise(different, classes) ?? []);
  return [...new Set([...named, ...generalised])];
}

/** What a proposed expression stands for, if it has a name. */
export const patternName = (pattern: string): string | undefined => NAMED.find(([, known]) => known === pattern)?.[0];

function generalise(values: readonly string[], classes: (typeof LEVELS)[number]): string[] | undefined {
  let parts: Part[] | undefined;
  for (const value of values) {
    const own = runs(value, classes);
    if (!own || own.length > MAX_PARTS) return undefined;
    parts = parts ? merged(parts, own) : own;
    if (!parts) return undefined;
  }
  return parts && saysSomething(parts) ? [parts.map(text).join('')] : undefined;
}

function runs(value: string, classes: (typeof LEVELS)[number]): Part[] | undefined {
  const parts: Part[] = [];
  for (const character of value) {
    // letters of other scripts, and what is not printable, have no class here
    if (!/[\x20-\x7e]/.test(character)) return undefined;
    const known = classes.find(([test]) => test.test(character))?.[1];
    const of = known ?? character;
    const last = parts.at(-1);
    if (last && last.of === of && last.literal === (known === undefined))
      parts[parts.length - 1] = { ...last, min: last.min + 1, max: last.max + 1 };
    else parts.push({ of, literal: known === undefined, min: 1, max: 1 });
  }
  return parts;
}

function merged(a: readonly Part[], b: readonly Part[]): Part[] | undefined {
  if (a.length !== b.length) return undefined;
  const parts = a.map((part, i): Part | undefined => {
    const other = b[i] as Part;
    if (part.of !== other.of || part.literal !== other.literal) return undefined;
    return { ...part, min: Math.min(part.min, other.min), max: Math.max(part.max, other.max) };
  });
  return parts.every((part) => part !== undefined) ? parts : undefined;
}

/** Letters of any number are every word; signs between parts, one length or one kind of letter are a form. */
function saysSomething(parts: readonly Part[]): boolean {
  const [first] = parts;
  if (!first) return false;
  if (parts.length > 1) return parts.some(({ literal }) => literal) || parts.some(({ min, max }) => min === max);
  return first.min === first.max || !ALONE_IS_NOTHING.includes(first.of);
}

function text({ of, literal, min, max }: Part): string {
  const one = literal ? of.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&') : of;
  if (min === max) return min === 1 ? one : `${one}{${min}}`;
  return `${one}{1,${2 * max}}`;
}
