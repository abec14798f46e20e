import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnsOf } from '../../../../domain/contracts/expression/ast.ts';
import { checkExpression } from '../../../../domain/contracts/expression/check.ts';
import { ExpressionError } from '../../../../domain/contracts/expression/error.ts';
import { evaluateExpression } from '../../../../domain/contracts/expression/evaluate.ts';
import { parseExpression } from '../../../../domain/contracts/expression/parser.ts';
import { expressionSql } from '../../../../domain/contracts/expression/sql.ts';
import type { Value } from '../../../../domain/contracts/expression/values.ts';
import type { Column } from '../../../../domain/spec/columns.ts';
import { quoteIdentifier } from '../../../../domain/sql.ts';

const TYPES = new Map<string, Column['type']>([
  ['age', 'integer'],
  ['spend', 'number'],
  ['plan', 'category'],
  ['note', 'string'],
  ['active', 'boolean'],
  ['seen_at', 'timestamp'],
  ['left_at', 'timestamp'],
  ['order', 'integer'],
  ['and', 'integer'],
  ['a `b`', 'integer'],
]);
const ROW = new Map<string, Value>([
  ['age', 42n],
  ['spend', 9.5],
  ['plan', 'pro'],
  ['note', null],
  ['active', true],
  ['seen_at', { micros: 1_769_860_800_000_000n }], // 2026-01-31T12:00:00Z
  ['left_at', null],
  ['order', 7n],
  ['and', 1n],
  ['a `b`', 2n],
]);
const checked = (text: string) => {
  const expression = parseExpression(text);
  return { expression, type: checkExpression(expression, (name) => TYPES.get(name), [...TYPES.keys()]) };
};
const resultOf = (text: string): Value => evaluateExpression(checked(text).expression, ROW);

const values: readonly (readonly [text: string, value: Value])[] = [
  ['1 + 2 * 3', 7],
  ['(1 + 2) * 3', 9],
  ['10 - 4 - 3', 3],
  ['2 * -3', -6],
  ['- - 2', 2],
  ['7 % 4 / 2', 1.5],
  ['.5 + 1. + 1e2', 101.5],
  ['true or false and false', true],
  ['not false and false', false],
  ['not age == 1', true],
  ['age = 42', true],
  ['age != 42', false],
  ['`age` > `order`', true],
  ['`and` + `a ``b```', 3],
  ['plan == \'pro\' and plan == "pro"', true],
  ["'it''s' == \"it's\"", true],
  ['"say ""x""" == \'say "x"\'', true],
  ['plan in ["free", "pro"]', true],
  ['plan not in ["free", "pro"]', false],
  ['age between 42 and 42', true],
  ['age not between 1 and 41 and active', true],
  ['note is null', true],
  ['note is not null', false],
  ['left_at > seen_at', null],
  ['left_at > seen_at or active', true],
  ['left_at > seen_at and not active', false],
  ["seen_at == timestamp('2026-01-31T13:00:00+01:00')", true],
  ["seen_at > timestamp('2026-01-31')", true],
  ['if(note is null, "none", note)', 'none'],
  ['if(left_at > seen_at, 1, 2)', 2],
  ['spend / 0', null],
  ['spend % 0', null],
  ['1e308 * 10 > 1', null],
  ['1 / (1e308 * 10)', null],
  ['round(-2.5)', -3],
  ['round(0.49999999999999994)', 0],
  ['floor(-0.5) + ceil(0.5)', 0],
  ['least(age, spend) + greatest(1, null, 2)', 11.5],
  ['coalesce(note, plan)', 'pro'],
  ['length("a😀")', 2],
  ['upper(plan) == "PRO" and lower("ÄB") == "äb"', true],
  ['trim(" \t x ")', 'x'],
  ['starts_with(plan, "p") and ends_with(plan, "o") and contains(plan, "r")', true],
  ["matches(plan, '[a-z]{3}')", true],
  ["matches(plan, '[a-z]{2}')", false],
  ['year(seen_at) * 10000 + month(seen_at) * 100 + day(seen_at)', 20260131],
  ['hour(seen_at) + minute(seen_at)', 12],
  ['weekday(seen_at)', 6],
  ["seconds_between(timestamp('2026-01-31 11:59:59.5'), seen_at)", 0.5],
];

const MORE = (text: string, times: number): string => text.repeat(times);
const refused: readonly (readonly [text: string, message: string])[] = [
  ['', 'unexpected the end at 1: a value was expected'],
  ['age > 1 )', 'unexpected `)` at 9: an operator or the end was expected'],
  ['age > )', 'unexpected `)` at 7: a value was expected'],
  ['(age > 1', 'unexpected the end at 9: `)` was expected'],
  ['1 < age < 5', 'unexpected `<` at 9: `and` or the end, as comparisons do not chain, was expected'],
  ['active AND active', 'unexpected `AND` at 8: an operator or the end was expected; did you mean `and`?'],
  ['active && active', '`&` at 8 means nothing here; did you mean `and`?'],
  ['age > 1; drop table x', '`;` at 8 means nothing here'],
  ["plan == 'pro", "`'` at 9 is never closed"],
  ['`age > 1', '``` at 1 is never closed'],
  ['`` > 1', 'unexpected `` at 1: a value was expected'],
  ['1abc', '`1abc` at 1 is neither a number nor a name'],
  ['1e999 > age', '`1e999` at 1 is too large'],
  [
    'age == 9007199254740993',
    '`9007199254740993` at 8 has more digits than a number keeps; the next one is 9007199254740992',
  ],
  ['age in []', 'unexpected `]` at 9: a value was expected'],
  ['age in (1, 2)', 'unexpected `(` at 8: `[` was expected'],
  ['age not 1', 'unexpected `1` at 9: `in` or `between` was expected'],
  ['age is 1', 'unexpected `1` at 8: `null` was expected'],
  ['lenght(plan) > 1', '`lenght` at 1 is no function; did you mean length?'],
  ['constructor(plan)', '`constructor` at 1 is no function; the functions are abs,'],
  ["timestamp('2026-02-30') > seen_at", "unexpected `2026-02-30` at 11: a time such as '2026-01-31T12:00:00Z'"],
  ["timestamp('0000-12-31') > seen_at", 'in the years 1 to 9999, was expected'],
  ['timestamp(plan) > seen_at', 'unexpected `plan` at 11: a time such as'],
  ['agee > 1', '`agee` at 1 names no column; did you mean `age`?'],
  ['__proto__ > 1', '`__proto__` at 1 names no column'],
  ['age == plan', '`==` at 5 compares `age` (a number) with `plan` (text)'],
  ["seen_at > '2026-01-31'", "compares `seen_at` (a time) with text at 11; a time is written timestamp('"],
  ['age in [1, "a"]', '`in` at 5 compares `age` (a number) with text at 12'],
  ['age == null', 'nothing compares with null at 8: use `is null`'],
  ['active > true', '`>` at 8 takes numbers, texts or times, not true or false'],
  ['active between true and false', '`between` at 8 takes numbers, texts or times'],
  ['age and active', '`and` at 5 takes true or false, not `age` (a number)'],
  ['not age', '`not` takes true or false, not `age` (a number)'],
  ['-plan', '`-` takes a number, not `plan` (text)'],
  ['seen_at - left_at > 5', '`-` at 9 takes a number, not `seen_at` (a time)'],
  ['abs(plan)', '`abs` at 1 takes a number, not `plan` (text)'],
  ['abs(1, 2)', '`abs` at 1 takes 1 argument, not 2'],
  ['coalesce(1)', '`coalesce` at 1 takes at least 2 arguments, not 1'],
  ['coalesce(null, null)', '`coalesce` at 1 has nothing but null'],
  ['coalesce(age, plan)', '`coalesce` at 1 takes values of one type, not `age` (a number) and `plan` (text)'],
  ['least(plan, note)', '`least` at 1 takes a number or a time, not `plan` (text)'],
  ['if(age, 1, 2)', 'the condition of `if` at 1 takes true or false, not `age` (a number)'],
  ['if(active, 1)', '`if` at 1 takes 3 arguments, not 2'],
  ['matches(plan, note)', '`matches` takes a pattern in quotes, not `note` (text)'],
  ["matches(plan, '(?=a)')", 'the pattern at 15: `(?=` at 1 is a lookaround'],
  ["plan == '\ud800'", 'half a character at 10'],
  [`${MORE('(', 51)}1${MORE(')', 51)}`, 'nested more than 50 levels deep at 52'],
  [`${MORE('not ', 51)}active`, 'nested more than 50 levels deep'],
  [`${MORE('-', 51)}age`, 'nested more than 50 levels deep'],
  [`${MORE('abs(', 51)}age${MORE(')', 51)}`, 'nested more than 50 levels deep'],
  [`age${MORE(' + 1', 50)}`, 'nested more than 50 levels deep'],
  [MORE(' ', 4_001), 'longer than 4000 characters'],
];

describe('parseExpression', () => {
  for (const [text, value] of values) it(`reads ${text}`, () => expect(resultOf(text)).toEqual(value));

  for (const [text, message] of refused)
    it(`refuses ${text.slice(0, 40)}: ${message}`, () => {
      expect(() => checked(text)).toThrow(ExpressionError);
      expect(() => checked(text)).toThrow(message);
    });

  const deepest = [
    `${MORE('(', 50)}active${MORE(')', 50)}`,
    `${MORE('not ', 49)}active`,
    `age${MORE(' + 1', 49)}`,
    `active${MORE(' and active', 350)}`,
    `${MORE(' ', 3_994)}active`,
  ];
  for (const text of deepest)
    it(`takes what is just small enough: ${text.slice(0, 20)}`, () => expect(checked(text)).toBeDefined());

  it('says the position of what is wrong', () => {
    const position = (text: string): number => {
      try {
        checked(text);
      } catch (error) {
        if (error instanceof ExpressionError) return error.position;
      }
      return 0;
    };
    expect([position('age > )'), position('agee > 1'), position('age == plan')]).toEqual([7, 1, 8]);
  });

  const piece = fc.constantFrom(
    ...[
      'age',
      'plan',
      'active',
      'seen_at',
      '1',
      "'x'",
      '(',
      ')',
      '[',
      ']',
      ',',
      '-',
      '+',
      '%',
      '==',
      '<',
      'not',
      'and',
      'or',
    ],
    ...[
      'in',
      'is',
      'null',
      'between',
      'if(',
      'abs(',
      'matches(',
      'timestamp(',
      '`',
      '"',
      '__proto__',
      'true',
      ' ',
      '\n',
    ],
  );
  it('reads any text or refuses it by name', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(' ')),
        ),
        (text) => {
          try {
            checked(text);
          } catch (error) {
            expect(error).toBeInstanceOf(ExpressionError);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('columnsOf', () => {
  it('names each column once, in order', () => {
    const text = 'if(active, spend, 1) > 1 and (plan in ["a"] or spend between age and 5) and note is null';
    expect(columnsOf(parseExpression(text))).toEqual(['active', 'spend', 'plan', 'age', 'note']);
  });
});

describe('expressionSql', () => {
  it('holds names and texts in quotes only', () => {
    const text = "`a``\"; drop` == '''; drop table x; --' or \"x\" == '\\'";
    const type = (): 'string' => 'string';
    expect(expressionSql(parseExpression(text), quoteIdentifier, type)).toBe(
      `(("a\`""; drop" = '''; drop table x; --') OR ('x' = '\\'))`,
    );
  });

  it('grows with the expression, not with its depth', () => {
    const text = `${MORE('least(age + ', 24)}spend${MORE(', 1)', 24)} > 0`;
    const sql = expressionSql(checked(text).expression, quoteIdentifier, (name) => TYPES.get(name));
    expect(sql.length).toBeLessThan(10_000);
  });
});
