import type { FunctionName } from './functions.ts';

export type Arithmetic = '+' | '-' | '*' | '/' | '%';
export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';

interface At {
  /** Of its first character or its operator in the text, from 1. */
  readonly at: number;
}

/** A parsed expression. It holds no text that the engine would read as SQL. */
export type Expression = At &
  (
    | { readonly kind: 'number'; readonly value: number }
    | { readonly kind: 'text'; readonly value: string }
    | { readonly kind: 'boolean'; readonly value: boolean }
    | { readonly kind: 'null' }
    /** Microseconds since 1970, UTC. */
    | { readonly kind: 'time'; readonly micros: bigint }
    | { readonly kind: 'column'; readonly name: string }
    | { readonly kind: 'not' | 'negate' | 'is-null'; readonly of: Expression }
    | { readonly kind: 'and' | 'or'; readonly items: readonly Expression[] }
    | {
        readonly kind: 'arithmetic';
        readonly operator: Arithmetic;
        readonly left: Expression;
        readonly right: Expression;
      }
    | {
        readonly kind: 'comparison';
        readonly operator: Comparison;
        readonly left: Expression;
        readonly right: Expression;
      }
    | { readonly kind: 'in'; readonly value: Expression; readonly items: readonly Expression[] }
    | { readonly kind: 'between'; readonly value: Expression; readonly low: Expression; readonly high: Expression }
    | { readonly kind: 'call'; readonly name: FunctionName; readonly args: readonly Expression[] }
  );

export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'not':
    case 'negate':
    case 'is-null':
      return [expression.of];
    case 'and':
    case 'or':
      return expression.items;
    case 'arithmetic':
    case 'comparison':
      return [expression.left, expression.right];
    case 'in':
      return [expression.value, ...expression.items];
    case 'between':
      return [expression.value, expression.low, expression.high];
    case 'call':
      return expression.args;
    default:
      return [];
  }
}

/** Columns an expression reads, each once, in the order of their first use. */
export function columnsOf(expression: Expression): string[] {
  const own = expression.kind === 'column' ? [expression.name] : [];
  return [...new Set([...own, ...childrenOf(expression).flatMap(columnsOf)])];
}
