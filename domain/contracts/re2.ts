/** RE2 repeats no part of a pattern more often, nested repetitions multiplied. */
const MAX_REPETITION = 1_000;
/** DuckDB lets a compiled pattern have 349,000 instructions (measured, 1.5). */
const MAX_COST = 300_000;
const MAX_DEPTH = 50;
/** At most instructions, measured: a union of Unicode categories, what is left of Unicode without some, a range. */
const CATEGORY_COST = 1_000;
const NEGATED_COST = 12;
const RANGE_COST = 12;
const LETTER_COST = 4;

const CATEGORIES =
  'C Cc Cf Co Cs L Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm So Z Zl Zp Zs Any Arabic ' +
  'Armenian Bengali Common Cyrillic Devanagari Ethiopic Georgian Greek Gujarati Gurmukhi Han Hangul Hebrew Hiragana ' +
  'Inherited Kannada Katakana Khmer Lao Latin Malayalam Mongolian Myanmar Oriya Sinhala Syriac Tamil Telugu Thaana ' +
  'Thai Tibetan';
const KNOWN_CATEGORIES = new Set(CATEGORIES.split(' '));
const POSIX = /\[:\^?(?:al(?:num|pha)|ascii|blank|cntrl|x?digit|graph|lower|print|punct|space|upper|word):\]/uy;
const REPETITION = /[*+?]|\{(\d{1,6})(,(\d{1,6})?)?\}/uy;
const GROUP = /\((?:\?(?::|P<\w+>|[imsU]+(?:-[imsU]+)?:)|(?!\?))/uy;
const FLAGS = /\(\?[imsU]+(?:-[imsU]+)?\)/uy;
const ESCAPED_LETTER = /\\(?:[aftnrv]|x[\dA-Fa-f]{2}|x\{[\dA-Fa-f]{1,6}\}|[!-/:-@[-`{-~])/uy;
const ESCAPED_CLASS = /\\[dDsSwW]/uy;
const ESCAPED_CATEGORY = /\\[pP](?:\{(\w+)\}|(\w))/uy;
const ASSERTION = /\^|\$|\\[bBAz]/uy;
const LETTER = /[^\\]/suy;

/** What other dialects know beyond RE2. */
const FOREIGN: readonly (readonly [form: RegExp, name: string])[] = [
  [/\(\?(?:=|!|<=|<!)/uy, 'is a lookaround'],
  [/\(\?>/uy, 'is an atomic group'],
  [/\(\?P=\w*\)?|\\[1-9]|\\k/uy, 'is a backreference'],
  [/\(\?(?:P?<|')/uy, 'is no group: named groups are (?P<name>…)'],
  [/\(\?#/uy, 'is a comment'],
  [/\(\?.?/suy, 'is no group of RE2'],
  [/\\./suy, 'is no escape of RE2'],
];

class PatternProblem extends Error {}

/** What a part of the pattern becomes: instructions, and the most often anything in it is repeated. */
interface Size {
  readonly cost: number;
  readonly repetition: number;
}

/**
 * Why a pattern cannot be matched in linear time by the engine's RE2: lookaround, backreference, possessive repetition,
 * too much repetition, a slip. A few oddities RE2 would take are refused, such as a `{` that repeats nothing.
 * @returns the piece and its place, such as `(?=` at 3 is a lookaround; undefined for a pattern that compiles
 */
export function patternProblem(pattern: string): string | undefined {
  try {
    new PatternReader(pattern).whole();
    return undefined;
  } catch (error) {
    if (error instanceof PatternProblem) return error.message;
    throw error;
  }
}

class PatternReader {
  private offset = 0;
  private depth = 0;
  private readonly pattern: string;

  constructor(pattern: string) {
    this.pattern = pattern;
  }

  whole(): void {
    const lone = this.pattern.search(/\p{Cs}/u);
    if (lone >= 0) throw this.problem(lone, 1, 'is half a character');
    const { cost } = this.alternatives();
    if (this.offset < this.pattern.length) throw this.problem(this.offset, 1, 'closes no group');
    if (cost > MAX_COST) throw new PatternProblem('repeats too much: it would not fit the engine');
  }

  private problem(at: number, length: number, text: string): PatternProblem {
    return new PatternProblem(`\`${this.pattern.slice(at, at + length)}\` at ${at + 1} ${text}`);
  }

  private take(form: RegExp): RegExpExecArray | undefined {
    form.lastIndex = this.offset;
    const found = form.exec(this.pattern) ?? undefined;
    this.offset += found?.[0].length ?? 0;
    return found;
  }

  private sees(text: string): boolean {
    return this.pattern.startsWith(text, this.offset);
  }

  private alternatives(): Size {
    let whole: Size = { cost: 2, repetition: 1 };
    while (this.offset < this.pattern.length && !this.sees(')')) {
      const part = this.sees('|') ? this.bar() : this.repeated();
      whole = { cost: whole.cost + part.cost, repetition: Math.max(whole.repetition, part.repetition) };
    }
    return whole;
  }

  private bar(): Size {
    this.offset += 1;
    this.refuseRepetition('repeats nothing');
    return { cost: 1, repetition: 1 };
  }

  private repeated(): Size {
    this.refuseRepetition('repeats nothing');
    if (this.take(FLAGS) ?? this.take(ASSERTION)) {
      this.refuseRepetition('repeats nothing');
      return { cost: 1, repetition: 1 };
    }
    const one = this.atom();
    const at = this.offset;
    const found = this.take(REPETITION);
    if (!found) return one;
    if (this.sees('+')) throw this.problem(at, found[0].length + 1, 'is possessive or repeats a repetition');
    if (this.sees('?')) this.offset += 1;
    this.refuseRepetition('repeats a repetition');
    return this.size(one, found, at);
  }

  private size(one: Size, [text, least, range, most]: RegExpExecArray, at: number): Size {
    if (least === undefined) return { cost: one.cost + 2, repetition: one.repetition };
    const times = Number(range === undefined ? least : (most ?? least));
    if (times < Number(least)) throw this.problem(at, text.length, 'has its bounds the wrong way round');
    const repetition = one.repetition * Math.max(times, 1);
    if (repetition > MAX_REPETITION)
      throw this.problem(at, text.length, `repeats more than ${MAX_REPETITION} times, nested repetitions multiplied`);
    return { cost: (one.cost + 1) * (times + 1), repetition };
  }

  private refuseRepetition(problem: string): void {
    const at = this.offset;
    const found = this.take(REPETITION);
    if (found) throw this.problem(at, found[0].length, problem);
  }

  private atom(): Size {
    const at = this.offset;
    if (this.take(GROUP)) return this.group(at);
    if (this.sees('[')) return { cost: this.set(), repetition: 1 };
    if (this.sees('{')) throw this.problem(at, 1, 'repeats nothing: a brace is written \\{');
    if (this.take(/\./uy)) return { cost: NEGATED_COST, repetition: 1 };
    if (this.take(ESCAPED_CLASS)) return { cost: NEGATED_COST, repetition: 1 };
    if (this.category()) return { cost: CATEGORY_COST, repetition: 1 };
    this.letter();
    return { cost: LETTER_COST, repetition: 1 };
  }

  private group(at: number): Size {
    if (this.depth === MAX_DEPTH) throw this.problem(at, 1, `is nested more than ${MAX_DEPTH} levels deep`);
    this.depth += 1;
    const inner = this.alternatives();
    this.depth -= 1;
    if (!this.take(/\)/uy)) throw this.problem(at, 1, 'is never closed');
    return { cost: inner.cost + 2, repetition: inner.repetition };
  }

  private category(): boolean {
    const at = this.offset;
    const found = this.take(ESCAPED_CATEGORY);
    if (found && !KNOWN_CATEGORIES.has(found[1] ?? found[2] ?? ''))
      throw this.problem(at, found[0].length, 'is no Unicode category or script');
    return found !== undefined;
  }

  /** @returns its code point */
  private letter(): number {
    const at = this.offset;
    const escaped = this.take(ESCAPED_LETTER)?.[0];
    if (escaped?.startsWith('\\x')) {
      const code = Number.parseInt(escaped.replace(/[^\dA-Fa-f]/g, ''), 16);
      if (code > 0x10ffff) throw this.problem(at, escaped.length, 'is no character');
      return code;
    }
    if (escaped !== undefined) return CONTROLS.get(escaped) ?? escaped.charCodeAt(1);
    for (const [form, problem] of FOREIGN) {
      const found = this.take(form);
      if (found) throw this.problem(at, found[0].length, problem);
    }
    const letter = this.take(LETTER)?.[0];
    if (letter === undefined) throw this.problem(at, 1, 'escapes nothing');
    return letter.codePointAt(0) ?? 0;
  }

  /** `[…]`. @returns its cost */
  private set(): number {
    const start = this.offset;
    const negated = this.take(/\[\^?/uy)?.[0] === '[^';
    let cost = negated ? NEGATED_COST : LETTER_COST;
    for (let first = true; first || !this.sees(']'); first = false) {
      if (this.offset >= this.pattern.length) throw this.problem(start, 1, 'is never closed');
      if (this.category()) cost += cost < CATEGORY_COST ? CATEGORY_COST : 0;
      else {
        this.setItem();
        cost += RANGE_COST;
      }
    }
    this.offset += 1;
    return cost;
  }

  private setItem(): void {
    const at = this.offset;
    if (this.take(ESCAPED_CLASS) ?? this.take(POSIX)) return;
    if (this.sees('[:') && this.pattern.includes(':]', at + 2)) throw this.problem(at, 2, 'begins no known class');
    const low = this.setLetter();
    if (!this.sees('-') || this.pattern.charAt(this.offset + 1) === ']' || this.offset + 1 >= this.pattern.length)
      return;
    this.offset += 1;
    if (this.take(ESCAPED_CLASS) ?? this.take(ESCAPED_CATEGORY))
      throw this.problem(at, this.offset - at, 'is no range of characters');
    if (this.setLetter() < low) throw this.problem(at, this.offset - at, 'has its ends the wrong way round');
  }

  /** No sign is special within a set but the backslash. */
  private setLetter(): number {
    if (this.sees('\\')) return this.letter();
    return this.take(LETTER)?.[0].codePointAt(0) ?? 0;
  }
}

const CONTROLS = new Map([
  ['\\a', 7],
  ['\\f', 12],
  ['\\t', 9],
  ['\\n', 10],
  ['\\r', 13],
  ['\\v', 11],
]);
