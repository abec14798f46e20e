import { doubleLiteral, quoteLiteral } from '../../sql.ts';
import type { Expression } from './ast.ts';
import { type ColumnType, checkExpression } from './check.ts';
import { functionOf } from './functions.ts';
import { timestampText } from './times.ts';
import type { ValueType } from './values.ts';

const SQL_TYPES = {
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
  text: 'VARCHAR',
  time: 'TIMESTAMP',
  null: 'VARCHAR',
} as const;
/** Longer SQL is not written twice, or nested calls would double its length at each level. */
const SHORT = 200;

/**
 * DuckDB SQL that gives what `evaluateExpression` gives, for an expression that `checkExpression` has passed. Numbers come
 * out as finite DOUBLE or NULL.
 * @param columnSql SQL of a column: BIGINT, DOUBLE, BOOLEAN, VARCHAR or TIMESTAMP in UTC
 * @throws ExpressionError as `checkExpression` does
 */
export function expressionSql(
  expression: Expression,
  columnSql: (name: string) => string,
  columnType: ColumnType,
): string {
  const isInteger = (one: Expression): boolean => one.kind === 'column' && columnType(one.name) === 'integer';
  const typeOf = (one: Expression): ValueType => checkExpression(one, columnType);
  const knownType = (all: readonly Expression[]): ValueType =>
    all.map(typeOf).find((type) => type !== 'null') ?? 'null';

  const alwaysFinite = (one: Expression): boolean => {
    if (one.kind !== 'call') return one.kind === 'number' || one.kind === 'null' || isInteger(one);
    const { takes } = functionOf(one.name);
    return !('alike' in takes) && !takes.includes('number');
  };

  /** NULL or not finite where a number is unknown: so arithmetic needs no test at each step. */
  const loose = (one: Expression, type: ValueType): string => {
    switch (one.kind) {
      case 'null':
        return `CAST(NULL AS ${SQL_TYPES[type]})`;
      case 'number':
        return doubleLiteral(one.value);
      case 'text':
        return quoteLiteral(one.value);
      case 'boolean':
        return String(one.value);
      case 'time':
        return `CAST(${quoteLiteral(timestampText(one.micros))} AS TIMESTAMP)`;
      case 'column':
        return isInteger(one) ? `CAST(${columnSql(one.name)} AS DOUBLE)` : columnSql(one.name);
      case 'not':
        return `(NOT ${loose(one.of, 'boolean')})`;
      case 'and':
      case 'or':
        return `(${one.items.map((item) => loose(item, 'boolean')).join(one.kind === 'and' ? ' AND ' : ' OR ')})`;
      case 'negate':
        return `(- ${loose(one.of, 'number')})`;
      case 'is-null':
        return isNull(one.of);
      case 'arithmetic':
        return `(${loose(one.left, 'number')} ${one.operator} ${rightSide(one)})`;
      case 'comparison': {
        const [left, right] = integers(one.left, one.right) ?? alike([one.left, one.right]);
        return `(${left} ${one.operator === '==' ? '=' : one.operator} ${right})`;
      }
      case 'in': {
        const [value, ...items] = alike([one.value, ...one.items]);
        return `(${value} IN (${items.join(', ')}))`;
      }
      case 'between': {
        const [value, low, high] = alike([one.value, one.low, one.high]);
        return `(${value} BETWEEN ${low} AND ${high})`;
      }
      case 'call':
        return callSql(one);
    }
  };

  /** An infinite divisor would give a finite result; its remainder by infinity is NaN, and any other number is its own. */
  const rightSide = ({ operator, right }: Extract<Expression, { kind: 'arithmetic' }>): string => {
    const sql = loose(right, 'number');
    const divides = operator === '/' || operator === '%';
    return divides && !alwaysFinite(right) ? `(${sql} % ${doubleLiteral(Infinity)})` : sql;
  };

  const isNull = (of: Expression): string => {
    const type = typeOf(of);
    const sql = loose(of, type);
    return type === 'number' ? `(NOT coalesce(isfinite(${sql}), false))` : `(${sql} IS NULL)`;
  };

  const strict = (one: Expression, type: ValueType): string => {
    const sql = loose(one, type);
    if (type !== 'number' || alwaysFinite(one)) return sql;
    return sql.length <= SHORT
      ? `CASE WHEN isfinite(${sql}) THEN ${sql} END`
      : `list_filter([${sql}], lambda v: isfinite(v))[1]`;
  };

  /** Columns of whole numbers are compared as such; as doubles they would lose digits beyond 2^53. */
  const integers = (...both: readonly Expression[]): string[] | undefined => {
    const sql = both.flatMap((one) => (one.kind === 'column' && isInteger(one) ? [columnSql(one.name)] : []));
    return sql.length === both.length ? sql : undefined;
  };

  const alike = (all: readonly Expression[]): string[] => {
    const type = knownType(all);
    return all.map((one) => strict(one, type));
  };

  const callSql = ({ name, args }: Extract<Expression, { kind: 'call' }>): string => {
    const { takes, sql } = functionOf(name);
    if (!('alike' in takes)) return sql(...args.map((arg, index) => loose(arg, takes[index] ?? 'null')));
    const before = takes.condition ? args.slice(0, 1) : [];
    const others = args.slice(before.length);
    const type = knownType(others);
    return `(${sql(...before.map((one) => loose(one, 'boolean')), ...others.map((one) => strict(one, type)))})`;
  };

  return strict(expression, typeOf(expression));
}
