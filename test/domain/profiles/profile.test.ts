import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ProfiledColumn, profiledColumns, referenceColumns } from '../../../domain/profiles/columns.ts';
import {
  CATEGORY_LIMIT,
  type ColumnProfile,
  compareText,
  mergeProfiles,
  Profile,
} from '../../../domain/profiles/profile.ts';
import { ProfileAccumulator } from '../../../domain/profiles/profile-accumulator.ts';
import { profileRelation, type Query } from '../../../domain/profiles/profile-sql.ts';
import { queryOf, withDuckDb } from '../../../engine/duckdb.ts';
import { aModelSpec } from '../../fixtures/builders.ts';
import { makeTable, type TableColumn } from '../../fixtures/duckdb-table.ts';

const EDGES = [-1.5, 0, 0.1, 1, 1e6];
const COLUMNS: readonly ProfiledColumn[] = [
  { name: 'a "quoted" na;me', type: 'numeric', edges: EDGES },
  { name: '__proto__', type: 'category' },
  { name: 'constructor', type: 'category', categories: ['a', '__proto__', "it's", 'Ünï', '💥'] },
  { name: 'when', type: 'timestamp', edges: [0, 1_000] },
  { name: 'flag', type: 'boolean' },
  { name: 'text', type: 'string' },
  { name: 'whole', type: 'numeric' },
];
const TABLE: readonly TableColumn[] = COLUMNS.map(({ name }, i) => ({
  name,
  type: (['DOUBLE', 'VARCHAR', 'VARCHAR', 'TIMESTAMP', 'BOOLEAN', 'VARCHAR', 'BIGINT'] as const)[i] ?? 'VARCHAR',
}));

const aNumber = fc.oneof(
  fc.constantFrom(...EDGES, -0, 1e300, -1e300, 5e-324, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  fc.double({ min: -1e7, max: 1e7, noNaN: true }),
);
const aCategory = fc.oneof(
  fc.constantFrom('a', '__proto__', "it's", 'Ünï', '💥', '\uffee', ''),
  fc.string({ unit: 'grapheme', maxLength: 3 }),
);
const aTime = fc
  .oneof(fc.constantFrom(0, 1_000, 1_001), fc.integer({ min: -1e12, max: 2e12 }))
  .map((ms) => new Date(ms).toISOString());
const nullable = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null, freq: 4 });
const aRow = fc.tuple(
  nullable(aNumber),
  nullable(aCategory),
  nullable(aCategory),
  nullable(aTime),
  nullable(fc.boolean()),
  nullable(fc.string({ maxLength: 3 })),
  nullable(fc.integer()),
);
type Row = typeof aRow extends fc.Arbitrary<infer T> ? T : never;
const rows = fc.array(aRow, { maxLength: 40 });
const profileOf = (values: readonly (readonly unknown[])[]) => new ProfileAccumulator(COLUMNS).add(values).profile();

/** Two doubles that differ at all differ by this much: a relative bound on the smallest of them would be 0. */
const STEP = Number.MIN_VALUE;
/** Half of the smallest double rounds to it in one executor and to 0 in the other. */
const SMALLEST = [-5e-324, -0].map((x): Row => [x, null, null, null, null, null, null]);

/** Moments agree up to the rounding of a sum; everything else is equal. */
function expectSame(actual: Profile, expected: Profile): void {
  const counts = ({ mean, m2, ...rest }: ColumnProfile) => ({
    ...rest,
    hasMoments: mean !== undefined && m2 !== undefined,
  });
  expect(actual.rows).toBe(expected.rows);
  expect(actual.columns.map(counts)).toEqual(expected.columns.map(counts));
  for (const [i, column] of expected.columns.entries()) {
    if (column.mean === undefined) continue;
    const scale = Math.max(Math.abs(column.min ?? 0), Math.abs(column.max ?? 0), Number.MIN_VALUE);
    const seen = actual.columns[i];
    expect(Math.abs((seen?.mean ?? Number.NaN) - column.mean)).toBeLessThanOrEqual(1e-9 * scale + STEP);
    expect(Math.abs((seen?.m2 ?? Number.NaN) - (column.m2 ?? 0))).toBeLessThanOrEqual(
      1e-6 * scale * scale * column.count + STEP,
    );
  }
}

describe('a profile', () => {
  it('is the same from DuckDB and from TypeScript', async () => {
    await withDuckDb({ threads: 1 }, async (connection) => {
      await fc.assert(
        fc.asyncProperty(rows, async (values) => {
          await makeTable(connection, 't', TABLE, values);
          expectSame(await profileRelation(queryOf(connection), 't', COLUMNS), profileOf(values));
        }),
        { numRuns: 60, examples: [[SMALLEST]] },
      );
    });
  });

  it('of a whole is the merge of the profiles of its parts', () => {
    fc.assert(
      fc.property(rows, rows, rows, (a, b, c) => {
        const merged = mergeProfiles(mergeProfiles(profileOf(a), profileOf(b)), profileOf(c));
        expectSame(merged, profileOf([...a, ...b, ...c]));
        expect(Profile.parse(JSON.parse(JSON.stringify(merged)))).toEqual(merged);
      }),
    );
  });

  it('has every row in exactly one of count, nulls, nans and infinities', () => {
    fc.assert(
      fc.property(rows, (values) => {
        for (const { count, nulls, nans, infinities, bins, categories } of profileOf(values).columns) {
          expect(count + nulls + nans + infinities).toBe(values.length);
          if (bins) expect(bins.counts.reduce((sum, n) => sum + n, 0)).toBe(count);
          if (categories) expect(categories.values.reduce((sum, [, n]) => sum + n, categories.other)).toBe(count);
        }
      }),
    );
  });

  it('puts a value on an edge into the bin below it', () => {
    const columns: ProfiledColumn[] = [{ name: 'x', type: 'numeric', edges: [0, 1] }];
    const {
      columns: [x],
    } = new ProfileAccumulator(columns).add([[0], [0.5], [1], [1.5], [-1]]).profile();
    expect(x?.bins).toEqual({ edges: [0, 1], counts: [2, 2, 1] });
    expect(x).toMatchObject({ count: 5, min: -1, max: 1.5, mean: 0.4 });
  });

  it('carries no moments where squares overflow', () => {
    const {
      columns: [x],
    } = new ProfileAccumulator([{ name: 'x', type: 'numeric' }]).add([[1e200], [1]]).profile();
    expect(x).toEqual({ name: 'x', type: 'numeric', count: 2, nulls: 0, nans: 0, infinities: 0, min: 1, max: 1e200 });
  });

  it('keeps the most frequent categories and counts the rest as other', async () => {
    const column: ProfiledColumn = { name: 'c', type: 'category' };
    const values = Array.from({ length: CATEGORY_LIMIT + 50 }, (_, i) => [[`v${i}`], [`v${i % 3}`]]).flat();
    const counted = new ProfileAccumulator([column]).add(values).profile();
    const categories = counted.columns[0]?.categories;
    expect(categories?.values).toHaveLength(CATEGORY_LIMIT);
    expect(categories?.values.slice(0, 3)).toEqual([
      ['v0', 85],
      ['v1', 84],
      ['v2', 84],
    ]);
    expect(categories?.other).toBe(50);
    await withDuckDb({ threads: 1 }, async (connection) => {
      await makeTable(connection, 't', [{ name: 'c', type: 'VARCHAR' }], values);
      expectSame(await profileRelation(queryOf(connection), 't', [column]), counted);
    });
  });

  it('of 350 columns is made in batches', async () => {
    const columns = Array.from(
      { length: 350 },
      (_, i): ProfiledColumn => ({ name: `c${i}`, type: 'numeric', edges: [0] }),
    );
    await withDuckDb({ threads: 1 }, async (connection) => {
      const list = columns.map(({ name }, i) => `r - ${i} AS ${name}`).join(', ');
      await connection.run(`CREATE TABLE wide AS SELECT ${list} FROM range(1000) t(r)`);
      const statements: string[] = [];
      const query = queryOf(connection);
      const recording: Query = (sql) => {
        statements.push(sql);
        return query(sql);
      };
      const profile = await profileRelation(recording, 'wide', columns);
      expect(statements).toHaveLength(4);
      expect(profile.columns[349]?.bins?.counts).toEqual([350, 650]);
    });
  });

  it('refuses to merge what does not belong together', () => {
    const other = new ProfileAccumulator([{ name: 'x', type: 'numeric', edges: [0, 2] }]).profile();
    const one = new ProfileAccumulator([{ name: 'x', type: 'numeric', edges: [0, 1] }]).profile();
    expect(() => mergeProfiles(one, other)).toThrow('different bins');
    expect(() => mergeProfiles(one, { rows: 0, columns: [] })).toThrow('1 columns with one of 0');
  });

  it('gives later profiles its own bins and categories', () => {
    const reference = profileOf([[1, 'b', 'a', '2001-01-01T00:00:00.000Z', true, 'x', 1]]);
    const columns = referenceColumns(reference.columns);
    expect(columns[0]?.edges).toEqual(EDGES);
    expect(columns[1]?.categories).toEqual(['b']);
    expect(new ProfileAccumulator(columns).add([[null, 'new', null]]).profile().columns[1]?.categories).toEqual({
      values: [['b', 0]],
      other: 1,
    });
  });

  it('does not show the values of ids and protected columns', () => {
    const types = new Map(profiledColumns(aModelSpec()).map(({ name, type }) => [name, type]));
    expect(types.get('gender')).toBe('string');
    expect(types.get('customer_id')).toBe('string');
    expect(types.get('plan')).toBe('category');
  });
});

it('text is ordered by code point', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (a, b) => {
      expect(Math.sign(compareText(a, b))).toBe(Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))));
    }),
  );
  expect(compareText('\uffee', '💥')).toBeLessThan(0);
});
