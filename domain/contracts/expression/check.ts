import { nearest } from '../../nearest.ts';
import type { Column } from '../../spec/columns.ts';
import { patternProblem } from '../re2.ts';
import type { Expression } from './ast.ts';
import { ExpressionError } from './error.ts';
import { functionOf } from './functions.ts';
import type { ValueType } from './values.ts';

/** The type of a column of the spec; undefined if there is none of that name. */
export type ColumnType = (name: string) => Column['type'] | undefined;

export const VALUE_TYPES = {
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  string: 'text',
  category: 'text',
  timestamp: 'time',
} as const satisfies Record<Column['type'], ValueType>;

const SHOWN: Record<ValueType, string> = {
  number: 'a number',
  boolean: 'true or false',
  text: 'text',
  time: 'a time',
  null: 'null',
};
const ORDERED: readonly ValueType[] = ['number', 'text', 'time'];

/**
 * Judges the types of an expression. What passes cannot fail for any row.
 * @param columns names for `did you mean`
 * @throws ExpressionError
 */
export function checkExpression(
  expression: Expression,
  columnType: ColumnType,
  columns: readonly string[] = [],
): ValueType {
  const typeOf = (one: Expression): ValueType => {
    switch (one.kind) {
      case 'column':
        return columnValueType(one.name, one.at, columnType, columns);
      case 'not':
        return expectType(one.of, 'boolean', '`not`');
      case 'and':
      case 'or':
        for (const item of one.items) expectType(item, 'boolean', `\`${one.kind}\` at ${one.at}`);
        return 'boolean';
      case 'is-null':
        typeOf(one.of);
        return 'boolean';
      case 'negate':
        return expectType(one.of, 'number', '`-`');
      case 'arithmetic':
        for (const side of [one.left, one.right]) expectType(side, 'number', `\`${one.operator}\` at ${one.at}`);
        return 'number';
      case 'comparison': {
        const type = alike([one.left, one.right], `\`${one.operator}\` at ${one.at}`);
        if (one.operator !== '==' && one.operator !== '!=') refuseUnordered(type, `\`${one.operator}\``, one.at);
        return 'boolean';
      }
      case 'in':
        alike([one.value, ...one.items], `\`in\` at ${one.at}`);
        return 'boolean';
      case 'between':
        refuseUnordered(alike([one.value, one.low, one.high], `\`between\` at ${one.at}`), '`between`', one.at);
        return 'boolean';
      case 'call':
        return callType(one);
      default:
        return one.kind;
    }
  };

  const expectType = (one: Expression, wanted: ValueType, whose: string): ValueType => {
    const type = typeOf(one);
    if (type !== wanted && type !== 'null')
      throw new ExpressionError(`${whose} takes ${SHOWN[wanted]}, not ${shown(one, type)}`, one.at);
    return wanted;
  };

  /** @returns the one type all have */
  const alike = (all: readonly Expression[], whose: string): ValueType => {
    const [first, ...others] = all.map((one) => ({ one, type: typeOf(one) }));
    const unknown = [first, ...others].find((side) => side?.type === 'null');
    if (unknown)
      throw new ExpressionError(`nothing compares with null at ${unknown.one.at}: use \`is null\``, unknown.one.at);
    if (!first) return 'null';
    for (const { one, type } of others)
      if (type !== first.type)
        throw new ExpressionError(
          `${whose} compares ${shown(first.one, first.type)} with ${shown(one, type)}${timeHint(first.type, type)}`,
          one.at,
        );
    return first.type;
  };

  const callType = ({ name, args, at }: Extract<Expression, { kind: 'call' }>): ValueType => {
    const { takes, gives = 'null' } = functionOf(name);
    if (!('alike' in takes)) {
      refuseCount(name, args.length, takes.length, takes.length, at);
      for (const [index, arg] of args.entries()) expectType(arg, takes[index] ?? 'null', `\`${name}\` at ${at}`);
      if (name === 'matches') refusePattern(args[1]);
      return gives;
    }
    const before = takes.condition ? 1 : 0;
    refuseCount(name, args.length, takes.least + before, takes.most + before, at);
    if (before === 1) expectType(args[0] as Expression, 'boolean', `the condition of \`${name}\` at ${at}`);
    const typed = args.slice(before).map((one) => ({ one, type: typeOf(one) }));
    const known = typed.filter(({ type }) => type !== 'null');
    const [first] = known;
    if (!first) throw new ExpressionError(`\`${name}\` at ${at} has nothing but null`, at);
    if (!takes.alike.includes(first.type))
      throw new ExpressionError(
        `\`${name}\` at ${at} takes ${takes.alike.map((type) => SHOWN[type]).join(' or ')}, not ${shown(first.one, first.type)}`,
        first.one.at,
      );
    const other = known.find(({ type }) => type !== first.type);
    if (other)
      throw new ExpressionError(
        `\`${name}\` at ${at} takes values of one type, not ${shown(first.one, first.type)} and ${shown(other.one, other.type)}`,
        other.one.at,
      );
    return first.type;
  };

  return typeOf(expression);
}

function columnValueType(name: string, at: number, columnType: ColumnType, columns: readonly string[]): ValueType {
  const type = columnType(name);
  if (type !== undefined) return VALUE_TYPES[type];
  const guess = nearest(name, columns);
  const hint = guess === undefined ? '' : `; did you mean \`${guess}\`?`;
  throw new ExpressionError(`\`${name}\` at ${at} names no column${hint}`, at);
}

function refuseUnordered(type: ValueType, operator: string, at: number): void {
  if (!ORDERED.includes(type))
    throw new ExpressionError(`${operator} at ${at} takes numbers, texts or times, not ${SHOWN[type]}`, at);
}

function refuseCount(name: string, count: number, least: number, most: number, at: number): void {
  if (count >= least && count <= most) return;
  const wanted = least === most ? String(least) : `at least ${least}`;
  throw new ExpressionError(
    `\`${name}\` at ${at} takes ${wanted} ${most === 1 ? 'argument' : 'arguments'}, not ${count}`,
    at,
  );
}

function refusePattern(pattern: Expression | undefined): void {
  if (pattern === undefined) return;
  if (pattern.kind !== 'text')
    throw new ExpressionError(`\`matches\` takes a pattern in quotes, not ${shown(pattern, 'text')}`, pattern.at);
  const problem = patternProblem(pattern.value);
  if (problem !== undefined) throw new ExpressionError(`the pattern at ${pattern.at}: ${problem}`, pattern.at);
}

const shown = (one: Expression, type: ValueType): string =>
  one.kind === 'column' ? `\`${one.name}\` (${SHOWN[type]})` : `${SHOWN[type]} at ${one.at}`;

const timeHint = (a: ValueType, b: ValueType): string =>
  (a === 'time' && b === 'text') || (a === 'text' && b === 'time')
    ? "; a time is written timestamp('2026-01-31T12:00:00Z')"
    : '';
