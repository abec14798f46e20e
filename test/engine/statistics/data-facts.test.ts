import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ColumnFacts, DataFacts } from '../../../domain/contracts/infer/facts.ts';
import { Column, DataSpec } from '../../../domain/spec/columns.ts';
import { withDuckDb } from '../../../engine/duckdb.ts';
import { dataFacts } from '../../../engine/statistics/data-facts.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'millrace-facts-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const write = (name: string, bytes: string | Uint8Array): string => {
  writeFileSync(join(dir, name), bytes);
  return join(dir, name);
};
const factsOf = (name: string, bytes: string | Uint8Array) => dataFacts({ paths: [write(name, bytes)] });
const csv = (header: string, n: number, row: (i: number) => string) =>
  `${header}\n${Array.from({ length: n }, (_, i) => row(i)).join('\n')}\n`;
const byName = ({ columns }: DataFacts): Record<string, ColumnFacts> =>
  Object.fromEntries(columns.map((column) => [column.name, column]));

const HEADER = 'code,n,x,yes,at,day,plan,note,none';
const row = (i: number) =>
  [
    `0${1_000 + i}`,
    i % 7,
    i % 10 === 0 ? '' : i / 4,
    i % 2 === 0 ? 'TRUE' : 'false',
    `2026-01-01T00:00:${String(i % 60).padStart(2, '0')}Z`,
    `${String(1 + (i % 28)).padStart(2, '0')}.02.2026`,
    ['free', 'pro'][i % 2],
    `"a, ""b"" ${i}"`,
    '',
  ].join(',');

describe('dataFacts', () => {
  it('counts a CSV file exactly', async () => {
    const facts = await factsOf('a.csv', csv(HEADER, 200, row));
    expect(facts).toMatchObject({
      source: 'a.csv',
      format: 'csv',
      delimiter: ',',
      rows: 200,
      files: [200],
      brokenLines: 0,
      duplicateRows: 0,
    });
    const { code, n, x, yes, at, day, plan, note, none } = byName(facts);
    expect(code).toMatchObject({
      type: 'string',
      distinct: 200,
      nulls: 0,
      texts: { singletons: 200, pattern: '[0-9]{5}' },
    });
    expect(n).toMatchObject({
      type: 'integer',
      distinct: 7,
      numbers: { count: 200, min: 0, max: 6, quantiles: [0, 3, 6] },
    });
    expect(n?.numbers?.values?.[0]).toEqual([0, 29]);
    expect(x).toMatchObject({ type: 'number', nulls: 20, distinct: 180 });
    expect(x?.numbers?.top.slice(0, 2)).toEqual([49.75, 49.5]);
    expect(yes).toMatchObject({ type: 'boolean', distinct: 2 });
    expect(at).toMatchObject({ type: 'timestamp', withOffset: 200 });
    expect(day).toMatchObject({ type: 'timestamp', format: '%d.%m.%Y', withOffset: 0 });
    expect(plan).toMatchObject({
      type: 'category',
      texts: {
        singletons: 0,
        values: [
          ['free', 100],
          ['pro', 100],
        ],
      },
    });
    expect(note).toMatchObject({ type: 'string', lengths: { min: 8, max: 10 } });
    expect(none).toMatchObject({ type: 'string', nulls: 200, distinct: 0 });
    expect(none).not.toHaveProperty('lengths');
  });

  it('comes to the same for the same rows in any form', async () => {
    const text = csv(HEADER, 120, row);
    const plain = await factsOf('b.csv', text);
    const same = (facts: DataFacts) =>
      expect({ ...facts, source: '', delimiter: '' }).toEqual({ ...plain, source: '', delimiter: '' });
    same(await factsOf('b.csv.gz', gzipSync(text)));
    same(await factsOf('b.csv.zst', zstdCompressSync(text)));
    same(await factsOf('marked.csv', `\uFEFF${text.replaceAll('\n', '\r\n')}`));
    same(
      await factsOf(
        'c.csv',
        text
          .replace(/"a, ""b""/g, '"a; ""b""')
          .replaceAll(/,(?! )/g, ';')
          .replaceAll('"a; ', '"a, '),
      ),
    );
  });

  it('reads JSON Lines and Parquet', async () => {
    const lines = Array.from({ length: 60 }, (_, i) =>
      JSON.stringify({ id: `u${i}`, n: i, ...(i % 3 > 0 && { late: i % 2 === 0 }) }),
    );
    const jsonl = await factsOf('d.jsonl', `${lines.join('\n')}\nnot json\n`);
    expect(jsonl).toMatchObject({ format: 'jsonl', rows: 60, brokenLines: 1 });
    expect(byName(jsonl).late).toMatchObject({ type: 'boolean', nulls: 20 });
    const path = join(dir, 'd.parquet');
    await withDuckDb({ folders: [dir] }, (connection) =>
      connection.run(
        `COPY (SELECT i AS n, i / 3 AS x, [i] AS list, DATE '2026-01-01' + i::INTEGER AS day FROM range(50) t(i)) TO '${path}' (FORMAT parquet)`,
      ),
    );
    const parquet = await dataFacts({ paths: [path] });
    expect(parquet.columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'n integer',
      'x number',
      'day timestamp',
    ]);
    expect(parquet).toMatchObject({ format: 'parquet', rows: 50 });
  });

  it('counts lines that cannot be read, by file', async () => {
    const broken = 'a,b\n1,2\n3\n4,5\n6,7,8\n';
    const paths = [write('e1.csv', broken), write('e2.csv', 'a,b\n1,2\n'), write('e3.csv', broken)];
    expect(await dataFacts({ paths })).toMatchObject({ rows: 5, files: [2, 1, 2], brokenLines: 4, duplicateRows: 3 });
  });

  it('holds a pattern against every row, not only the sample', async () => {
    const values = Array.from({ length: 5_000 }, (_, i) => `A${String(i).padStart(4, '0')}`);
    expect(
      byName(
        await factsOf(
          'f.csv',
          csv('v,w', 5_000, (i) => `${values[i]},1`),
        ),
      ).v?.texts?.pattern,
    ).toBe('[A-Z][0-9]{4}');
    for (const at of [0, 2_500, 4_999]) {
      const spoilt = values.map((value, i) => (i === at ? `${value}x` : value));
      expect(
        byName(
          await factsOf(
            'g.csv',
            csv('v,w', 5_000, (i) => `${spoilt[i]},1`),
          ),
        ).v?.texts,
      ).not.toHaveProperty('pattern');
    }
  });

  it('keeps the ends of numbers with many values, and counts what is no finite one', async () => {
    const values = Array.from({ length: 3_000 }, (_, i) => (i === 5 ? 'nan' : i === 6 ? '-inf' : String(i + 0.5)));
    const { x } = byName(
      await factsOf(
        'h.csv',
        csv('x,y', 3_000, (i) => `${values[i]},1`),
      ),
    );
    expect(x).toMatchObject({
      type: 'number',
      nans: 1,
      infinities: 1,
      numbers: { count: 2_998, min: 0.5, max: 2_999.5 },
    });
    expect([x?.numbers?.top.length, x?.numbers?.top.at(-1), x?.numbers?.bottom[1]]).toEqual([501, 2_499.5, 1.5]);
    expect(x?.numbers?.quantiles[1]).toBeCloseTo(1_500, -1);
    expect(x?.numbers).not.toHaveProperty('values');
  });

  it('goes by the types the author gives, and counts what does not fit', async () => {
    const data = DataSpec.parse({
      columns: [Column.parse({ name: 'zip', type: 'string' }), Column.parse({ name: 'age', type: 'integer' })],
      target: 'age',
      id: 'zip',
    });
    const path = write(
      'i.csv',
      csv('extra,age,zip', 40, (i) => `x,${i === 3 ? 'old' : i},${i}`),
    );
    const facts = await dataFacts({ paths: [path], data });
    expect(facts.columns).toMatchObject([
      { name: 'zip', type: 'string', distinct: 40 },
      { name: 'age', type: 'integer', misfits: 1, nulls: 0, numbers: { count: 39 } },
    ]);
  });

  it('finds whether an id and a time name a row together', async () => {
    const rows = (i: number) => `u${i % 20},2026-01-${String(1 + Math.floor(i / 20)).padStart(2, '0')},1`;
    expect((await factsOf('j.csv', csv('user_id,day,v', 60, rows))).keys).toEqual([
      { columns: ['user_id', 'day'], unique: true },
    ]);
    const repeated = `${csv('user_id,day,v', 60, rows)}u0,2026-01-01,2\n`;
    expect((await factsOf('k.csv', repeated)).keys).toEqual([{ columns: ['user_id', 'day'], unique: false }]);
    expect(
      (
        await factsOf(
          'l.csv',
          csv('id,day', 60, (i) => `${i},2026-01-01`),
        )
      ).keys,
    ).toEqual([]);
  });

  it('keeps codes apart from numbers, and months from days', async () => {
    const { zip, us, mixed } = byName(
      await factsOf(
        'm.csv',
        csv(
          'zip,us,mixed',
          40,
          (i) => `${i === 7 ? '00501' : '90210'},02/${10 + (i % 18)}/2026,${i === 9 ? 'n/a' : i}`,
        ),
      ),
    );
    expect(zip).toMatchObject({
      type: 'category',
      texts: {
        values: [
          ['90210', 39],
          ['00501', 1],
        ],
      },
    });
    expect(us).toMatchObject({ type: 'timestamp', format: '%m/%d/%Y' });
    expect(mixed?.type).toBe('string');
  });

  it.each([
    ['no header', '1,2\n3,4\n', 'has no header'],
    ['no byte', '', 'is empty: its first line must name the columns'],
    ['white space alone', ' \n\n', 'is empty: its first line must name the columns'],
    ['a first line that has no end', `"${'a'.repeat(2_000_000)}`, 'the first line is longer than'],
    ['no row', 'a,b\n', 'has no row'],
    ['a name twice', 'a,A\n1,2\n', 'give each column a name of its own'],
    ['a name that is empty', 'a,\n1,2\n', 'give each column a name of its own'],
    ['damaged gzip', gzipSync('a,b\n1,2\n').subarray(0, 20), 'ends before its data do'],
    ['half a Parquet file', Buffer.from('PAR1garbage'), 'bad.csv'],
  ])('says what is wrong with a file with %s', async (_what, bytes, message) => {
    await expect(factsOf('bad.csv', bytes)).rejects.toThrow(message);
  });

  it('refuses files of unlike columns', async () => {
    const paths = [write('n1.csv', 'a,b\n1,2\n'), write('n2.csv', 'a,c\n1,2\n')];
    await expect(dataFacts({ paths })).rejects.toThrow('n2.csv has other columns than n1.csv');
  });
});
