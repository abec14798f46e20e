import { InvalidInputError } from '../common-errors.ts';
import { nearest } from '../nearest.ts';

/** A request with thousands of bad values is answered with the first few. */
const MAX_PROBLEMS = 10;
const MAX_SHOWN = 60;
/** Of a nested value, levels and parts of each that are shown. */
const MAX_LEVELS = 4;
const MAX_PARTS = 8;
/** No name that is longer is compared with those there are: the time it takes grows with its length. */
const MAX_COMPARED = 128;

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export type Findings = Pick<Problems, 'add'>;

/** Collects what is wrong with a request, each with the JSON pointer (RFC 6901) of the field. */
export class Problems {
  readonly #found: string[] = [];

  /** Nothing more would be told: what is still unread need not be read. */
  get full(): boolean {
    return this.#found.length >= MAX_PROBLEMS;
  }

  add(pointer: string, seen: unknown, allowed: string): void {
    this.say(`${pointer || 'body'}: ${allowed} expected, got ${show(seen)}`);
  }

  /** A name that is none of those there are, with the one that was probably meant. */
  addUnknown(pointer: string, name: string, names: readonly string[]): void {
    if (this.full) return;
    const guess = name.length <= MAX_COMPARED ? nearest(name, names) : undefined;
    const hint = guess === undefined ? '' : `; did you mean ${guess}?`;
    this.say(`${pointer}: one of ${names.join(', ')} expected, got ${show(name)}${hint}`);
  }

  /** The same list, for what nobody may read: says name and place, not what was seen. */
  hiding(name?: string): Findings {
    const suffix = name === undefined ? '' : ` of ${name}`;
    return { add: (pointer, _seen, allowed) => this.say(`${pointer || 'body'}: ${allowed} expected${suffix}`) };
  }

  say(problem: string): void {
    if (!this.full) this.#found.push(problem);
  }

  /** @throws InvalidInputError */
  throwIfAny(): void {
    if (this.#found.length > 0) throw new InvalidInputError(this.#found);
  }
}

function show(seen: unknown): string {
  if (seen === undefined) return 'nothing';
  if (Array.isArray(seen) && seen.length > MAX_PARTS) return `an array of ${seen.length}`;
  // what JSON.parse made of 1e400, and of a whole number with more digits than a double has
  if (typeof seen === 'number' && !Number.isFinite(seen)) return 'a number too large for a double';
  if (Number.isInteger(seen) && !Number.isSafeInteger(seen)) return `about ${seen}, which a double holds only nearly`;
  const json = brief(seen, MAX_LEVELS);
  return json.length > MAX_SHOWN ? `${json.slice(0, MAX_SHOWN)}…` : json;
}

/** JSON as far as it is shown: what is sent may be nested deeper than JSON.stringify can go. */
function brief(value: unknown, levels: number): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, MAX_SHOWN));
  if (typeof value !== 'object' || value === null) return String(value);
  if (levels === 0) return '…';
  if (Array.isArray(value)) {
    const items = value.slice(0, MAX_PARTS).map((item) => brief(item, levels - 1));
    return `[${items.join()}${value.length > MAX_PARTS ? ',…' : ''}]`;
  }
  const names = Object.keys(value);
  const fields = names
    .slice(0, MAX_PARTS)
    .map((name) => `${brief(name, 0)}:${brief((value as Record<string, unknown>)[name], levels - 1)}`);
  return `{${fields.join()}${names.length > MAX_PARTS ? ',…' : ''}}`;
}
