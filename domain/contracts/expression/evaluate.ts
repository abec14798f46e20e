import type { Arithmetic, Comparison, Expression } from './ast.ts';
import { functionOf } from './functions.ts';
import { compareValues, type Value } from './values.ts';

const ARITHMETIC: Record<Arithmetic, (a: number, b: number) => number> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => (b === 0 ? Number.NaN : a / b),
  '%': (a, b) => a % b,
};
const COMPARISON: Record<Comparison, (order: number) => boolean> = {
  '==': (order) => order === 0,
  '!=': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

/**
 * The value of an expression that `checkExpression` has passed, as `expressionSql` gives it in DuckDB; `matches` and the
 * case of letters go by JavaScript's tables, and `matches` may take time exponential in a hostile pattern.
 * @param row cells by column: bigint for `integer`
 * @returns null where it is unknown
 */
export function evaluateExpression(expression: Expression, row: ReadonlyMap<string, Value>): Value {
  const value = (one: Expression): Value => {
    switch (one.kind) {
      case 'null':
        return null;
      case 'number':
      case 'text':
      case 'boolean':
        return one.value;
      case 'time':
        return { micros: one.micros };
      case 'column':
        return finite(row.get(one.name) ?? null);
      case 'not':
        return inverse(value(one.of));
      case 'and':
        return every(one.items.map(value));
      case 'or':
        return inverse(every(one.items.map((item) => inverse(value(item)))));
      case 'is-null':
        return value(one.of) === null;
      case 'negate':
        return withNumbers([value(one.of)], (number) => -number);
      case 'arithmetic':
        return withNumbers([value(one.left), value(one.right)], ARITHMETIC[one.operator]);
      case 'comparison':
        return compare(one.operator, value(one.left), value(one.right));
      case 'in': {
        const inner = asDouble(value(one.value));
        return inverse(every(one.items.map((item) => compare('!=', inner, asDouble(value(item))))));
      }
      case 'between': {
        const inner = asDouble(value(one.value));
        return every([compare('>=', inner, asDouble(value(one.low))), compare('<=', inner, asDouble(value(one.high)))]);
      }
      case 'call':
        return callValue(one);
    }
  };

  const callValue = ({ name, args }: Extract<Expression, { kind: 'call' }>): Value => {
    const { takes, evaluate } = functionOf(name);
    const values = args.map((arg) => asDouble(value(arg)));
    if (!('alike' in takes) && values.includes(null)) return null;
    return finite((evaluate as (...args: Value[]) => Value)(...values));
  };

  return value(expression);
}

const asDouble = (value: Value): Value => (typeof value === 'bigint' ? Number(value) : value);

const finite = (value: Value): Value => (typeof value === 'number' && !Number.isFinite(value) ? null : value);

const inverse = (value: Value): boolean | null => (value === null ? null : !value);

const every = (values: readonly Value[]): boolean | null =>
  values.includes(false) ? false : values.includes(null) ? null : true;

function withNumbers(values: readonly Value[], compute: (...numbers: number[]) => number): Value {
  return values.includes(null) ? null : finite(compute(...values.map(Number)));
}

function compare(operator: Comparison, left: Value, right: Value): boolean | null {
  return left === null || right === null ? null : COMPARISON[operator](compareValues(left, right));
}
