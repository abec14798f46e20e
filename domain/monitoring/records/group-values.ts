import { compareText } from '../../profiles/profile.ts';

/** Values of a group column that are told apart while they are counted: the first by code point, so that order does not matter. */
const KEPT_VALUES = 1_000;
const LONGEST_VALUE = 200;
/** Codes are 16 bits. */
const MOST_CODES = 60_000;

/** Code of every value that is not kept. */
export const OTHER_CODE = 0;
const NULL_CODE = 1;

/** Gives values of one column small codes. */
export class GroupValues {
  /** By code; undefined where the value is not kept (any more). */
  #values: (string | null | undefined)[] = [undefined, null];
  readonly #codes = new Map<string, number>();
  /** The kept ones, rising. */
  readonly #sorted: string[] = [];

  constructor(values: readonly (string | null | undefined)[] = []) {
    for (const value of values) if (typeof value === 'string') this.codeOf(value);
  }

  codeOf(value: string | null): number {
    if (value === null) return NULL_CODE;
    const known = this.#codes.get(value);
    if (known !== undefined) return known;
    if (value.length > LONGEST_VALUE) return OTHER_CODE;
    const last = this.#sorted.at(-1);
    if (this.#sorted.length >= KEPT_VALUES && last !== undefined) {
      if (compareText(value, last) > 0) return OTHER_CODE;
      this.#values[this.#codes.get(last) as number] = undefined;
      this.#codes.delete(last);
      this.#sorted.pop();
    }
    // a copy: the value may be a slice that keeps all of its line in memory
    const own = JSON.parse(JSON.stringify(value)) as string;
    this.#sorted.splice(this.#placeOf(own), 0, own);
    const code = this.#values.push(own) - 1;
    this.#codes.set(own, code);
    return code;
  }

  /** By code: what is kept. */
  values(): readonly (string | null | undefined)[] {
    return this.#values;
  }

  get isFull(): boolean {
    return this.#values.length >= MOST_CODES;
  }

  /** Frees the codes of values that are no longer kept. @returns new codes by old ones */
  compact(): Uint16Array {
    const kept: (string | null | undefined)[] = [undefined, null];
    const moved = Uint16Array.from(this.#values, (value, code) => {
      if (code <= NULL_CODE) return code;
      return typeof value === 'string' ? kept.push(value) - 1 : OTHER_CODE;
    });
    this.#values = kept;
    for (const [code, value] of kept.entries()) if (typeof value === 'string') this.#codes.set(value, code);
    return moved;
  }

  #placeOf(value: string): number {
    let [low, high] = [0, this.#sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareText(this.#sorted[middle] as string, value) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
