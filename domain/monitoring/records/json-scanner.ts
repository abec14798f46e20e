import type { CapturedValue } from '../../capture/lines.ts';

const [MINUS, PLUS, POINT, ZERO, NINE] = [45, 43, 46, 48, 57];
const [QUOTE, BACKSLASH, COMMA, OPEN, CLOSE] = [34, 92, 44, 91, 93];
const [UPPER_E, LOWER_E, T, F, N] = [69, 101, 116, 102, 110];
/** So many digits make a whole number that a double holds, and one division by a power of ten is then rounded right. */
const EXACT_DIGITS = 15;
const POWERS = Float64Array.from({ length: EXACT_DIGITS + 1 }, (_, exponent) => 10 ** exponent);

/**
 * Reads scalars and arrays of JSON, and of JSON within a JSON string (where `\"` begins and ends a string), from a place
 * on. It knows no escapes, no white space and no objects: `failed` says that the text is not for it, whether wrong or not.
 * What it does read is what `JSON.parse` would.
 */
export class JsonScanner {
  failed = false;
  at = 0;
  #text = '';

  start(text: string): void {
    this.#text = text;
    this.at = 0;
    this.failed = false;
  }

  /** Whether this text stands here; then it is skipped. */
  skip(text: string): boolean {
    // comparing a slice takes half the time of startsWith
    if (this.#text.slice(this.at, this.at + text.length) !== text) return false;
    this.at += text.length;
    return true;
  }

  expect(text: string): void {
    if (!this.skip(text)) this.failed = true;
  }

  get isAtEnd(): boolean {
    return this.at === this.#text.length;
  }

  textFrom(start: number): string {
    return this.#text.slice(start, this.at);
  }

  digit(): number {
    const digit = this.#text.charCodeAt(this.at) - ZERO;
    if (!(digit >= 0 && digit <= 9)) this.failed = true;
    this.at += 1;
    return digit;
  }

  /** The rest of a string whose first quote is behind; its last one is skipped. */
  plainString(): string {
    return this.#until(QUOTE, 1);
  }

  /** As `plainString`, of a string within a string. */
  innerString(): string {
    return this.#until(BACKSLASH, 2);
  }

  #until(end: number, skipped: number): string {
    const start = this.at;
    let unit = this.#text.charCodeAt(this.at);
    // NaN at the end of the text is no larger than anything
    while (unit >= 32 && unit !== QUOTE && unit !== BACKSLASH) {
      this.at += 1;
      unit = this.#text.charCodeAt(this.at);
    }
    if (unit !== end || (skipped === 2 && this.#text.charCodeAt(this.at + 1) !== QUOTE)) this.failed = true;
    const text = this.#text.slice(start, this.at);
    this.at += skipped;
    return text;
  }

  /** A number as JSON writes it; it may be infinite. */
  number(): number {
    const text = this.#text;
    const start = this.at;
    let at = start;
    const negative = text.charCodeAt(at) === MINUS;
    if (negative) at += 1;
    const whole = at;
    let unit = text.charCodeAt(at);
    let digits = 0;
    while (unit >= ZERO && unit <= NINE) {
      digits = digits * 10 + (unit - ZERO);
      at += 1;
      unit = text.charCodeAt(at);
    }
    const wholeDigits = at - whole;
    if (wholeDigits === 0 || (wholeDigits > 1 && text.charCodeAt(whole) === ZERO)) this.failed = true;
    let decimals = 0;
    if (unit === POINT) {
      at += 1;
      const from = at;
      unit = text.charCodeAt(at);
      while (unit >= ZERO && unit <= NINE) {
        digits = digits * 10 + (unit - ZERO);
        at += 1;
        unit = text.charCodeAt(at);
      }
      decimals = at - from;
      if (decimals === 0) this.failed = true;
    }
    const isPlain = unit !== LOWER_E && unit !== UPPER_E;
    if (!isPlain) at = this.#exponentEnd(at + 1);
    this.at = at;
    if (!isPlain || wholeDigits + decimals > EXACT_DIGITS) return Number(text.slice(start, at));
    const size = decimals === 0 ? digits : digits / (POWERS[decimals] as number);
    return negative ? -size : size;
  }

  #exponentEnd(from: number): number {
    let at = from;
    let unit = this.#text.charCodeAt(at);
    if (unit === PLUS || unit === MINUS) {
      at += 1;
      unit = this.#text.charCodeAt(at);
    }
    if (!(unit >= ZERO && unit <= NINE)) this.failed = true;
    while (unit >= ZERO && unit <= NINE) {
      at += 1;
      unit = this.#text.charCodeAt(at);
    }
    return at;
  }

  /** Arrays, as many as there are, of `width` nulls, booleans, numbers and strings each, of JSON within a string. */
  innerRows(width: number): CapturedValue[][] {
    const text = this.#text;
    const rows: CapturedValue[][] = [];
    if (text.charCodeAt(this.at) !== OPEN) this.failed = true;
    do {
      this.at += 1;
      if (text.charCodeAt(this.at) !== OPEN) this.failed = true;
      if (this.failed) return rows;
      const row = new Array<CapturedValue>(width);
      for (let i = 0; i < width; i++) {
        this.at += 1;
        row[i] = this.#innerCell();
        if (i + 1 < width && text.charCodeAt(this.at) !== COMMA) this.failed = true;
      }
      if (text.charCodeAt(this.at) !== CLOSE) this.failed = true;
      this.at += 1;
      rows.push(row);
    } while (text.charCodeAt(this.at) === COMMA);
    if (text.charCodeAt(this.at) !== CLOSE) this.failed = true;
    this.at += 1;
    return rows;
  }

  #innerCell(): CapturedValue {
    const text = this.#text;
    const { at } = this;
    const unit = text.charCodeAt(at);
    if (unit === BACKSLASH) {
      if (text.charCodeAt(at + 1) !== QUOTE) this.failed = true;
      this.at = at + 2;
      return this.innerString();
    }
    if (unit !== N && unit !== T && unit !== F) return this.number();
    this.expect(unit === N ? 'null' : unit === T ? 'true' : 'false');
    return unit === N ? null : unit === T;
  }

  /** An array of at least one item; each is read by `item`. */
  list<T>(item: () => T): T[] {
    const items: T[] = [];
    if (this.#text.charCodeAt(this.at) !== OPEN) this.failed = true;
    do {
      this.at += 1;
      items.push(item());
    } while (this.#text.charCodeAt(this.at) === COMMA && !this.failed);
    if (this.#text.charCodeAt(this.at) !== CLOSE) this.failed = true;
    this.at += 1;
    return items;
  }

  /** Whether an array begins here. */
  get isAtList(): boolean {
    return this.#text.charCodeAt(this.at) === OPEN;
  }
}
