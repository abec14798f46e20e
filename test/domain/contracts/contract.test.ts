import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { badRow, compileContract } from '../../../domain/contracts/contract.ts';
import { namedColumns, typedRelation } from '../../../domain/contracts/typed-columns.ts';
import { isNested } from '../../../domain/datasets/source-sql.ts';
import { quoteLiteral } from '../../../domain/sql.ts';
import { withDuckDb } from '../../../engine/duckdb.ts';
import { aModelSpec } from '../../fixtures/builders.ts';

type Query = (sql: string) => Promise<Record<string, unknown>[]>;
let query: Query;
let close: () => void;
let closed: Promise<unknown>;
beforeAll(
  () =>
    new Promise<void>((ready) => {
      closed = withDuckDb({ threads: 1 }, async (connection) => {
        query = async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJS();
        await new Promise<void>((done) => {
          close = done;
          ready();
        });
      });
    }),
);
afterAll(async () => {
  close();
  await closed;
});

/** A spec of text columns with these allowed values. */
const textSpec = (columns: readonly { name: string; values?: string[] }[]) =>
  aModelSpec({
    task: 'regression',
    data: {
      columns: columns.map((column) => ({ ...column, type: 'string' })),
      target: columns[0]?.name,
      id: undefined,
      timestamp: undefined,
      protected: [],
    },
  });

describe('a compiled contract', () => {
  const nasty = fc.string({
    unit: fc.oneof(
      fc.constantFrom('"', "'", ';', '--', '\\', '\n', '\0', '$1', '🎈', '`'),
      fc.string({ minLength: 1, maxLength: 1 }),
    ),
    minLength: 1,
    maxLength: 10,
  });

  it('keeps any name and any allowed value from becoming SQL', async () => {
    const name = nasty.filter((text) => !/\p{Cc}/u.test(text));
    const names = fc.uniqueArray(name, { minLength: 2, maxLength: 3, selector: (text) => text.toLowerCase() });
    await fc.assert(
      fc.asyncProperty(names, nasty, nasty, async ([target = 'a', other = 'b'], allowed, cell) => {
        const contract = compileContract(textSpec([{ name: target }, { name: other, values: [allowed] }]), []);
        const source = `(SELECT 'x' AS s0, ${quoteLiteral(cell)} AS s1)`;
        const sql = `SELECT ${contract.bad} AS bad, ${namedColumns(contract.columns)} FROM ${typedRelation(contract.columns, source)}`;
        expect(await query(sql)).toEqual([{ bad: cell !== allowed, [target]: 'x', [other]: cell }]);
      }),
      { numRuns: 100 },
    );
  });

  it('has a rule per promise of the spec', () => {
    expect(compileContract(aModelSpec(), []).rules.map(({ id }) => id)).toEqual([
      'null-not-allowed:customer_id',
      'null-not-allowed:seen_at',
      'wrong-type:seen_at',
      'null-not-allowed:age',
      'wrong-type:age',
      'out-of-range:age',
      'wrong-type:spend',
      'nan-not-allowed:spend',
      'infinity-not-allowed:spend',
      'out-of-range:spend',
      'null-not-allowed:plan',
      'value-not-allowed:plan',
      'null-not-allowed:active',
      'wrong-type:active',
      'null-not-allowed:gender',
      'null-not-allowed:churned',
      'wrong-type:churned',
      'out-of-range:churned',
      'unknown-class:churned',
    ]);
  });

  it('hides the id and protected columns', () => {
    const hidden = compileContract(aModelSpec(), [])
      .rules.filter(({ shown }) => shown === undefined)
      .map(({ column }) => column);
    expect(new Set(hidden)).toEqual(new Set(['customer_id', 'gender']));
  });

  it('reads a text as a number as JavaScript does', async () => {
    const spec = aModelSpec({
      task: 'regression',
      data: {
        columns: [
          { name: 'x', type: 'number', min: -1.1, max: 0.1 },
          { name: 'y', type: 'integer' },
        ],
        target: 'y',
        id: undefined,
        timestamp: undefined,
        protected: [],
      },
    });
    const contract = compileContract(spec, []);
    await fc.assert(
      fc.asyncProperty(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.maxSafeInteger(), async (x, y) => {
        const source = `(SELECT '${x}' AS s0, '${y}' AS s1)`;
        const [row] = await query(
          `SELECT t0, t1, ${contract.bad} AS bad FROM ${typedRelation(contract.columns, source)}`,
        );
        expect(row).toEqual({ t0: x + 0 === 0 ? expect.closeTo(0) : x, t1: BigInt(y), bad: x < -1.1 || x > 0.1 });
      }),
      { numRuns: 100 },
    );
  });
});

describe('a time without a zone', () => {
  const digits = (least: number, most: number, width: number) =>
    fc.integer({ min: least, max: most }).map((number) => String(number).padStart(width, '0'));
  const time = fc
    .tuple(
      fc.tuple(fc.oneof(digits(0, 9999, 4), digits(1990, 2040, 4)), digits(0, 13, 2), digits(0, 32, 2)),
      fc.constantFrom(' ', 'T', '', '-'),
      fc.tuple(digits(0, 24, 2), digits(0, 60, 2), digits(0, 60, 2)),
      fc.constantFrom('', 'Z', 'z', '.123Z', '.1', '+02', '-02', '+02:30', ' UTC', ' Europe/Paris', '-1'),
    )
    .map(([date, between, clock, end]) => `${date.join('-')}${between}${clock.join(':')}${end}`);

  it('is read as an instant in UTC, however it is written', async () => {
    const spec = textSpec([{ name: 'a' }, { name: 'b' }]);
    const columns = [{ ...spec.data.columns[0], type: 'timestamp' }, spec.data.columns[1]] as typeof spec.data.columns;
    const contract = compileContract({ ...spec, data: { ...spec.data, columns, target: 'b' } }, []);
    const odd = fc.constantFrom('2024-1-1 1:00:00+02', '2024-01-01', '20240101', 'infinity', '0001-01-01 (BC) 00:0');
    await fc.assert(
      fc.asyncProperty(fc.oneof(time, odd), async (text) => {
        const plain = `CAST(TRY_CAST(s0 AS TIMESTAMPTZ) AS TIMESTAMP)`;
        const source = `(SELECT ${quoteLiteral(text)} AS s0, 'x' AS s1)`;
        const sql = `SELECT CAST(t0 AS VARCHAR) AS t, CAST(CASE WHEN ${plain} BETWEEN TIMESTAMP '0001-01-01'
            AND TIMESTAMP '9999-12-31 23:59:59.999999' THEN ${plain} END AS VARCHAR) AS plain
          FROM ${typedRelation(contract.columns, source)}`;
        const [row] = await query(sql);
        expect(row?.t).toBe(row?.plain);
      }),
      { numRuns: 500 },
    );
  });
});

describe('the condition of a bad row', () => {
  const number = fc.constantFrom(
    '',
    '1',
    '-1',
    '0',
    '5.5',
    '1e308',
    '-1e308',
    '1e999',
    'nan',
    '-inf',
    'x',
    '9e18',
    '2147483648',
  );
  const column = fc.record({
    type: fc.constantFrom('integer', 'number'),
    nullable: fc.boolean(),
    nan: fc.constantFrom('reject', 'allow'),
    infinity: fc.constantFrom('reject', 'allow'),
    min: fc.option(fc.constantFrom(-1, 0, 0.5), { nil: undefined }),
    max: fc.option(fc.constantFrom(1, 5.5, 1e18), { nil: undefined }),
  });

  it('is that some rule for errors is broken, however it is put', async () => {
    await fc.assert(
      fc.asyncProperty(column, column, number, number, async (a, b, x, y) => {
        const spec = aModelSpec({
          task: 'regression',
          data: {
            columns: [
              { name: 'a', ...a },
              { name: 'b', ...b },
            ],
            target: 'b',
            id: undefined,
            timestamp: undefined,
            protected: [],
            rules: [{ id: 'wrong-type:a', mostly: 0.5 }],
          },
        });
        const contract = compileContract(spec, []);
        const cell = (text: string) => (text === '' ? 'CAST(NULL AS VARCHAR)' : quoteLiteral(text));
        const source = `(SELECT ${cell(x)} AS s0, ${cell(y)} AS s1)`;
        const sql = `SELECT ${contract.bad} AS quick, ${badRow(contract.rules)} AS plain, t0, t1
          FROM ${typedRelation(contract.columns, source)}`;
        const [row] = await query(sql);
        expect(row?.quick).toBe(row?.plain);
        for (const index of contract.finite)
          if (row?.quick === false && row[`t${index}`] !== null)
            expect(Number.isFinite(Number(row[`t${index}`]))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

describe('isNested', () => {
  it.each([
    ['BIGINT', false],
    ['DECIMAL(18,3)', false],
    ["ENUM('a[]')", false],
    ['TIMESTAMP WITH TIME ZONE', false],
    ['BIGINT[]', true],
    ['DOUBLE[3]', true],
    ['STRUCT(a BIGINT)', true],
    ['MAP(VARCHAR, BIGINT)', true],
    ['BLOB', true],
  ])('of %s is %s', (type, nested) => {
    expect(isNested(type)).toBe(nested);
  });
});
