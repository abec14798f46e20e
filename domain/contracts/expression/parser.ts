import { nearest } from '../../nearest.ts';
import { type Arithmetic, type Comparison, childrenOf, type Expression } from './ast.ts';
import { ExpressionError } from './error.ts';
import { FUNCTION_NAMES, type FunctionName } from './functions.ts';
import { type Token, tokensOf } from './lexer.ts';
import { microsOf } from './times.ts';

export const MAX_EXPRESSION_LENGTH = 4_000;
/** Of parentheses, calls, signs, and of operators in a row other than `and` and `or`. */
export const MAX_EXPRESSION_DEPTH = 50;

const COMPARISONS: readonly string[] = ['==', '=', '!=', '<', '<=', '>', '>='];
const KEYWORDS = ['or', 'and', 'not', 'in', 'between', 'is', 'null', 'true', 'false'];

/**
 * Parses an expression over the cells of one row.
 *
 * ```
 * either     := both ('or' both)*
 * both       := negation ('and' negation)*
 * negation   := 'not' negation | comparison
 * comparison := sum ( ('==' | '=' | '!=' | '<' | '<=' | '>' | '>=') sum
 *                   | 'not'? 'in' '[' sum (',' sum)* ']' | 'not'? 'between' sum 'and' sum | 'is' 'not'? 'null' )?
 * sum        := product (('+' | '-') product)*
 * product    := signed (('*' | '/' | '%') signed)*
 * signed     := '-' signed | value
 * value      := number | text | 'true' | 'false' | 'null' | column | function '(' either (',' either)* ')'
 *             | 'timestamp' '(' text ')' | '(' either ')'
 * ```
 * A column is a bare name or any name in backticks; a text is in single or double quotes; a quote stands twice for itself.
 *
 * Null is "unknown". A missing cell is null, and so is a number that is NaN or infinite, be it a cell, the result of a
 * division by zero or of an overflow. Operators and functions with an unknown operand are unknown, except that `and` is
 * false beside false, `or` true beside true, `is null` always knows, `coalesce`, `least` and `greatest` go by the values
 * that are there, and `if` takes its last argument unless its condition is true.
 *
 * Numbers are doubles; only where an operator compares two `integer` columns do their cells keep all digits.
 * @throws ExpressionError
 */
export function parseExpression(text: string): Expression {
  if (text.length > MAX_EXPRESSION_LENGTH)
    throw new ExpressionError(`is longer than ${MAX_EXPRESSION_LENGTH} characters`, MAX_EXPRESSION_LENGTH + 1);
  const lone = text.search(/\p{Cs}/u);
  if (lone >= 0) throw new ExpressionError(`half a character at ${lone + 1}`, lone + 1);
  const parser = new Parser(tokensOf(text));
  const expression = parser.whole();
  refuseDepth(expression, MAX_EXPRESSION_DEPTH);
  return expression;
}

function refuseDepth(expression: Expression, left: number): void {
  if (left === 0) throw tooDeep(expression.at);
  for (const child of childrenOf(expression)) refuseDepth(child, left - 1);
}

const tooDeep = (at: number): ExpressionError =>
  new ExpressionError(`nested more than ${MAX_EXPRESSION_DEPTH} levels deep at ${at}`, at);

class Parser {
  private position = 0;
  private depth = 0;
  private readonly tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  whole(): Expression {
    const expression = this.either();
    if (this.token.kind !== 'end') throw this.unexpected('an operator or the end');
    return expression;
  }

  private get token(): Token {
    return this.tokens[this.position] as Token;
  }

  private next(): Token {
    const { token } = this;
    if (token.kind !== 'end') this.position += 1;
    return token;
  }

  private sees(...texts: readonly string[]): boolean {
    const { kind, text } = this.token;
    return (kind === 'sign' || kind === 'name') && texts.includes(text);
  }

  private take(text: string): Token | undefined {
    return this.sees(text) ? this.next() : undefined;
  }

  private expect(text: string): void {
    if (!this.take(text)) throw this.unexpected(`\`${text}\``);
  }

  private unexpected(wanted: string): ExpressionError {
    const { kind, text, at } = this.token;
    const shown = kind === 'end' ? 'the end' : `\`${text}\``;
    const lower = text.toLowerCase();
    const guess = kind === 'name' && lower !== text && KEYWORDS.includes(lower) ? `; did you mean \`${lower}\`?` : '';
    return new ExpressionError(`unexpected ${shown} at ${at}: ${wanted} was expected${guess}`, at);
  }

  /** Every rule that calls itself goes through here, so that no text exhausts the stack. */
  private nested<T>(parse: () => T): T {
    if (this.depth === MAX_EXPRESSION_DEPTH) throw tooDeep(this.token.at);
    this.depth += 1;
    const result = parse();
    this.depth -= 1;
    return result;
  }

  private either(): Expression {
    return this.row('or', () => this.row('and', () => this.negation()));
  }

  private row(kind: 'and' | 'or', parse: () => Expression): Expression {
    const first = parse();
    if (!this.sees(kind)) return first;
    const { at } = this.token;
    const items = [first];
    while (this.take(kind)) items.push(parse());
    return { kind, items, at };
  }

  private negation(): Expression {
    const not = this.take('not');
    return not ? { kind: 'not', of: this.nested(() => this.negation()), at: not.at } : this.comparison();
  }

  private comparison(): Expression {
    const left = this.sum();
    const { at } = this.token;
    if (this.sees(...COMPARISONS)) {
      const { text } = this.next();
      const operator = (text === '=' ? '==' : text) as Comparison;
      const comparison: Expression = { kind: 'comparison', operator, left, right: this.sum(), at };
      if (this.sees(...COMPARISONS)) throw this.unexpected('`and` or the end, as comparisons do not chain,');
      return comparison;
    }
    const inverted = (not: unknown, of: Expression): Expression => (not ? { kind: 'not', of, at } : of);
    if (this.take('is')) {
      const not = this.take('not');
      this.expect('null');
      return inverted(not, { kind: 'is-null', of: left, at });
    }
    const not = this.take('not');
    if (this.take('in')) return inverted(not, { kind: 'in', value: left, items: this.list(), at });
    if (this.take('between')) {
      const low = this.sum();
      this.expect('and');
      return inverted(not, { kind: 'between', value: left, low, high: this.sum(), at });
    }
    if (not) throw this.unexpected('`in` or `between`');
    return left;
  }

  private list(): Expression[] {
    this.expect('[');
    return this.itemsTo(']', () => this.sum());
  }

  private itemsTo(end: string, parse: () => Expression): Expression[] {
    return this.nested(() => {
      const items = [parse()];
      while (this.take(',')) items.push(parse());
      if (!this.take(end)) throw this.unexpected(`\`,\` or \`${end}\``);
      return items;
    });
  }

  private sum(): Expression {
    return this.operators(['+', '-'], () => this.operators(['*', '/', '%'], () => this.signed()));
  }

  private operators(signs: readonly Arithmetic[], parse: () => Expression): Expression {
    let left = parse();
    while (this.sees(...signs)) {
      const { text, at } = this.next();
      left = { kind: 'arithmetic', operator: text as Arithmetic, left, right: parse(), at };
    }
    return left;
  }

  private signed(): Expression {
    const minus = this.take('-');
    if (!minus) return this.value();
    const of = this.nested(() => this.signed());
    return of.kind === 'number' ? { ...of, value: -of.value, at: minus.at } : { kind: 'negate', of, at: minus.at };
  }

  private value(): Expression {
    const { kind, text, at } = this.token;
    if (kind === 'number') return numberOf(this.next());
    if (kind === 'text') return { kind, value: this.next().text, at };
    if (kind === 'column' && text !== '') return { kind, name: this.next().text, at };
    if (this.take('(')) {
      const inner = this.nested(() => this.either());
      this.expect(')');
      return inner;
    }
    if (this.take('null')) return { kind: 'null', at };
    const truth = this.take('true') ?? this.take('false');
    if (truth) return { kind: 'boolean', value: truth.text === 'true', at };
    if (kind !== 'name' || KEYWORDS.includes(text)) throw this.unexpected('a value');
    this.next();
    if (!this.take('(')) return { kind: 'column', name: text, at };
    return text === 'timestamp' ? this.timestamp(at) : this.call(text, at);
  }

  private timestamp(at: number): Expression {
    const { kind, text } = this.token;
    const micros = kind === 'text' ? microsOf(text) : undefined;
    if (micros === undefined) throw this.unexpected("a time such as '2026-01-31T12:00:00Z', in the years 1 to 9999,");
    this.next();
    this.expect(')');
    return { kind: 'time', micros, at };
  }

  private call(text: string, at: number): Expression {
    const name = FUNCTION_NAMES.find((known) => known === text);
    if (name === undefined) throw unknownFunction(text, at);
    return { kind: 'call', name: name satisfies FunctionName, args: this.itemsTo(')', () => this.either()), at };
  }
}

function unknownFunction(text: string, at: number): ExpressionError {
  const guess = nearest(text.toLowerCase(), [...FUNCTION_NAMES, 'timestamp']);
  const known = [...FUNCTION_NAMES, 'timestamp'].join(', ');
  const hint = guess === undefined ? `the functions are ${known}` : `did you mean ${guess}?`;
  return new ExpressionError(`\`${text}\` at ${at} is no function; ${hint}`, at);
}

function numberOf({ text, at }: Token): Expression {
  const value = Number(text);
  if (!Number.isFinite(value)) throw new ExpressionError(`\`${text}\` at ${at} is too large for a number`, at);
  if (/^\d+$/.test(text) && BigInt(value) !== BigInt(text))
    throw new ExpressionError(
      `\`${text}\` at ${at} has more digits than a number keeps; the next one is ${BigInt(value)}`,
      at,
    );
  return { kind: 'number', value, at };
}
