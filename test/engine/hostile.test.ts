import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ModelSpec } from '../../domain/spec/model-spec.ts';
import { withDuckDb } from '../../engine/duckdb.ts';
import { validateFile } from '../../engine/validate-file.ts';
import { withWorkFolder } from '../../engine/work-folder.ts';
import { aModelSpec } from '../fixtures/builders.ts';
import { CONTEXT, validated } from '../fixtures/validated.ts';

const specOf = (data: object = {}): ModelSpec =>
  aModelSpec({
    task: 'regression',
    data: {
      columns: [
        { name: 'a', type: 'number' },
        { name: 'b', type: 'string', nullable: true },
      ],
      target: 'a',
      id: undefined,
      timestamp: undefined,
      protected: [],
      maxQuarantineShare: 0.5,
      ...data,
    },
  });
const csv = specOf();
const jsonl = specOf({ format: 'jsonl' });
const parquet = specOf({ format: 'parquet' });
const row = '1,x\n';

type Case = readonly [what: string, spec: ModelSpec, bytes: () => string | Uint8Array, code: string];

/** Codes of the verdict's reasons; nothing of the engine's own words. */
async function codesOf(spec: ModelSpec, bytes: string | Uint8Array): Promise<string[]> {
  const { judgement } = await validated(spec, bytes);
  for (const { message } of judgement.reasons) {
    expect(message).not.toMatch(/duckdb|parser|state machine|Error:|SELECT|read_(csv|parquet)/i);
    expect(message.length).toBeLessThan(400);
  }
  return judgement.reasons.map(({ code }) => code);
}

describe('a file that nobody can read', () => {
  const bomb = Buffer.alloc(64 * 1024 * 1024, row);
  const deep = (levels: number) => `{"a":1,"b":${'['.repeat(levels)}${']'.repeat(levels)}}\n`;
  const cases: readonly Case[] = [
    ['a gzip bomb', csv, () => gzipSync(bomb), 'decompression-bomb'],
    ['a gzip bomb of zeros', csv, () => gzipSync(Buffer.alloc(64 * 1024 * 1024)), 'nul-byte'],
    [
      'a gzip bomb that is to be Parquet',
      parquet,
      () => gzipSync(Buffer.alloc(64 * 1024 * 1024)),
      'decompression-bomb',
    ],
    ['a Zstandard bomb', csv, () => zstdCompressSync(bomb), 'decompression-bomb'],
    [
      'a bomb of many members',
      csv,
      () => Buffer.concat(Array(64).fill(gzipSync(bomb.subarray(0, 1 << 20)))),
      'decompression-bomb',
    ],
    ['a bomb within a bomb', csv, () => gzipSync(gzipSync(bomb)), 'compressed'],
    [
      'a million columns',
      csv,
      () => `${Array.from({ length: 1_000_000 }, (_, i) => `c${i}`).join(',')}\n`,
      'wrong-header',
    ],
    ['a header of 10,001 short names', csv, () => `a,b${',c'.repeat(9_999)}\n`, 'wrong-header'],
    ['a million cells without header', specOf({ header: false }), () => `${'1,'.repeat(1_000_000)}\n`, 'wrong-header'],
    ['one line without end', csv, () => Buffer.alloc(20_000_000, 'x'), 'line-too-long'],
    ['a cell of 100 MB', csv, () => `a,b\n1,${'x'.repeat(100_000_000)}\n`, 'line-too-long'],
    ['a quoted cell of 100 MB', csv, () => `a,b\n1,"${'x'.repeat(100_000_000)}"\n`, 'line-too-long'],
    ['a line of JSON of 9 MB', jsonl, () => `{"a":1,"b":"${'x'.repeat(9_000_000)}"}\n`, 'line-too-long'],
    ['a quote that is never closed', csv, () => `a,b\n1,"x\n${row.repeat(100)}`, 'truncated'],
    [
      'invalid UTF-8 at the start',
      csv,
      () => Buffer.concat([Buffer.from([0xff]), Buffer.from(`a,b\n${row}`)]),
      'wrong-encoding',
    ],
    [
      'invalid UTF-8 at the end',
      csv,
      () => Buffer.concat([Buffer.from(`a,b\n${row}`), Buffer.from([0xe2, 0x82])]),
      'wrong-encoding',
    ],
    [
      'a surrogate',
      csv,
      () => Buffer.concat([Buffer.from('a,b\n1,'), Buffer.from([0xed, 0xa0, 0x80, 10])]),
      'wrong-encoding',
    ],
    ['a NUL byte', csv, () => 'a,b\n1,x\0y\n', 'nul-byte'],
    ['a NUL byte in the header', csv, () => 'a\0,b\n1,x\n', 'nul-byte'],
    ['a NUL byte in JSON', jsonl, () => '{"a":1,"b":"\0"}\n', 'nul-byte'],
    ['UTF-16', csv, () => Buffer.from('\uFEFFa,b\n1,x\n', 'utf16le'), 'wrong-encoding'],
    ['UTF-16 without a mark', csv, () => Buffer.from('a,b\n1,x\n', 'utf16le'), 'nul-byte'],
    ['nothing but a byte order mark', csv, () => '\uFEFF', 'empty'],
    ['nothing but a header', csv, () => 'a,b\n', 'no-rows'],
    ['nothing but line ends', csv, () => '\n\r\n\n', 'empty'],
    ['mixed line ends', csv, () => `a,b\r\n${row}1,y\r\n`, 'mixed-line-ends'],
    ['a lone CR among LF', csv, () => 'a,b\n1,x\r2,y\n', 'mixed-line-ends'],
    ['JSON that only opens', jsonl, () => `${'{"a":'.repeat(100_000)}\n`, 'wrong-format'],
    ['JSON of 100,000 levels', jsonl, () => deep(100_000), 'too-many-bad-rows'],
    ['a truncated gzip', csv, () => gzipSync(`a,b\n${row.repeat(9_999)}`).subarray(0, -8), 'truncated'],
  ];
  it.each(cases)('is refused for %s', async (_what, spec, bytes, code) => {
    expect((await codesOf(spec, bytes()))[0]).toBe(code);
  });

  it('ends a bomb after bounded bytes', async () => {
    await withWorkFolder('hostile', async (folder) => {
      const path = join(folder, 'upload');
      await writeFile(path, gzipSync(bomb));
      const { judgement } = await validateFile({ spec: csv, path, folder, context: CONTEXT }, async (file) => file);
      expect((await stat(join(folder, 'unpacked'))).size).toBeLessThan(20 * 1024 * 1024);
      expect(judgement.reasons[0]?.message).toMatch(
        /^\d+ compressed bytes hold more than \d+; above 16777216 bytes, 200 /,
      );
    });
  });
});

describe('a line that nobody can read', () => {
  const long = 'x'.repeat(2_100_000);
  it.each([
    ['a cell of 2.1 MB', csv, `a,b\n1,x\n2,${long}\n3,y\n4,z\n`, 'line-too-long', 3],
    ['a quoted cell of 2.1 MB', csv, `a,b\n1,x\n2,"${long}"\n3,y\n4,z\n`, 'line-too-long', 3],
    ['a line of JSON of 2.1 MB', jsonl, `{"a":1}\n{"a":2,"b":"${long}"}\n{"a":3}\n{"a":4}\n`, 'line-too-long', 2],
    [
      'nested JSON',
      jsonl,
      `{"a":1}\n{"a":2,"b":${'['.repeat(100_000)}${']'.repeat(100_000)}}\n{"a":3}\n{"a":4}\n`,
      'nested-value',
      2,
    ],
    [
      'JSON that only opens',
      jsonl,
      `{"a":1,"b":null}\n${'{"a":'.repeat(100_000)}\n{"a":3}\n{"a":4}\n`,
      'broken-line',
      2,
    ],
    ['a key twice', jsonl, '{"a":1,"b":null}\n{"a":2,"a":3}\n{"a":3}\n{"a":4}\n', 'duplicate-key', 2],
    ['cells too many', csv, `a,b\n1,x\n2${',y'.repeat(900_000)}\n3,y\n4,z\n`, 'too-many-cells', 3],
  ] as const)('is set aside and harms no neighbour: %s', async (_what, spec, text, code, line) => {
    const { judgement, quarantined, accepted } = await validated(spec, text);
    expect(judgement.verdict).toBe('accepted-with-quarantine');
    expect(quarantined).toMatchObject([{ __line: String(line), __reasons: [code] }]);
    expect(String(quarantined[0]?.__raw).length).toBeLessThanOrEqual(10_000);
    expect(accepted.map(({ a }) => a)).toEqual([1, 3, 4]);
  });

  it('may have a cell of 1.9 MB', async () => {
    const cell = 'x'.repeat(1_900_000);
    const files = { csv: `a,b\n1,${cell}\n2,"${cell}"\n`, jsonl: `{"a":1,"b":"${cell}"}\n{"a":2,"b":"${cell}"}\n` };
    for (const [format, text] of Object.entries(files)) {
      const { judgement, accepted } = await validated(specOf({ format }), text);
      expect(judgement.verdict).toBe('accepted');
      expect(accepted.map(({ b }) => String(b).length)).toEqual([1_900_000, 1_900_000]);
    }
  });

  it('is told apart from rows by a single reader where threads cannot', async () => {
    // lines of a cell that look like rows, where one thread hands over to the next
    const cell = row.repeat(100_000);
    const { judgement } = await validated(csv, `a,b\n${row.repeat(1_980_000)}1,"${cell}"\n${row.repeat(500_000)}`);
    expect(judgement).toMatchObject({ verdict: 'accepted', rows: { total: 2_480_001, quarantined: 0 } });
  });

  it.each([
    ['too few cells', 'x\n'],
    ['broken quotes', '"x"y,1\n'],
    ['100,000 cells', `${'1,'.repeat(100_000)}1\n`],
  ])('may occur any number of times: %s', async (_what, line) => {
    const count = Math.min(200_000, Math.floor(20_000_000 / line.length));
    const good = row.repeat(count);
    const { judgement, quarantined, accepted } = await validated(csv, `a,b\n${good}${line.repeat(count)}`);
    expect(judgement).toMatchObject({
      verdict: 'accepted-with-quarantine',
      rows: { total: 2 * count, accepted: count, quarantined: count },
    });
    expect(quarantined).toHaveLength(count);
    expect(quarantined.at(-1)).toMatchObject({ __line: String(2 * count + 1) });
    expect(accepted).toHaveLength(count);
  });

  it('takes a quoted cell of 20 MB with it, and nothing else', async () => {
    const text = `a,b\n${row}2,"x\n${row.repeat(5_000_000)}",3\n${row}${row}`;
    const { judgement, quarantined } = await validated(csv, text);
    expect(judgement).toMatchObject({ verdict: 'accepted-with-quarantine', rows: { total: 4, accepted: 3 } });
    expect(quarantined).toMatchObject([{ __line: '3', __reasons: ['line-too-long'] }]);
  });
});

describe('names and cells', () => {
  const names = [
    '__proto__',
    'constructor',
    'toString',
    'select',
    'FROM',
    'a"b',
    "a'b",
    'a; DROP TABLE rows; --',
    '"; DROP TABLE rows; --',
    '$1',
    '%s',
    'a,b',
    '{}',
    '../../etc/passwd',
    '<script>',
    '=1+1',
    'ünïcödé 🎈',
    ' ',
    'x'.repeat(128),
  ];
  const quoted = (cells: readonly string[]) => cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',');
  const columns = names.map((name) => ({ name, type: 'string' }) as const);
  const spec = specOf({ columns: [{ name: 'a', type: 'number' }, ...columns], target: 'a' });

  it.each([
    ['csv', `${quoted(['a', ...names])}\n${quoted(['1', ...names])}\n${quoted(['x', ...names])}\n`],
    [
      'jsonl',
      ['1', '"x"']
        .map((a) => `{"a":${a},${names.map((name) => `${JSON.stringify(name)}:${JSON.stringify(name)}`).join(',')}}\n`)
        .join(''),
    ],
  ])('of any kind stay what they are in %s', async (format, text) => {
    const read = await withWorkFolder('hostile', async (folder) => {
      const [path, out] = [join(folder, 'upload'), join(folder, 'out.parquet')];
      await writeFile(path, text);
      const input = { spec: { ...spec, data: { ...spec.data, format } } as ModelSpec, path, folder, context: CONTEXT };
      const { judgement, quarantine } = await validateFile(input, async (file) => {
        await file.writeData(out);
        return file;
      });
      // by position: an object cannot hold every name
      const columns = async (file: string) =>
        withDuckDb({ folders: [folder] }, async (connection) => {
          const reader = await connection.runAndReadAll(`FROM read_parquet('${file}')`);
          return reader.columnNames().map((name, index) => [name, reader.getColumnsJson()[index]?.[0]]);
        });
      return { judgement, accepted: await columns(out), quarantined: await columns(String(quarantine)) };
    });
    const { judgement, accepted, quarantined } = read;
    expect(judgement).toMatchObject({ verdict: 'accepted-with-quarantine', rows: { accepted: 1, quarantined: 1 } });
    expect(accepted).toEqual([['a', 1], ...names.map((name) => [name, name])]);
    expect(quarantined).toEqual([
      ['__line', format === 'csv' ? '3' : '2'],
      ['__reasons', ['wrong-type:a']],
      ['__raw', null],
      ['a', 'x'],
      ...names.map((name) => [name, name]),
    ]);
  });

  it('are refused as columns nobody asked for, with their names in bounds', async () => {
    const { judgement } = await validated(csv, `a,b,__proto__,"x${'y'.repeat(10_000)}"\n`);
    expect(judgement.reasons.map(({ code }) => code)).toEqual(['extra-column', 'extra-column']);
    for (const { message } of judgement.reasons) expect(message.length).toBeLessThan(200);
  });

  it('that are formulas come out unchanged: escaping is for exports that people open', async () => {
    const formula = "=cmd|' /C calc'!A0";
    const { accepted } = await validated(csv, `a,b\n1,${formula}\n`);
    expect(accepted).toEqual([{ a: 1, b: formula }]);
  });
});
