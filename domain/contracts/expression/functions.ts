import { quoteLiteral } from '../../sql.ts';
import { dateOf } from './times.ts';
import { compareValues, type Time, type Value, type ValueType } from './values.ts';

/** Several arguments of one type, which is the result's, too. */
export interface Alike {
  readonly alike: readonly ValueType[];
  /** Stands before them. */
  readonly condition?: true;
  readonly least: number;
  readonly most: number;
}
interface ExpressionFunction {
  readonly takes: readonly ValueType[] | Alike;
  /** @default the type of the arguments that are alike */
  readonly gives?: ValueType;
  readonly sql: (...args: string[]) => string;
  /** Gets no null, and numbers only as `number`, unless arguments are alike. */
  readonly evaluate: (...args: never[]) => Value;
}

const ALIKE: Alike = { alike: ['number', 'boolean', 'text', 'time'], least: 2, most: Number.POSITIVE_INFINITY };
/** ASCII's: what DuckDB's own `trim` takes away is the space alone. */
const WHITE_SPACE = ' \t\n\v\f\r';
const AROUND = new RegExp(`^[${WHITE_SPACE}]+|[${WHITE_SPACE}]+$`, 'gu');

const double = (sql: string): string => `CAST(${sql} AS DOUBLE)`;
const call =
  (name: string) =>
  (...args: string[]): string =>
    `${name}(${args.join(', ')})`;

const ofNumber = (sqlName: string, evaluate: (value: number) => number): ExpressionFunction => ({
  takes: ['number'],
  gives: 'number',
  sql: call(sqlName),
  evaluate,
});
const ofText = (sql: (text: string) => string, evaluate: (text: string) => string): ExpressionFunction => ({
  takes: ['text'],
  gives: 'text',
  sql,
  evaluate,
});
const ofTwoTexts = (sqlName: string, evaluate: (text: string, part: string) => boolean): ExpressionFunction => ({
  takes: ['text', 'text'],
  gives: 'boolean',
  sql: call(sqlName),
  evaluate,
});
const ofTime = (sqlName: string, evaluate: (date: Date) => number): ExpressionFunction => ({
  takes: ['time'],
  gives: 'number',
  sql: (time) => double(`${sqlName}(${time})`),
  evaluate: ({ micros }: Time) => evaluate(dateOf(micros)),
});
const extreme = (sqlName: string, sign: 1 | -1): ExpressionFunction => ({
  takes: { ...ALIKE, alike: ['number', 'time'] },
  sql: call(sqlName),
  evaluate: (...values: Value[]) =>
    values.reduce((best, value) => {
      if (best === null || value === null) return best ?? value;
      return sign * compareValues(value, best) > 0 ? value : best;
    }, null),
});

/** Halves go away from zero, as in DuckDB. */
const rounded = (value: number): number => {
  const whole = Math.trunc(value);
  return Math.abs(value - whole) >= 0.5 ? whole + Math.sign(value) : whole;
};
/** Letter by letter, where a letter has one counterpart. */
const eachLetter = (text: string, change: (letter: string) => string): string =>
  Array.from(text, (letter) => {
    const [first, second] = change(letter);
    return first === undefined || second !== undefined ? letter : first;
  }).join('');

export const FUNCTIONS = {
  abs: ofNumber('abs', Math.abs),
  round: ofNumber('round', rounded),
  floor: ofNumber('floor', Math.floor),
  ceil: ofNumber('ceil', Math.ceil),
  /** Of the values that are there. */
  least: extreme('least', -1),
  greatest: extreme('greatest', 1),
  coalesce: {
    takes: ALIKE,
    sql: call('coalesce'),
    evaluate: (...values: Value[]) => values.find((value) => value !== null) ?? null,
  },
  /** Characters (code points). */
  length: {
    takes: ['text'],
    gives: 'number',
    sql: (text) => double(`length(${text})`),
    evaluate: (text: string) => Array.from(text).length,
  },
  lower: ofText(call('lower'), (text) => eachLetter(text, (letter) => letter.toLowerCase())),
  upper: ofText(call('upper'), (text) => eachLetter(text, (letter) => letter.toUpperCase())),
  trim: ofText(
    (text) => `trim(${text}, ${quoteLiteral(WHITE_SPACE)})`,
    (text) => text.replace(AROUND, ''),
  ),
  starts_with: ofTwoTexts('starts_with', (text, part) => text.startsWith(part)),
  ends_with: ofTwoTexts('ends_with', (text, part) => text.endsWith(part)),
  contains: ofTwoTexts('contains', (text, part) => text.includes(part)),
  /** The whole text; the pattern is a literal that `patternProblem` has nothing against. */
  matches: ofTwoTexts('regexp_full_match', (text, pattern) => new RegExp(`^(?:${pattern})$`, 'u').test(text)),
  year: ofTime('year', (date) => date.getUTCFullYear()),
  month: ofTime('month', (date) => date.getUTCMonth() + 1),
  day: ofTime('day', (date) => date.getUTCDate()),
  hour: ofTime('hour', (date) => date.getUTCHours()),
  minute: ofTime('minute', (date) => date.getUTCMinutes()),
  /** 1 is Monday, 7 is Sunday. */
  weekday: ofTime('isodow', (date) => date.getUTCDay() || 7),
  /** From the first to the second. */
  seconds_between: {
    takes: ['time', 'time'],
    gives: 'number',
    sql: (from, to) => `(${double(`epoch_us(${to}) - epoch_us(${from})`)} / ${double('1000000')})`,
    evaluate: (from: Time, to: Time) => Number(to.micros - from.micros) / 1_000_000,
  },
  /** The second argument where the first is true, else the third: also where it is unknown. */
  if: {
    takes: { ...ALIKE, condition: true, most: 2 },
    sql: (condition, yes, no) => `CASE WHEN ${condition} THEN ${yes} ELSE ${no} END`,
    evaluate: (condition: Value, yes: Value, no: Value) => (condition === true ? yes : no),
  },
} satisfies Record<string, ExpressionFunction>;

export type FunctionName = keyof typeof FUNCTIONS;
export const FUNCTION_NAMES = Object.keys(FUNCTIONS) as FunctionName[];

/** The call's row of the table, without the differences of the rows. */
export const functionOf = (name: FunctionName): ExpressionFunction => FUNCTIONS[name];
