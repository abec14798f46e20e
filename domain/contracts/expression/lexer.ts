import { ExpressionError } from './error.ts';

export interface Token {
  readonly kind: 'number' | 'text' | 'name' | 'column' | 'sign' | 'end';
  /** A name, a sign, or the value of a text or a column in backticks. */
  readonly text: string;
  readonly at: number;
}

const SPACE = /\s+/uy;
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/uy;
const NAME = /[\p{L}_][\p{L}\p{M}\p{N}_]*/uy;
const SIGN = /==|!=|<=|>=|[=<>+\-*/%()[\],]/uy;
/** A quote stands twice for itself; a backslash is nothing special, so that patterns read as they are. */
const QUOTED = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`/uy;

/** What other languages write. */
const SLIPS = new Map([
  ['&', '; did you mean `and`?'],
  ['|', '; did you mean `or`?'],
  ['!', '; did you mean `not`?'],
]);

/** @throws ExpressionError */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let offset = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = offset;
    const found = pattern.exec(text)?.[0];
    offset += found?.length ?? 0;
    return found;
  };
  for (;;) {
    take(SPACE);
    const at = offset + 1;
    if (offset >= text.length) return [...tokens, { kind: 'end', text: '', at }];
    const number = take(NUMBER);
    const rest = take(NAME);
    const name = number === undefined ? rest : undefined;
    if (number !== undefined) {
      if (rest !== undefined)
        throw new ExpressionError(`\`${number}${rest}\` at ${at} is neither a number nor a name`, at);
      tokens.push({ kind: 'number', text: number, at });
    } else if (name !== undefined) tokens.push({ kind: 'name', text: name, at });
    else tokens.push(quotedOrSign(text, at, take));
  }
}

function quotedOrSign(text: string, at: number, take: (pattern: RegExp) => string | undefined): Token {
  const quoted = take(QUOTED);
  if (quoted !== undefined) {
    const quote = quoted.charAt(0);
    const value = quoted.slice(1, -1).replaceAll(quote + quote, quote);
    return { kind: quote === '`' ? 'column' : 'text', text: value, at };
  }
  const sign = take(SIGN);
  if (sign !== undefined) return { kind: 'sign', text: sign, at };
  const seen = String.fromCodePoint(text.codePointAt(at - 1) ?? 0);
  const problem = /['"`]/.test(seen) ? 'is never closed' : `means nothing here${SLIPS.get(seen) ?? ''}`;
  throw new ExpressionError(`\`${seen}\` at ${at} ${problem}`, at);
}
