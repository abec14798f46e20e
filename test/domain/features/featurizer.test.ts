import { build } from 'esbuild';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { featurizeRow, makeFeaturizer } from '../../../domain/features/featurize-row.ts';
import { Featurizer, type Label } from '../../../domain/features/featurizer.ts';
import { featurizerSql, labelSql } from '../../../domain/features/featurizer-sql.ts';
import { queryOf, withDuckDb } from '../../../engine/duckdb.ts';
import { makeTable, type TableColumn } from '../../fixtures/duckdb-table.ts';

const FLOAT_MAX = 3.4028234663852886e38;
const DICTIONARY = ['pro', "it's", '', '__proto__', '💥', ' a', 'A', 'null'];
const FEATURIZER = Featurizer.parse({
  version: 1,
  features: [
    { name: 'a "b"', kind: 'numeric' },
    { name: '__proto__', kind: 'category', categories: DICTIONARY },
    { name: 'flag', kind: 'boolean' },
    { name: 'when', kind: 'timestamp' },
    { name: 'whole', kind: 'numeric' },
    { name: 'never seen', kind: 'category', categories: [] },
  ],
  label: { kind: 'number', column: 'whole' },
});
const TYPES = ['DOUBLE', 'VARCHAR', 'BOOLEAN', 'TIMESTAMP', 'BIGINT', 'VARCHAR'] as const;
const TABLE: TableColumn[] = FEATURIZER.features.map(({ name }, i) => ({ name, type: TYPES[i] ?? 'VARCHAR' }));

const nullable = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const aNumber = fc.oneof(
  fc.double(),
  fc.double({ min: -1e6, max: 1e6 }),
  fc.constantFrom(FLOAT_MAX, -FLOAT_MAX, 3.4028235677973366e38, 3.40282347e38, 1e-46, 0.1, 16777217, -0),
);
const aCategory = fc.oneof(fc.constantFrom(...DICTIONARY, 'a', 'a\0b'), fc.string({ unit: 'grapheme', maxLength: 3 }));
const aTime = fc.integer({ min: -4e12, max: 4e12 }).map((ms) => new Date(ms).toISOString());
const aRow = fc.tuple(
  nullable(aNumber),
  nullable(aCategory),
  nullable(fc.boolean()),
  nullable(aTime),
  nullable(fc.maxSafeInteger()),
  nullable(aCategory),
);

describe('a featurizer', () => {
  it('gives the same bits in SQL and in TypeScript', async () => {
    await withDuckDb({ threads: 1 }, async (connection) => {
      const query = queryOf(connection);
      await fc.assert(
        fc.asyncProperty(fc.array(aRow, { minLength: 1, maxLength: 60 }), async (rows) => {
          await makeTable(connection, 't', TABLE, rows);
          const list = featurizerSql(FEATURIZER).map((sql, i) => `${sql} AS f${i}`);
          const found = await query(`SELECT ${list.join(', ')} FROM t`);
          const fromSql = found.map((row) => Float32Array.from(list, (_, i) => Number(row[`f${i}`] ?? Number.NaN)));
          expect(fromSql).toEqual(rows.map((row) => featurizeRow(FEATURIZER, row)));
        }),
        { numRuns: 80 },
      );
    });
  });

  it('turns what it does not know into missing', () => {
    const nothing = [undefined, 'new', 'yes', 'no time', Number.POSITIVE_INFINITY, 'x'];
    expect(featurizeRow(FEATURIZER, nothing)).toEqual(new Float32Array(6).fill(Number.NaN));
    expect(featurizeRow(FEATURIZER, [])).toEqual(new Float32Array(6).fill(Number.NaN));
    expect(featurizeRow(FEATURIZER, ['12', null, '1', '', '5', null])).toEqual(new Float32Array(6).fill(Number.NaN));
  });

  it('encodes values by their kind', () => {
    const row = [1.5, 'pro', true, '1970-01-02T12:00:00Z', 7, 'x'];
    expect(featurizeRow(FEATURIZER, row)).toEqual(Float32Array.of(1.5, 0, 1, 1.5, 7, Number.NaN));
  });

  it('writes rows one after the other into one array', () => {
    const { columns, write } = makeFeaturizer({
      features: [
        { name: 'x', kind: 'numeric' },
        { name: 'y', kind: 'boolean' },
      ],
    });
    const out = new Float32Array(2 * columns);
    write([1, false], out, 0);
    write([2, true], out, columns);
    expect(out).toEqual(Float32Array.of(1, 0, 2, 1));
  });

  it('takes 2 kB of the inference bundle, without zod', async () => {
    const { outputFiles, metafile } = await build({
      entryPoints: ['domain/features/featurize-row.ts'],
      bundle: true,
      minify: true,
      format: 'esm',
      write: false,
      metafile: true,
    });
    expect(outputFiles[0]?.contents.byteLength).toBeLessThan(2_048);
    expect(Object.keys(metafile.inputs).some((path) => path.includes('node_modules'))).toBe(false);
  });
});

describe('a label', () => {
  const cases: {
    name: string;
    label: Label;
    type: TableColumn['type'];
    values: unknown[];
    labels: (number | null)[];
  }[] = [
    {
      name: 'of text is the index of its class',
      label: { kind: 'class', column: 'y', compare: 'text', classes: ['no', "y'es"] },
      type: 'VARCHAR',
      values: ['no', "y'es", 'maybe', null],
      labels: [0, 1, null, null],
    },
    {
      name: 'of a boolean is 0 or 1',
      label: { kind: 'class', column: 'y', compare: 'text', classes: ['false', 'true'] },
      type: 'BOOLEAN',
      values: [true, false, null],
      labels: [1, 0, null],
    },
    {
      name: 'of numbers compares as a number',
      label: { kind: 'class', column: 'y', compare: 'number', classes: ['1', '2.0', '10'] },
      type: 'DOUBLE',
      values: [1, 2, 10, 3, null, Number.NaN],
      labels: [0, 1, 2, null, null, null],
    },
    {
      name: 'of a regression is finite',
      label: { kind: 'number', column: 'y' },
      type: 'DOUBLE',
      values: [1.25, Number.POSITIVE_INFINITY, Number.NaN, null],
      labels: [1.25, null, null, null],
    },
  ];
  for (const { name, label, type, values, labels } of cases) {
    it(name, async () => {
      await withDuckDb({ threads: 1 }, async (connection) => {
        await makeTable(
          connection,
          't',
          [{ name: 'y', type }],
          values.map((value) => [value]),
        );
        const rows = await queryOf(connection)(`SELECT ${labelSql(label)} AS y FROM t`);
        expect(rows.map(({ y }) => y)).toEqual(labels);
      });
    });
  }
});
