import type { DuckDBConnection } from '@duckdb/node-api';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Expression } from '../../../../domain/contracts/expression/ast.ts';
import { checkExpression } from '../../../../domain/contracts/expression/check.ts';
import { evaluateExpression } from '../../../../domain/contracts/expression/evaluate.ts';
import type { FunctionName } from '../../../../domain/contracts/expression/functions.ts';
import { parseExpression } from '../../../../domain/contracts/expression/parser.ts';
import { expressionSql } from '../../../../domain/contracts/expression/sql.ts';
import { microsOf, timestampText } from '../../../../domain/contracts/expression/times.ts';
import type { Value } from '../../../../domain/contracts/expression/values.ts';
import type { Column } from '../../../../domain/spec/columns.ts';
import { quoteIdentifier } from '../../../../domain/sql.ts';
import { queryOf, withDuckDb } from '../../../../engine/duckdb.ts';
import { makeTable, type SqlType, type TableColumn } from '../../../fixtures/duckdb-table.ts';

const COLUMNS: readonly (readonly [name: string, type: Column['type'], sql: SqlType])[] = [
  ['i', 'integer', 'BIGINT'],
  ['__proto__', 'integer', 'BIGINT'],
  ['n', 'number', 'DOUBLE'],
  ['say "n"', 'number', 'DOUBLE'],
  ['yes', 'boolean', 'BOOLEAN'],
  ['select', 'boolean', 'BOOLEAN'],
  ['text', 'string', 'VARCHAR'],
  ['größe', 'category', 'VARCHAR'],
  ['t', 'timestamp', 'TIMESTAMP'],
  ["t'", 'timestamp', 'TIMESTAMP'],
];
const TYPES = new Map(COLUMNS.map(([name, type]) => [name, type]));
const columnType = (name: string) => TYPES.get(name);

type Row = ReadonlyMap<string, Value>;

/** What both executors say of each expression and row: [SQL's, TypeScript's]. */
async function bothOf(
  connection: DuckDBConnection,
  expressions: readonly Expression[],
  rows: readonly Row[],
): Promise<{ sql: unknown[][]; typescript: unknown[][] }> {
  const columns: TableColumn[] = COLUMNS.map(([name, , type]) => ({ name, type }));
  const cells = rows.map((row) => columns.map(({ name }) => cellOf(row.get(name) ?? null)));
  await makeTable(connection, 'cells', columns, cells);
  const selected = expressions.map((one, i) => {
    const type = checkExpression(one, columnType);
    const sql = expressionSql(one, quoteIdentifier, columnType);
    return `${type === 'time' ? `epoch_us(${sql})` : sql} AS e${i}`;
  });
  const found = await queryOf(connection)(`SELECT ${selected.join(',\n')} FROM cells ORDER BY rowid`);
  return {
    sql: found.map((row) => expressions.map((_, i) => comparable(row[`e${i}`] as Value))),
    typescript: rows.map((row) => expressions.map((one) => comparable(evaluateExpression(one, row)))),
  };
}

const cellOf = (value: Value): unknown =>
  typeof value === 'object' && value !== null ? timestampText(value.micros) : value;
/** Numbers and times as doubles; zero has no sign. */
function comparable(value: Value): unknown {
  const plain = typeof value === 'object' && value !== null ? value.micros : value;
  return typeof plain === 'bigint' || typeof plain === 'number' ? Number(plain) + 0 : plain;
}

const BIGINTS = [0n, 1n, -1n, 7n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n), -(2n ** 63n) + 1n];
const NUMBERS = [0, -0, 1, -1, 0.5, -2.5, 0.49999999999999994, 1e308, -1e308, 5e-324, 2 ** 53, 1e16, 0.1, 3];
const NOT_FINITE = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
const TEXTS = [
  '',
  ' ',
  'a',
  'A',
  'ab',
  'b a',
  ' \tpad\n',
  'é',
  'ÄÖ',
  '🤦🏼‍♂️',
  '\uffff',
  "it's",
  '"',
  'NaN',
  'null',
  '1',
  '__proto__',
  'a\0b',
  '%',
  '\\',
];
const TIMES = [
  '0001-01-01',
  '9999-12-31T23:59:59.999999Z',
  '1970-01-01',
  '1969-12-31T23:59:59.999999Z',
  '2024-02-29T12:34:56.000001Z',
  '2026-01-31T00:00:00Z',
].map((text) => microsOf(text) as bigint);

const aBigint = fc.oneof(fc.constantFrom(...BIGINTS), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }));
const aNumber = fc.oneof(fc.constantFrom(...NUMBERS), fc.double({ noNaN: true, noDefaultInfinity: true }));
const aText = fc.oneof(fc.constantFrom(...TEXTS), fc.string({ unit: 'grapheme-ascii', maxLength: 4 }));
const someMicros = fc.oneof(fc.constantFrom(...TIMES), fc.bigInt({ min: TIMES[0] as bigint, max: TIMES[1] as bigint }));
const orNull = <T extends Value>(cell: fc.Arbitrary<T>): fc.Arbitrary<Value> =>
  fc.oneof({ weight: 4, arbitrary: cell as fc.Arbitrary<Value> }, { weight: 1, arbitrary: fc.constant(null) });
const CELLS: Record<SqlType, fc.Arbitrary<Value>> = {
  BIGINT: orNull(aBigint),
  DOUBLE: orNull(fc.oneof({ weight: 5, arbitrary: aNumber }, { weight: 1, arbitrary: fc.constantFrom(...NOT_FINITE) })),
  BOOLEAN: orNull(fc.boolean()),
  VARCHAR: orNull(aText),
  TIMESTAMP: orNull(someMicros.map((micros) => ({ micros }))),
};
const aRow: fc.Arbitrary<Row> = fc
  .tuple(...COLUMNS.map(([, , type]) => CELLS[type]))
  .map((cells) => new Map(COLUMNS.map(([name], i) => [name, cells[i] as Value])));

const at = 1;
const columnsOf = (...types: Column['type'][]): fc.Arbitrary<Expression> =>
  fc
    .constantFrom(...COLUMNS.filter(([, type]) => types.includes(type)).map(([name]) => name))
    .map((name) => ({ kind: 'column', name, at }));
const NULL = fc.constant<Expression>({ kind: 'null', at });
const PATTERNS = ['a', 'a|ab', '[a-z ]*', '.*', '\\d+', 'a+?b?', '(a|b){1,3}', '[^a]', '\\s*\\S+', 'é|Ä.'];

type Node = fc.Arbitrary<Expression>;
interface Kinds {
  number: Expression;
  boolean: Expression;
  text: Expression;
  time: Expression;
}
const generated = fc.letrec<Kinds>((tie) => {
  const [number, boolean, text, time] = (['number', 'boolean', 'text', 'time'] as const).map(
    (kind) => tie(kind) as fc.Arbitrary<Expression>,
  ) as [Node, Node, Node, Node];
  const call = (name: FunctionName, ...args: fc.Arbitrary<Expression>[]): fc.Arbitrary<Expression> =>
    fc.tuple(...args).map((values) => ({ kind: 'call', name, args: values, at }));
  /** Null fits beside a value, never alone. */
  const several = (name: FunctionName, one: fc.Arbitrary<Expression>): fc.Arbitrary<Expression> =>
    fc.oneof(call(name, one, one), call(name, NULL, one), call(name, one, one, one, NULL));
  const branches = (one: fc.Arbitrary<Expression>): fc.Arbitrary<Expression> =>
    fc.oneof(call('if', boolean, one, one), call('if', boolean, one, NULL), call('if', boolean, NULL, one));
  const one = (kinds: fc.Arbitrary<Expression>[]): fc.Arbitrary<Expression> =>
    fc.oneof({ maxDepth: 5, depthSize: 'medium' }, ...kinds);
  const compared = fc.oneof(
    ...[number, text, time].map((of) =>
      fc
        .tuple(fc.constantFrom('==', '!=', '<', '<=', '>', '>='), of, of)
        .map(
          ([operator, left, right]): Expression => ({ kind: 'comparison', operator, left, right, at }) as Expression,
        ),
    ),
    ...[number, text, time].map((of) =>
      fc.tuple(of, of, of).map(([value, low, high]): Expression => ({ kind: 'between', value, low, high, at })),
    ),
    ...[number, text, time, boolean].map((of) =>
      fc
        .tuple(of, fc.array(of, { minLength: 1, maxLength: 4 }))
        .map(([value, items]): Expression => ({ kind: 'in', value, items, at })),
    ),
  );
  return {
    number: one([
      columnsOf('integer', 'number'),
      aNumber.map((value): Expression => ({ kind: 'number', value, at })),
      fc
        .tuple(fc.constantFrom('+', '-', '*', '/', '%'), number, number)
        .map(([operator, left, right]) => ({ kind: 'arithmetic', operator, left, right, at }) as Expression),
      number.map((of): Expression => ({ kind: 'negate', of, at })),
      ...(['abs', 'round', 'floor', 'ceil'] as const).map((name) => call(name, number)),
      several('least', number),
      several('greatest', number),
      several('coalesce', number),
      branches(number),
      call('length', text),
      ...(['year', 'month', 'day', 'hour', 'minute', 'weekday'] as const).map((name) => call(name, time)),
      call('seconds_between', time, time),
      call('abs', NULL),
    ]),
    boolean: one([
      columnsOf('boolean'),
      fc.boolean().map((value): Expression => ({ kind: 'boolean', value, at })),
      compared,
      fc.oneof(number, boolean, text, time, NULL).map((of): Expression => ({ kind: 'is-null', of, at })),
      boolean.map((of): Expression => ({ kind: 'not', of, at })),
      fc
        .tuple(
          fc.constantFrom('and' as const, 'or' as const),
          fc.array(fc.oneof(boolean, boolean, NULL), { minLength: 2, maxLength: 4 }),
        )
        .map(([kind, items]): Expression => ({ kind, items, at })),
      branches(boolean),
      several('coalesce', boolean),
      ...(['starts_with', 'ends_with', 'contains'] as const).map((name) => call(name, text, text)),
      call(
        'matches',
        text,
        fc.constantFrom(...PATTERNS).map((value): Expression => ({ kind: 'text', value, at })),
      ),
    ]),
    text: one([
      columnsOf('string', 'category'),
      aText.map((value): Expression => ({ kind: 'text', value, at })),
      ...(['lower', 'upper', 'trim'] as const).map((name) => call(name, text)),
      branches(text),
      several('coalesce', text),
    ]),
    time: one([
      columnsOf('timestamp'),
      someMicros.map((micros): Expression => ({ kind: 'time', micros, at })),
      branches(time),
      several('coalesce', time),
      several('least', time),
      several('greatest', time),
    ]),
  };
});
const anExpression = fc.oneof(generated.number, generated.boolean, generated.boolean, generated.text, generated.time);

/** What random trees come upon too seldom: whole numbers beyond 2^53, overflow that a division would hide. */
const EDGES: readonly (readonly [text: string, cells: Readonly<Record<string, Value>>, value: unknown])[] = [
  ['i == `__proto__`', { i: 2n ** 53n, ['__proto__']: 2n ** 53n + 1n }, false],
  ['i < `__proto__`', { i: 2n ** 63n - 2n, ['__proto__']: 2n ** 63n - 1n }, true],
  ['i == n', { i: 2n ** 53n + 1n, n: 2 ** 53 }, true],
  ['abs(i) > 0', { i: -(2n ** 63n) }, true],
  ['i * i > 0', { i: 2n ** 63n - 1n }, true],
  ['-i > 0', { i: -(2n ** 63n) }, true],
  ['1 / (n * 10)', { n: 1e308 }, null],
  ['1 % (n * 10)', { n: 1e308 }, null],
  ['1 / n', { n: Number.POSITIVE_INFINITY }, null],
  ['1 / (1 / n)', { n: 0 }, null],
  ['n % n', { n: 0 }, null],
  ['n > 1 or n <= 1', { n: Number.NaN }, null],
  ['n is null', { n: Number.NEGATIVE_INFINITY }, true],
  ['greatest(n, 1)', { n: Number.POSITIVE_INFINITY }, 1],
  ['n in [1, 2]', { n: Number.NaN }, null],
  ['n between 1 and 0', { n: null }, null],
  ['1 between n and 0', { n: null }, false],
  ["text < '\u{1f600}'", { text: '\uffff' }, true],
  ["text == 'a\0b'", { text: 'a\0b' }, true],
  ["trim(text) == 'a'", { text: ' \t\n\v\f\ra ' }, true],
  ['trim(text) == text', { text: '\u00a0a' }, true],
];

/** As long and as deep as a text may be. */
const LARGEST: readonly string[] = [
  `${'('.repeat(50)}yes${')'.repeat(50)}`,
  `${'not '.repeat(49)}yes`,
  `yes${' and yes'.repeat(499)}`,
  `n${' / n'.repeat(49)}`,
  `${'least(n, '.repeat(49)}n${')'.repeat(49)}`,
  `${'if(yes, n, '.repeat(49)}n${')'.repeat(49)}`,
  `${'if(n > 1 / '.repeat(16)}n${', 1, n)'.repeat(16)}`,
  `n in [${'1,'.repeat(1_980)}2]`,
  `text in [${"'a',".repeat(990)}'b']`,
];

describe('the executors of expressions', () => {
  it('say the same at the edges', async () => {
    for (const [text, cells, value] of EDGES) {
      const row = new Map(Object.entries(cells));
      const { sql, typescript } = await withDuckDb({}, (connection) =>
        bothOf(connection, [parseExpression(text)], [row]),
      );
      expect([text, sql, typescript]).toEqual([text, [[value]], [[value]]]);
    }
  });

  it('take the largest expressions there are', async () => {
    const expressions = LARGEST.map((text) => parseExpression(text));
    const both = await withDuckDb({}, (connection) => bothOf(connection, expressions, fc.sample(aRow, 20)));
    expect(both.sql).toEqual(both.typescript);
  });

  it('say the same of every expression and row, and never fail', async () => {
    await withDuckDb({}, async (connection) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(anExpression, { minLength: 1, maxLength: 10 }),
          fc.array(aRow, { minLength: 1, maxLength: 5 }),
          async (expressions, rows) => {
            const { sql, typescript } = await bothOf(connection, expressions, rows);
            expect(sql).toEqual(typescript);
          },
        ),
        { numRuns: 80 },
      );
    });
  }, 60_000);
});
