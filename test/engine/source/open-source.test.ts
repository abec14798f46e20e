import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { aDataSpec, inFolder, readSource, withSource } from './fixtures.ts';

const AB = [
  ['1', 'x'],
  ['2', 'y'],
];

describe('openSource with CSV', () => {
  it.each([
    ['commas', 'a,b\n1,x\n2,y\n', {}],
    ['semicolons', 'a;b\n1;x\n2;y\n', {}],
    ['tabs', 'a\tb\n1\tx\n2\ty\n', {}],
    ['bars', 'a|b\n1|x\n2|y\n', {}],
    ['colons', 'a:b\n1:x\n2:y\n', {}],
    ['a stated delimiter', 'a~b\n1~x\n2~y\n', { delimiter: '~' }],
    ['a byte order mark', '\uFEFFa,b\n1,x\n2,y\n', {}],
    ['CRLF', 'a,b\r\n1,x\r\n2,y\r\n', {}],
    ['CR', 'a,b\r1,x\r2,y\r', {}],
    ['no line end at the end', 'a,b\n1,x\n2,y', {}],
    ['double quotes', '"a","b"\n"1","x"\n"2",y\n', {}],
    ['single quotes', "'a','b'\n'1','x'\n'2',y\n", {}],
    ['stated single quotes', "a,b\n1,'x'\n2,'y'\n", { quote: "'" }],
    ['another order', 'b,a\nx,1\ny,2\n', {}],
    ['extra columns', 'z,b,z,a\n8,x,9,1\n8,y,9,2\n', { extraColumns: 'ignore' }],
    ['blank lines', '\n\na,b\n\n1,x\n\n2,y\n\n', {}],
    ['no header', '1,x\n2,y\n', { header: false }],
    ['no header and semicolons', '1;x\n2;y\n', { header: false }],
    ['no header and an extra cell', '1,x,0\n2,y,0\n', { header: false, extraColumns: 'ignore' }],
  ] as const)('reads %s', async (_what, text, fields) => {
    const { rows, broken, codes } = await readSource(aDataSpec(fields), text);
    expect({ rows, broken, codes }).toEqual({ rows: AB, broken: [], codes: undefined });
  });

  it('leaves quotes alone where there are none', async () => {
    const { rows } = await readSource(aDataSpec({ quote: 'none' }), 'a,b\n1,"x\n2,y"\n');
    expect(rows).toEqual([
      ['1', '"x'],
      ['2', 'y"'],
    ]);
  });

  it('reads line ends within quotes', async () => {
    const { rows } = await readSource(aDataSpec(), 'a,b\n1,"x\r\n\ny"\n2,"say ""no"""\n');
    expect(rows).toEqual([
      ['1', 'x\r\n\ny'],
      ['2', 'say "no"'],
    ]);
  });

  it('takes the delimiter that gives most columns, not the most frequent one', async () => {
    const { opened, rows } = await readSource(aDataSpec({ extraColumns: 'ignore' }), 'a;b;c,d,e,f,g\n1;x;0\n');
    expect(opened.facts?.delimiter).toBe(';');
    expect(rows).toEqual([['1', 'x']]);
  });

  it('says how it read a file', async () => {
    const { opened } = await readSource(
      aDataSpec({ extraColumns: 'ignore', missingColumns: 'null' }),
      "'z';'a'\n'1';'2'\n",
    );
    expect(opened.facts).toEqual({
      format: 'csv',
      compression: 'none',
      delimiter: ';',
      quote: "'",
      header: true,
      extraColumns: ['z'],
      missingColumns: ['b'],
      reordered: false,
    });
  });

  it('reads absent nullable columns as missing cells if the spec says so', async () => {
    expect(await readSource(aDataSpec({ missingColumns: 'null' }), 'a\n1\n')).toMatchObject({ rows: [['1', null]] });
    expect(await readSource(aDataSpec(), 'a\n1\n')).toMatchObject({ codes: ['missing-column'] });
    expect(await readSource(aDataSpec({ missingColumns: 'null' }), 'b\n1\n')).toMatchObject({
      codes: ['missing-column'],
    });
    const headerless = { header: false, missingColumns: 'null', delimiter: ',' } as const;
    expect(await readSource(aDataSpec(headerless), '1\n2\n')).toMatchObject({
      rows: [
        ['1', null],
        ['2', null],
      ],
    });
  });

  it.each([
    ['nothing', '', {}, 'empty'],
    ['white space', ' \n \n', {}, 'empty'],
    ['a byte order mark alone', '\uFEFF', {}, 'empty'],
    ['data without header', '1,x\n2,y\n', {}, 'wrong-header'],
    ['a repeated column', 'a,b,a\n1,x,1\n', {}, 'duplicate-column'],
    ['an extra column', 'a,b,c\n1,x,1\n', {}, 'extra-column'],
    ['another order', 'b,a\nx,1\n', { columnOrder: 'exact' }, 'reordered-columns'],
    ['fewer cells without header', '1\n2\n', { header: false }, 'wrong-width'],
    ['more cells without header', '1,2,3\n', { header: false }, 'wrong-width'],
    ['UTF-16', Buffer.from('\uFEFFa,b\n1,x\n', 'utf16le'), {}, 'wrong-encoding'],
    ['Latin-1', Buffer.from('a,b\n1,ü\n', 'latin1'), {}, 'wrong-encoding'],
    ['a NUL byte', 'a,b\n1,x\0y\n', {}, 'nul-byte'],
    ['zip', Buffer.from('PK\x03\x04abcdef'), {}, 'compressed'],
    ['bzip2', Buffer.from('BZh91AY'), {}, 'compressed'],
    ['xz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]), {}, 'compressed'],
    ['Parquet', Buffer.from('PAR1aaaaPAR1'), {}, 'wrong-format'],
    ['mixed line ends', 'a,b\r\n1,x\n2,y\r\n', {}, 'mixed-line-ends'],
  ] as const)('refuses %s', async (_what, bytes, fields, code) => {
    expect((await readSource(aDataSpec(fields), bytes)).codes?.[0]).toBe(code);
  });

  it('keeps an exact order whatever stands between and is absent', async () => {
    const columns = ['a', 'b', 'c'].map((name) => ({ name, type: 'string', nullable: true }) as const);
    const policy = { columnOrder: 'exact', extraColumns: 'ignore', missingColumns: 'null' } as const;
    const data = aDataSpec({ columns, target: 'a', ...policy });
    expect(await readSource(data, 'a,z,c\n1,2,3\n')).toMatchObject({ rows: [['1', null, '3']] });
    expect(await readSource(data, 'c,z,a\n1,2,3\n')).toMatchObject({ codes: ['reordered-columns'] });
  });

  it('counts lines that hold no row', async () => {
    const { rows, broken } = await readSource(aDataSpec(), 'a,b\n1\n1,x\n1,2,3\n"1"z,2\n2,y\n');
    expect(rows).toEqual(AB);
    expect(broken).toEqual([
      [2, 'too-few-cells'],
      [4, 'too-many-cells'],
      [5, 'broken-quotes'],
    ]);
  });
});

describe('openSource with JSON Lines', () => {
  const jsonl = (fields = {}) => aDataSpec({ format: 'jsonl', ...fields });

  it.each([
    ['objects', '{"a":1,"b":"x"}\n{"a":2,"b":"y"}\n', {}],
    ['keys in any order', '{"b":"x","a":1}\n{"a":2,"b":"y"}', {}],
    ['white space', ' { "a" : 1, "b" : "x" } \n\n\t\n{"a":2,"b":"y"}\n', {}],
    ['CRLF', '{"a":1,"b":"x"}\r\n{"a":2,"b":"y"}\r\n', {}],
    ['a byte order mark', '\uFEFF{"a":1,"b":"x"}\n{"a":2,"b":"y"}\n', {}],
    ['escapes', '{"\\u0061":1,"b":"\\u0078"}\n{"a":2,"b":"y"}\n', {}],
    ['extra keys', '{"a":1,"b":"x","c":{"d":[1]}}\n{"a":2,"b":"y"}\n', { extraColumns: 'ignore' }],
  ] as const)('reads %s', async (_what, text, fields) => {
    const { rows, broken, codes } = await readSource(jsonl(fields), text);
    expect({ rows, broken, codes }).toEqual({ rows: AB, broken: [], codes: undefined });
  });

  it('tells missing from empty and keeps what numbers are', async () => {
    const lines = ['{"a":1e3,"b":""}', '{"a":12345678901234567890,"b":null}', '{"a":true}', '{"b":"null","a":"NaN"}'];
    expect((await readSource(jsonl(), lines.join('\n'))).rows).toEqual([
      ['1000.0', ''],
      ['12345678901234567890', null],
      ['true', null],
      ['NaN', 'null'],
    ]);
  });

  it('sets lines aside that hold no row, by their numbers', async () => {
    const lines = [
      '{"a":1,"b":"x"}',
      '',
      '{"a":1',
      '[1]',
      '{"a":1,"a":2}',
      '{"a":1,"c":2}',
      '{"a":1,"b":{"c":1}}',
      '{"a":1,"b":[1]}',
      '{"a":[1],"b":"[1]"}',
      `{"a":1,"b":"${'x'.repeat(2_000_100)}"}`,
      '{"a":1,"b":"\u0001"}',
      '{"a":2,"b":"y"}',
    ];
    const { rows, broken } = await readSource(jsonl(), lines.join('\n'));
    // a list is no number: the column's own rule says so
    expect(rows).toEqual([
      ['1', 'x'],
      ['[1]', '[1]'],
      ['2', 'y'],
    ]);
    expect(broken).toEqual([
      [3, 'broken-line'],
      [4, 'not-an-object'],
      [5, 'duplicate-key'],
      [6, 'extra-key'],
      [7, 'nested-value'],
      [8, 'nested-value'],
      [10, 'line-too-long'],
      [11, 'broken-line'],
    ]);
  });

  it('finds keys whatever signs they have', async () => {
    const names = ['__proto__', 'constructor', 'a/b', 'a~b', 'a~1b', '$.x', '0', 'say "no"', "it's", 'select', '*'];
    const columns = names.map((name) => ({ name, type: 'string' }) as const);
    const line = `{${names.map((name, index) => `${JSON.stringify(name)}:"${index}"`).join(',')}}`;
    const { rows } = await readSource(jsonl({ columns, target: '0' }), line);
    expect(rows).toEqual([names.map((_, index) => String(index))]);
  });

  it.each([
    ['a JSON array', '[{"a":1}]', 'wrong-format'],
    ['no object', '1\n2\n', 'wrong-format'],
    ['CSV', 'a,b\n1,x\n', 'wrong-format'],
    ['other objects', '{"x":1}\n', 'wrong-header'],
    ['objects without a column', '{"b":"x"}\n', 'missing-column'],
    ['objects with an extra key', '{"a":1,"b":"x","c":1}\n', 'extra-column'],
    ['a NUL byte', '{"a":1,"b":"\0"}\n', 'nul-byte'],
  ])('refuses %s', async (_what, text, code) => {
    expect((await readSource(jsonl(), text)).codes?.[0]).toBe(code);
  });
});

describe('openSource with Parquet', () => {
  const write = (sql: string) =>
    inFolder(async (folder) => {
      const { withDuckDb } = await import('../../../engine/duckdb.ts');
      const { readFile } = await import('node:fs/promises');
      await withDuckDb({ folders: [folder] }, (connection) =>
        connection.run(`COPY (${sql}) TO '${folder}/f.parquet' (FORMAT parquet)`),
      );
      return readFile(`${folder}/f.parquet`);
    });
  const parquet = (fields = {}) => aDataSpec({ format: 'parquet', ...fields });

  it('reads columns by name, with their types', async () => {
    const bytes = await write("SELECT * FROM (VALUES ('x', 1::DOUBLE), ('y', 2)) t(b, a)");
    const { rows, opened } = await readSource(parquet(), bytes);
    expect(rows).toEqual([
      ['1.0', 'x'],
      ['2.0', 'y'],
    ]);
    expect('source' in opened && opened.source.types).toEqual(['DOUBLE', 'VARCHAR']);
    expect(opened.facts).toMatchObject({ format: 'parquet', reordered: true });
  });

  it('tells columns apart by case', async () => {
    const columns = [
      { name: 'A', type: 'number' },
      { name: 'a', type: 'number' },
    ] as const;
    const bytes = await write('SELECT 1 AS a');
    expect(await readSource(parquet({ columns }), bytes)).toMatchObject({ codes: ['missing-column'] });
  });

  it('reads an absent nullable column as missing cells', async () => {
    const bytes = await write('SELECT 1 AS a');
    const { rows, opened } = await readSource(parquet({ missingColumns: 'null' }), bytes);
    expect(rows).toEqual([['1', null]]);
    expect('source' in opened && opened.source.types).toEqual(['INTEGER', 'VARCHAR']);
  });

  it('does not take nested columns for others', async () => {
    const bytes = await write("SELECT 1 AS a, {'b': 'x', 'c': [1]} AS n, 'x' AS b");
    expect(await readSource(parquet({ extraColumns: 'ignore' }), bytes)).toMatchObject({ rows: [['1', 'x']] });
  });

  it.each([
    ['a structure', "SELECT 1 AS a, {'x': 1} AS b", 'wrong-column-type'],
    ['a list', 'SELECT 1 AS a, [1] AS b', 'wrong-column-type'],
    ['bytes', "SELECT 1 AS a, 'x'::BLOB AS b", 'wrong-column-type'],
    ['an extra column', "SELECT 1 AS a, 'x' AS b, 1 AS c", 'extra-column'],
  ])('refuses %s', async (_what, sql, code) => {
    expect((await readSource(parquet(), await write(sql))).codes).toEqual([code]);
  });

  it('refuses one that is cut off', async () => {
    const bytes = await write("SELECT 1 AS a, 'x' AS b");
    expect((await readSource(parquet(), bytes.subarray(0, -1))).codes).toEqual(['truncated']);
    expect((await readSource(parquet(), Buffer.from('a,b\n1,x\n'))).codes).toEqual(['wrong-format']);
  });

  it('reads one that is compressed once more', async () => {
    const bytes = await write("SELECT 1 AS a, 'x' AS b");
    expect(await readSource(parquet(), gzipSync(bytes))).toMatchObject({ rows: [['1', 'x']] });
  });
});

describe('openSource with compressed files', () => {
  const text = 'a,b\n1,x\n2,y\n';
  const [head, tail] = [text.slice(0, 6), text.slice(6)];
  const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]);

  it.each([
    ['gzip', gzipSync(text), 'gzip'],
    ['several gzip members', Buffer.concat([gzipSync(head), gzipSync(tail)]), 'gzip'],
    ['gzip with zeros after it', Buffer.concat([gzipSync(text), Buffer.alloc(512)]), 'gzip'],
    ['Zstandard', zstdCompressSync(text), 'zstd'],
    ['several Zstandard frames', Buffer.concat([zstdCompressSync(head), zstdCompressSync(tail)]), 'zstd'],
    ['frames to be skipped', Buffer.concat([skippable, zstdCompressSync(text), skippable]), 'zstd'],
  ])('reads %s', async (_what, bytes, compression) => {
    const { rows, opened } = await readSource(aDataSpec(), bytes);
    expect(rows).toEqual(AB);
    expect(opened.facts?.compression).toBe(compression);
  });

  it.each([
    ['gzip that is cut off', gzipSync(text).subarray(0, -3), 'truncated'],
    ['a gzip header', gzipSync(text).subarray(0, 10), 'truncated'],
    ['a second member that is cut off', Buffer.concat([gzipSync(head), gzipSync(tail).subarray(0, -9)]), 'truncated'],
    ['gzip with another checksum', flip(gzipSync(text), -6), 'damaged'],
    ['gzip with garbage after it', Buffer.concat([gzipSync(text), Buffer.from('garbage')]), 'damaged'],
    ['gzip with zeros and garbage after it', Buffer.concat([gzipSync(text), Buffer.from('\0\0x')]), 'trailing-garbage'],
    ['Zstandard that is cut off', zstdCompressSync(text).subarray(0, -3), 'truncated'],
    [
      'a second frame that is cut off',
      Buffer.concat([zstdCompressSync(head), zstdCompressSync(tail).subarray(0, -3)]),
      'truncated',
    ],
    ['Zstandard with garbage after it', Buffer.concat([zstdCompressSync(text), Buffer.from('garbage')]), 'damaged'],
    ['gzip within gzip', gzipSync(gzipSync(text)), 'compressed'],
    ['zip within gzip', gzipSync('PK\x03\x04abcd'), 'compressed'],
    ['Zstandard within gzip', gzipSync(zstdCompressSync(text)), 'compressed'],
    ['UTF-16 within gzip', gzipSync(Buffer.from('\uFEFFa,b\n', 'utf16le')), 'wrong-encoding'],
    ['a NUL byte within gzip', gzipSync('a,b\n1,\0\n'), 'nul-byte'],
    ['nothing within gzip', gzipSync(''), 'empty'],
  ])('refuses %s', async (_what, bytes, code) => {
    expect((await readSource(aDataSpec(), bytes)).codes).toEqual([code]);
  });

  it('holds data.maxSizeMb to what a file holds', async () => {
    const row = '1,abcdefghijklmnopqrstuvwxyz\n';
    const rows = (bytes: number) => `a,b\n${row.repeat(Math.floor((bytes - 4) / row.length))}`;
    const read = (bytes: number) =>
      withSource(aDataSpec({ maxSizeMb: 1 }), gzipSync(rows(bytes)), async (opened) =>
        'reasons' in opened ? opened.reasons.map(({ code }) => code) : [],
      );
    expect(await read(1024 * 1024)).toEqual([]);
    expect(await read(1024 * 1024 + 100)).toEqual(['too-large']);
  });
});

function flip(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes);
  const index = changed.length + at;
  changed[index] = (changed[index] as number) ^ 0xff;
  return changed;
}
