import { createHash } from 'node:crypto';
import type { DuckDBConnection } from '@duckdb/node-api';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Measures, NeededMeasures } from '../../../domain/contracts/checks/measures.ts';
import { queryOf, withDuckDb } from '../../../engine/duckdb.ts';
import { measure } from '../../../engine/measure/measure.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { makeTable, type TableColumn } from '../../fixtures/duckdb-table.ts';

const NOTHING: NeededMeasures = {
  duplicateRows: false,
  unseen: [],
  labels: false,
  leakage: false,
  holdoutOverlap: false,
};
const COLUMNS: TableColumn[] = [
  { name: 'customer_id', type: 'VARCHAR' },
  { name: 'seen_at', type: 'TIMESTAMP' },
  { name: 'age', type: 'BIGINT' },
  { name: 'spend', type: 'DOUBLE' },
  { name: 'plan', type: 'VARCHAR' },
  { name: 'active', type: 'BOOLEAN' },
  { name: 'gender', type: 'VARCHAR' },
  { name: 'churned', type: 'BIGINT' },
];
type Row = readonly (string | number | boolean | null)[];
const ROW: Row = ['c1', '2026-01-01T00:00:00Z', 30, 1.5, 'free', true, 'f', 0];

const changed = (column: string, value: Row[number]): Row =>
  ROW.map((cell, i) => (COLUMNS[i]?.name === column ? value : cell));

async function measured(
  rows: readonly Row[],
  needed: Partial<NeededMeasures>,
  { overrides = {}, holdoutIds }: { overrides?: object; holdoutIds?: string[] } = {},
): Promise<Measures> {
  return withDuckDb({ threads: 2 }, async (connection: DuckDBConnection) => {
    await makeTable(connection, 'accepted', COLUMNS, rows);
    const query = queryOf(connection);
    const context = { ...(holdoutIds && { holdoutIds }) };
    const result = await measure(query, 'accepted', aModelSpec({ ...overrides }), { ...NOTHING, ...needed }, context);
    const left = await query("SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'millrace%'");
    expect(left).toEqual([]);
    return result;
  });
}

describe('measure', () => {
  it('takes no figure that is not needed', async () => {
    expect(await measured([ROW], {}, { holdoutIds: [] })).toEqual({});
  });

  it('takes no figure that has no meaning for the spec', async () => {
    const regression = { task: 'regression', data: { target: 'age', id: undefined } };
    const needed = { labels: true, holdoutOverlap: true };
    expect(await measured([ROW], needed, { overrides: regression, holdoutIds: [] })).toEqual({});
    expect(await measured([ROW], { holdoutOverlap: true })).toEqual({});
  });

  it('counts nothing among no rows', async () => {
    const needed = { duplicateRows: true, unseen: ['plan'], labels: true, leakage: true, holdoutOverlap: true };
    expect(await measured([], needed, { holdoutIds: ['0123456789abcdef'] })).toEqual({
      duplicateRows: 0,
      unseen: [{ column: 'plan', present: 0, unseen: 0 }],
      labels: [
        { label: '0', rows: 0 },
        { label: '1', rows: 0 },
      ],
      leakage: { rows: 0, strengths: [], unmeasured: ['age', 'spend', 'plan', 'active'] },
      holdoutOverlap: 0,
    });
  });
});

describe('duplicate rows', () => {
  const cases: [string, Row[], number][] = [
    ['one row', [ROW], 0],
    ['a row twice', [ROW, ROW], 1],
    ['a row three times', [ROW, changed('age', 31), ROW, ROW], 2],
    ...COLUMNS.map(({ name }, i): [string, Row[], number] => {
      const other = [['c2', '2026-01-01T00:00:01Z', 31, 1.25, 'pro', false, 'm', 1][i]][0] as Row[number];
      return [`rows that differ in ${name}`, [ROW, changed(name, other)], 0];
    }),
    ['rows that miss the same cell', [changed('spend', null), changed('spend', null)], 1],
    ['a missing and an empty cell', [changed('plan', null), changed('plan', '')], 0],
    ['0 and minus 0', [changed('spend', 0), changed('spend', -0)], 1],
    ['not-a-number twice', [changed('spend', Number.NaN), changed('spend', Number.NaN)], 1],
  ];
  for (const [what, rows, duplicateRows] of cases) {
    it(`counts ${duplicateRows} for ${what}`, async () => {
      expect(await measured(rows, { duplicateRows: true })).toEqual({ duplicateRows });
    });
  }

  it('agrees with a set of rows', async () => {
    const cell = fc.constantFrom('a', 'b', 'a,b', '', null);
    const row = fc.tuple(cell, fc.constantFrom(0, 1, null), cell, fc.constantFrom(true, false, null));
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 40 }), async (some) => {
        const rows = some.map(
          ([plan, age, gender, active]): Row => [...ROW.slice(0, 2), age, 1, plan, active, gender, 0],
        );
        const different = new Set(rows.map((one) => JSON.stringify(one))).size;
        expect((await measured(rows, { duplicateRows: true })).duplicateRows).toBe(rows.length - different);
      }),
      { numRuns: 15 },
    );
  });

  it('stay within a memory limit that the rows do not fit in', async () => {
    await withDuckDb({ memoryLimitMb: 128, threads: 2 }, async (connection) => {
      const columns = COLUMNS.map(({ name, type }) => {
        const value = { BIGINT: 'i', DOUBLE: 'i / 3', BOOLEAN: 'i % 2 = 0', TIMESTAMP: 'make_timestamp(i)' };
        return `${type === 'VARCHAR' ? "repeat('x', 40) || i" : value[type]} AS ${name}`;
      });
      const relation = `(SELECT ${columns.join(', ')} FROM (SELECT i % 2000000 AS i FROM range(2000100) t(i)))`;
      const needed = { ...NOTHING, duplicateRows: true };
      const result = await measure(queryOf(connection), relation, aModelSpec(), needed, {});
      expect(result.duplicateRows).toBe(100);
    });
  });
});

describe('unseen values', () => {
  const plan = (values: string[]) => ({
    data: {
      columns: aModelSpec().data.columns.map((column) =>
        column.name === 'plan'
          ? { ...column, values }
          : column.name === 'gender'
            ? { ...column, values: ['f'] }
            : column,
      ),
    },
  });

  it('are cells that are there and none of the values', async () => {
    const rows = ['free', 'Free', 'pro', 'pro ', '', null, 'gone'].map((value) => changed('plan', value));
    const result = await measured(rows, { unseen: ['plan', 'gender'] });
    // gender has no values in the spec
    expect(result.unseen).toEqual([{ column: 'plan', present: 6, unseen: 4 }]);
  });

  it('are counted for each column that is asked about', async () => {
    const rows = [ROW, changed('gender', 'm'), changed('plan', 'x')];
    const result = await measured(rows, { unseen: ['gender', 'plan'] }, { overrides: plan(['free']) });
    expect(result.unseen).toEqual([
      { column: 'plan', present: 3, unseen: 1 },
      { column: 'gender', present: 3, unseen: 1 },
    ]);
  });

  it('agree with a set of values, whatever text they are', async () => {
    const text = fc.oneof(fc.constantFrom("o'clock", '\0', 'a\0b', '__proto__', 'NULL', '%', '"'), fc.string());
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(
          text.filter((one) => one !== ''),
          { minLength: 1, maxLength: 10 },
        ),
        fc.array(fc.option(text), { maxLength: 20 }),
        async (values, cells) => {
          const known = cells.map((cell, i) => (i % 2 === 0 ? cell : (values[i % values.length] as string)));
          const result = await measured(
            known.map((cell) => changed('plan', cell)),
            { unseen: ['plan'] },
            { overrides: plan(values) },
          );
          const present = known.filter((cell) => cell !== null);
          const unseen = present.filter((cell) => !values.includes(cell)).length;
          expect(result.unseen).toEqual([{ column: 'plan', present: present.length, unseen }]);
        },
      ),
      { numRuns: 25 },
    );
  });
});

describe('labels', () => {
  it('are counted in the order of the spec; what is no class is no label', async () => {
    const rows = [1, 0, 1, null, 7].map((label) => changed('churned', label));
    expect((await measured(rows, { labels: true })).labels).toEqual([
      { label: '0', rows: 1 },
      { label: '1', rows: 2 },
    ]);
  });

  it('of a text target are compared as text', async () => {
    const rows = ['pro', 'free', 'pro', 'basic', null].map((label) => changed('plan', label));
    const overrides = { task: 'multiclass', classes: ['pro', 'free', 'none'], data: { target: 'plan' } };
    expect((await measured(rows, { labels: true }, { overrides })).labels).toEqual([
      { label: 'pro', rows: 2 },
      { label: 'free', rows: 1 },
      { label: 'none', rows: 0 },
    ]);
  });
});

describe('holdout overlap', () => {
  const hashed = (id: string | number) => createHash('md5').update(String(id)).digest('hex').slice(0, 16);

  it('counts rows, not ids', async () => {
    const rows = ['c1', 'c2', 'c2', 'c3', 'ü"\''].map((id) => changed('customer_id', id));
    const holdoutIds = ['c2', 'ü"\'', 'c9'].map(hashed);
    expect(await measured(rows, { holdoutOverlap: true }, { holdoutIds })).toEqual({ holdoutOverlap: 3 });
    expect(await measured(rows, { holdoutOverlap: true }, { holdoutIds: [] })).toEqual({ holdoutOverlap: 0 });
  });

  it('takes a number as its text', async () => {
    const rows = [7, 70, 700].map((id) => changed('age', id));
    const overrides = { data: { id: 'age' } };
    const context = { overrides, holdoutIds: [7, 700].map(hashed) };
    expect(await measured(rows, { holdoutOverlap: true }, context)).toEqual({ holdoutOverlap: 2 });
  });

  it('knows more ids than go into one statement', async () => {
    const holdoutIds = Array.from({ length: 120_000 }, (_, i) => hashed(`c${i}`));
    const rows = ['c0', 'c49999', 'c50000', 'c119999', 'c120000'].map((id) => changed('customer_id', id));
    expect(await measured(rows, { holdoutOverlap: true }, { holdoutIds })).toEqual({ holdoutOverlap: 4 });
  });
});
