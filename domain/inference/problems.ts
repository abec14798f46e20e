import { InvalidInputError } from '../common-errors.ts';
import { nearest } from '../nearest.ts';

/** A request with thousands of bad values is answered with the first few. */
const MAX_PROBLEMS = 10;
const MAX_SHOWN = 60;
/** No name that is longer is compared with those there are: the time it takes grows with its length. */
const MAX_COMPARED = 128;

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export type Findings = Pick<Problems, 'add'>;

/** Collects what is wrong with a request, each with the JSON pointer (RFC 6901) of the field. */
export class Problems {
  readonly #found: string[] = [];

  add(pointer: string, seen: unknown, allowed: string): void {
    this.say(`${pointer || 'body'}: ${allowed} expected, got ${show(seen)}`);
  }

  /** A name that is none of those there are, with the one that was probably meant. */
  addUnknown(pointer: string, name: string, names: readonly string[]): void {
    if (this.#found.length >= MAX_PROBLEMS) return;
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
    if (this.#found.length < MAX_PROBLEMS) this.#found.push(problem);
  }

  /** @throws InvalidInputError */
  throwIfAny(): void {
    if (this.#found.length > 0) throw new InvalidInputError(this.#found);
  }
}

function show(seen: unknown): string {
  if (seen === undefined) return 'nothing';
  if (Array.isArray(seen) && seen.length > 8) return `an array of ${seen.length}`;
  const json = JSON.stringify(seen);
  return json.length > MAX_SHOWN ? `${json.slice(0, MAX_SHOWN)}…` : json;
}
